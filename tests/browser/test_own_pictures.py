"""A visitor's own pictures in colour: uploaded, trained on, compared, dissected and mapped; theirs alone."""

import colorsys
import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.screen import at_rest, button, choose, pixels, shows, visit

pytestmark = pytest.mark.browser

SETTINGS = "channels=8&code_size=8&unpooling=transpose&batch_size=16&epochs=8&learning_rate=0.02"
UNITS = "() => everywhere('.input canvas, .maps canvas').map((one) => one.toDataURL()).join()"


def zipped(count):
    """A zip of discs on a ground of another colour: warm ones in one folder, cold ones in another."""
    chance, file = np.random.default_rng(0), io.BytesIO()
    grid = np.arange(48)
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            name, hue = (("warm", 0.05), ("cold", 0.6))[number % 2]
            hue += chance.uniform(-0.04, 0.04)
            disc, ground = (np.array(colorsys.hsv_to_rgb(hue, 1, light)) for light in (1, 0.3))
            y, x, size = *chance.uniform(14, 34, 2), chance.uniform(7, 13)
            there = np.hypot(grid[:, None] - y, grid - x) < size
            written = io.BytesIO()
            Image.fromarray(np.rint(255 * np.where(there[..., None], disc, ground)).astype(np.uint8)).save(
                written, "PNG"
            )
            archive.writestr(f"{name}/{number}.png", written.getvalue())
    return {"name": "discs.zip", "mimeType": "application/zip", "buffer": file.getvalue()}


def upload(page, *files):
    expect(page.locator(".st-key-next")).to_be_visible()  # a file that is chosen before the page's end may be lost
    at_rest(page)
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text(files[-1]["name"])).to_be_visible()
    at_rest(page)
    page.get_by_role("button", name="Use these pictures").click()


def is_in_colour(address):
    picture = pixels(address)[..., :3]
    return float(np.ptp(picture, axis=2).max()) > 0.1


def test_own_pictures_are_trained_on_and_shown_on_every_page(server, visitor):
    page = visitor(f"{server.url}train?dataset=own%20pictures&{SETTINGS}")
    shows(page, "Train")
    expect(button(page, "Start training")).to_be_disabled()
    upload(page, {"name": "notes.zip", "mimeType": "application/zip", "buffer": b"no zip at all"})
    expect(page.get_by_text("is not a zip archive that can be read")).to_be_visible()
    page.reload()
    shows(page, "Train")
    upload(page, zipped(300))
    expect(page.get_by_text("discs: 300 pictures of 2 classes")).to_be_visible()

    # The run is watched: held-out pictures in colour above what comes back.
    button(page, "Start training").click()
    expect(page.get_by_text("Done:")).to_be_visible(timeout=150_000)
    strips = page.locator(".strip img").evaluate_all("images => images.map((one) => one.src)")
    assert len(strips) == 3 and all(map(is_in_colour, strips))

    # Compared with PCA on its own test pictures, by class.
    page.get_by_test_id("stMain").get_by_role("link", name="Compare it").click()
    shows(page, "Compare")
    rows = page.locator("table.scores tr:has(th[scope=row])")
    expect(rows.locator("th")).to_have_text(["Run 1", "PCA 8"], timeout=150_000)
    expect(page.get_by_text(" pictures of an upload the error of Run 1")).to_be_visible()
    expect(page.locator("table.classes th[scope=row]")).to_have_text(["cold", "warm"])
    lineup = page.locator("table.lineup img").evaluate_all("images => images.map((one) => one.src)")
    assert all(map(is_in_colour, lineup[:2]))

    # Dissected, first with a picture of its own kind.
    visit(page, "Inside")
    choose(page, "Network", "Run 1")
    expect(page.get_by_role("group", name="Held-out pictures of an upload")).to_be_visible()
    expect(page.locator(".description")).to_contain_text("Its value")
    before = page.evaluate(UNITS)
    page.get_by_role("button", name="Held-out picture 4").click()
    page.wait_for_function(f"(before) => ({UNITS})() !== before", arg=before)

    # Mapped: the decoder draws in colour under the pointer.
    visit(page, "Latent")
    choose(page, "Network", "Run 1")
    expect(page.locator(".classes button")).to_have_text(["cold", "warm"], timeout=60_000)
    plot = page.locator("canvas.map")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.wait_for_function("everywhere('canvas.decoded')[0].width === 32")
    page.mouse.move(box["x"] + 0.92 * box["width"], box["y"] + box["height"] / 2, steps=5)  # near one class
    page.wait_for_function(
        """() => {
            const [canvas] = everywhere("canvas.decoded")
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
            return data.some((red, at) => at % 4 === 0 && Math.abs(red - data[at + 2]) > 40)
        }"""
    )

    # Damaged and repaired.
    visit(page, "Damage")
    choose(page, "Network", "Run 1")
    expect(page.get_by_text("Repaired: Run 1")).to_be_visible()
    at_rest(page)
    assert page.evaluate("everywhere('canvas.repaired')[0].width") == 32

    # Nobody else has them, and they are gone when they are removed.
    other = visitor(f"{server.url}train?dataset=own%20pictures")
    shows(other, "Train")
    expect(other.get_by_role("button", name="Use these pictures")).to_be_visible()
    other.close()
    visit(page, "Train")
    button(page, "Remove these pictures").click()
    expect(page.get_by_role("button", name="Use these pictures")).to_be_visible()
    visit(page, "Compare")
    choose(page, "Network", "Run 1")
    expect(page.get_by_text("which are not here")).to_be_visible()
