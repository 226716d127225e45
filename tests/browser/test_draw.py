"""The Draw page in a real browser, with a mouse."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cae.drawing.strokes import CENTRE
from cae.ui.draw.pictures import EMPTY
from cae.ui.visitor.services import SHIPPED
from tests.browser.screen import (
    BACK,
    BAR,
    JOURNEY,
    ONE,
    SEES,
    SMALL_SEVEN,
    ZERO,
    at_rest,
    button,
    changed,
    choose,
    clear,
    draw,
    drawing,
    figures,
    inked,
    journey,
    pull,
    source,
    tile,
    unfold,
    visit,
)
from tests.needs import need

pytestmark = pytest.mark.browser
HALF_A_GREY_LEVEL = 0.5 / 255
OF_THE_BAR = (0.28, 0.16)  # and of nothing else


def figures_agree(page):
    """The figures shown are those of the pictures shown; the network's own output was rounded to grey levels."""
    seen, back = journey(page)
    shown = figures(page)
    rmse = np.sqrt(np.mean((seen - back) ** 2))
    assert shown["RMSE"] == pytest.approx(rmse, rel=0.005, abs=HALF_A_GREY_LEVEL)
    assert shown["RMSE"] ** 2 == pytest.approx(shown["MSE"], rel=0.02)
    assert shown["PSNR"] == pytest.approx(-20 * np.log10(shown["RMSE"]), abs=0.1)
    assert 0 < shown["SSIM"] <= 1
    return rmse**2


def box(seen):
    """First and last row and column with ink."""
    rows, columns = np.flatnonzero(seen.max(1) > 0.2), np.flatnonzero(seen.max(0) > 0.2)
    return rows[0], rows[-1], columns[0], columns[-1]


def test_first_visit_shows_an_example_already_reconstructed(page):
    seen, back = journey(page)
    assert seen.shape == back.shape == (28, 28)
    assert figures_agree(page) < 0.03
    expect(page.locator(JOURNEY).locator("img")).to_have_count(3)


def test_draw_your_own_empties_the_canvas(page):
    clear(page)
    expect(page.locator(".hint")).to_have_text(EMPTY)
    assert not np.any(journey(page))
    expect(page.locator(".figures")).to_have_count(0)
    button(page, "Undo").click()  # there is nothing to take back
    at_rest(page)
    assert not np.any(journey(page))


def test_drawn_digits_come_back(page):
    met = set()
    for stroke in (ONE, ZERO, SMALL_SEVEN):
        clear(page)
        draw(page, stroke)
        addresses = source(tile(page, SEES)), source(tile(page, BACK))
        assert met.isdisjoint(addresses)
        met.update(addresses)

        assert figures_agree(page) < 0.03
        seen, _ = journey(page)
        top, bottom, left, right = box(seen)
        assert 18 <= max(bottom - top, right - left) + 1 <= 22  # MNIST's box, wherever the digit was drawn
        mass = np.array([(seen.sum(axis) @ np.arange(28)) / seen.sum() for axis in (0, 1)])
        assert np.abs(mass - CENTRE).max() < 0.6
        if stroke is ONE:
            assert right - left < 6
        if stroke is ZERO:
            assert seen[12:16, 12:16].max() == 0


def undone(page, expected):
    """Press Undo; what is left must be ``expected``, for the network and on the canvas."""
    inked(page, OF_THE_BAR)
    button(page, "Undo").click()
    expect(tile(page, SEES)).to_have_attribute("src", expected)
    inked(page, OF_THE_BAR, False)
    inked(page, SMALL_SEVEN[1])


def test_undo_takes_the_last_stroke_back(page):
    clear(page)
    draw(page, SMALL_SEVEN)
    seven = drawing(page)
    draw(page, BAR)
    barred = drawing(page)
    undone(page, seven)
    draw(page, BAR)  # what is left can be drawn upon
    assert drawing(page) == barred
    undone(page, seven)


def test_strokes_in_quick_succession_are_all_seen(page):
    clear(page)
    draw(page, SMALL_SEVEN, BAR)
    slowly = drawing(page)
    clear(page)
    pull(page, SMALL_SEVEN)
    pull(page, BAR)
    expect(tile(page, SEES)).to_have_attribute("src", slowly)


def test_an_example_replaces_the_drawing(page):
    clear(page)
    draw(page, ONE)
    one = drawing(page)
    page.get_by_role("button", name="Start from a 0").click()
    expect(tile(page, SEES)).not_to_have_attribute("src", one)
    seen, _ = journey(page)
    assert seen[12:16, 13:15].max() == 0  # nothing of the one in the hole of the zero
    assert figures_agree(page) < 0.03


def test_a_drawing_survives_a_change_of_page(page):
    clear(page)
    draw(page, SMALL_SEVEN)
    seven = drawing(page)
    visit(page, "Train")
    visit(page, "Draw")
    expect(tile(page, SEES)).to_have_attribute("src", seven)
    inked(page, SMALL_SEVEN[1])  # on the canvas too
    draw(page, BAR)
    undone(page, seven)


def test_why_the_drawing_is_prepared_is_shown_to_who_asks_and_follows_the_pen(page):
    clear(page)
    draw(page, SMALL_SEVEN)
    as_drawn = page.locator('.tiles img[alt="As drawn"]')
    expect(as_drawn).to_have_count(0)
    unfold(page, "Why the network does not see")
    expect(as_drawn).to_be_visible()
    seven = source(as_drawn)
    draw(page, BAR)
    expect(as_drawn).not_to_have_attribute("src", seven)


def test_another_brush_keeps_the_drawing(page):
    clear(page)
    draw(page, SMALL_SEVEN)
    seven = drawing(page)
    brush = page.get_by_role("slider", name="Brush")
    brush.press("End")
    expect(brush).to_have_value("40")
    at_rest(page)  # a pen that becomes another one in the middle of a stroke draws nothing
    draw(page, BAR)
    undone(page, seven)


def test_another_network_gives_another_reconstruction(page):
    names = sorted(path.stem for path in SHIPPED.glob("*.safetensors"))
    need(len(names) > 1, f"one network in {SHIPPED}")
    note = page.locator(JOURNEY).locator("small").nth(1)
    now = note.inner_text()
    other = next(name for name in (one.replace("-", " ").capitalize() for one in names) if name != now)
    seen, back = source(tile(page, SEES)), source(tile(page, BACK))
    choose(page, "Network", other)
    expect(note).to_have_text(other)
    expect(tile(page, BACK)).not_to_have_attribute("src", back)
    assert source(tile(page, SEES)) == seen


def test_the_card_of_the_network_takes_nothing_from_a_drawing(page):
    clear(page)
    draw(page, SMALL_SEVEN)
    seven = drawing(page)
    page.get_by_role("button", name="About this network").click()
    expect(page.get_by_role("dialog").get_by_role("code")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert drawing(page) == seven
    inked(page, SMALL_SEVEN[1])
    draw(page, BAR)  # and it can be drawn upon
    inked(page, SMALL_SEVEN[1])


@pytest.mark.mnist
def test_a_network_of_clothes_starts_from_clothes_and_says_what_a_drawing_is_to_it(mnist_server, visitor):
    page = visitor(f"{mnist_server.url}?network=Fashion+32")
    clothes = page.get_by_role("group", name="Pictures of Fashion-MNIST")
    expect(clothes).to_be_visible()
    expect(tile(page, SEES)).to_be_visible()
    first = drawing(page)
    clothes.get_by_role("button").nth(3).click()
    changed(page, first)
    assert figures(page)["MSE"] < 0.03
    expect(page.get_by_text("It has never met a drawing")).to_have_count(0)
    draw(page, ONE)
    expect(page.get_by_text("It has never met a drawing")).to_be_visible()
    chosen = drawing(page)
    clothes.get_by_role("button").nth(3).click()
    changed(page, chosen)
