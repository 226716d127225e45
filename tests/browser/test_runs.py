"""The Runs page in a real browser: two runs side by side, and the list of all runs."""

import pickle
import re

import pytest
from playwright.sync_api import expect

from cae.config import ModelConfig, TrainConfig, command
from cae.export.folder import export, zipped
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.run import History, Run
from tests.browser.chromium import PHONE
from tests.browser.screen import (
    at_rest,
    button,
    choose,
    in_each_theme,
    nothing_scrolls_sideways,
    shows,
    unfold,
    visit,
    write,
)
from tests.browser.serving import get

pytestmark = pytest.mark.browser
DRAWN = "document.querySelector('.live-chart')?.data?.map((line) => [line.name, line.x.length])"


def network(name, **settings):
    """A file with an untrained network that says it has a past."""
    config = TrainConfig(**{"model": ModelConfig(channels=(2,)), "dataset": "synthetic", **settings})
    weights = {name: value.numpy() for name, value in ConvAutoencoder(config.model).state_dict().items()}
    history = History((0.2, 0.1, 0.05), ((0, 0.2), (3, 0.05)), ((3, 0.05),))
    run = Run(config, name, weights, history, "CPU", 2.5, 3, 3, ending="complete")
    return {"name": "file.safetensors", "mimeType": "", "buffer": checkpoint.dump(run)}


def cards(page):
    return page.locator(".run h3")


def brings(page, file, says):
    """Upload a file, and wait for the page's word of it."""
    expect(page.locator("input[type=file]")).to_have_count(1)  # the one before it, which held another file, is gone
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_test_id("stAlert")).to_have_text(says)
    expect(page.get_by_test_id("stFileUploaderFile")).to_have_count(0)


def card(page, title):
    """The card of a run."""
    heading = page.get_by_role("heading", name=title, level=3, exact=True)
    return page.locator("[class*=st-key-card-]").filter(has=heading)


def more(page, title):
    """Open what else can be done with a run."""
    card(page, title).get_by_role("button", name="More").click()


def trained(page, batch_size):
    """A run of a small network on synthetic digits: they need no download."""
    visit(page, "Train")
    choose(page, "Data set", re.compile("synthetic", re.IGNORECASE))
    write(page, "Channels", "2")
    unfold(page, "More settings")
    write(page, "Batch size", str(batch_size))
    page.wait_for_url(f"**/train?*batch_size={batch_size}*")
    at_rest(page)
    button(page, "Start training").click()
    expect(page.get_by_role("code")).to_contain_text(f"--batch-size {batch_size} ", timeout=150_000)  # when it is over
    expect(page.get_by_text("Done:")).to_be_visible()
    visit(page, "Runs")


def test_two_runs_side_by_side_and_one_goes_out_and_comes_back(server, visitor, tmp_path):
    page = visitor(server.url + "runs")
    shows(page, "Runs")
    expect(page.get_by_text("You have no runs yet.")).to_be_visible()
    expect(page.get_by_role("combobox", name="First run")).to_have_value("Bottleneck 1")
    expect(page.get_by_role("combobox", name="Second run")).to_have_value("Switches 1")
    expect(page.locator(".changed tr")).to_have_text(["SettingBottleneck 1Switches 1", "Unpoolingtransposeswitches"])
    page.wait_for_function(f"{DRAWN}?.every(([, points]) => points > 20)")

    # Two runs that differ in one setting.
    trained(page, 1024)
    expect(cards(page)).to_have_text(["Run 1"])
    trained(page, 512)
    expect(cards(page)).to_have_text(["Run 2", "Run 1"])
    expect(page.get_by_role("combobox", name="First run")).to_have_value("Run 2")
    expect(page.get_by_role("combobox", name="Second run")).to_have_value("Run 1")
    page.wait_for_function(f"{DRAWN}?.map(([name]) => name).join() === 'Run 2, training,Run 1, training,Run 2,Run 1'")
    expect(page.locator(".changed tr")).to_have_text(["SettingRun 2Run 1", "Batch size5121024"])
    expect(page.get_by_text("Batch size made the difference")).to_be_visible()
    expect(page.get_by_text("times smaller error")).to_be_visible()

    # The file is the run, and the command is its command.
    more(page, "Run 2")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    run = checkpoint.load(file)
    assert (file.name, run.name, run.step) == ("run-2.safetensors", "run-2", 39)
    expect(page.get_by_role("code")).to_have_text(command(run.config, file.name))
    page.keyboard.press("Escape")
    brings(page, file, "Run 2 (2) is among your runs.")
    expect(cards(page)).to_have_text(["Run 2 (2)", "Run 2", "Run 1"])
    expect(page.get_by_role("combobox", name="First run")).to_have_value("Run 2 (2)")
    expect(page.get_by_text("All settings are the same.")).to_be_visible()
    expect(page.get_by_text("a run can be repeated exactly")).to_be_visible()
    more(page, "Run 2 (2)")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "again")
    again = checkpoint.load(tmp_path / "again")
    assert (again.digest, again.history) == (run.digest, run.history)


def test_train_again_takes_every_setting_along_even_the_usual_ones(server, visitor):
    page = visitor(server.url + "train?channels=8,4&epochs=7&noise=0.3&seed=9")  # a link of an earlier version
    shows(page, "Train")
    page.get_by_text("More settings").click()
    for label, value in (("Corruption", "gaussian"), ("Strength", "0.3")):
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
    visit(page, "Runs")
    brings(page, network("usual", batch_size=64), "Usual is among your runs.")
    page.get_by_role("link", name="Train again").click()
    shows(page, "Train")
    there = {"Channels": "2", "Epochs": "1", "Corruption": "none", "Strength": "0.4", "Seed": "0", "Batch size": "64"}
    page.get_by_text("More settings").click()
    for label, value in there.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(value)


def test_runs_from_different_seeds_invite_to_a_fair_comparison(server, visitor):
    page = visitor(server.url + "runs")
    shows(page, "Runs")
    brings(page, network("one", seed=5), "One is among your runs.")
    brings(page, network("two", seed=6, corruption="gaussian", strength=0.25), "Two is among your runs.")
    expect(page.get_by_text("a part of the difference is chance")).to_be_visible()
    page.get_by_role("link", name="Train One again with seed 6").click()
    shows(page, "Train")
    page.get_by_text("More settings").click()
    expect(page.get_by_label("Seed", exact=True)).to_have_value("6")
    expect(page.get_by_label("Corruption", exact=True)).to_have_value("none")


def test_runs_are_uploaded_renamed_removed_and_put_back(server, visitor):
    page = visitor(server.url + "runs")
    shows(page, "Runs")
    files = {name: network(name) for name in ("one", "two", "three")}
    for name, file in files.items():
        brings(page, file, f"{name.capitalize()} is among your runs.")

    # What is no network stays outside, and nothing of what was brought stays in the server's memory.
    trap = {"name": "run.safetensors", "mimeType": "", "buffer": pickle.dumps({"a": 1})}
    brings(page, trap, "This is not a network saved by this program: it does not begin like a safetensors file.")
    expect(cards(page)).to_have_text(["Three", "Two", "One"])
    assert "UploadedFileManager" not in get(server, "_stcore/metrics")

    # A choice outlasts a reload, and follows its run to another name, given by keyboard.
    choose(page, "First run", "Two")
    expect(page.get_by_role("combobox", name="Second run")).to_have_value("One")  # nothing stands beside itself
    page.wait_for_url("**/runs?*first=Two*")
    page.reload()
    expect(page.get_by_role("combobox", name="First run")).to_have_value("Two")
    card(page, "Two").get_by_role("button", name="More").focus()
    page.keyboard.press("Enter")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_visible()
    name.fill("!?")
    name.press("Enter")
    expect(page.get_by_text("A name needs a letter or a digit.")).to_be_visible()
    name.fill("the best <b>")
    name.press("Enter")
    expect(cards(page)).to_have_text(["Three", "The best b", "One"])
    expect(page.get_by_role("combobox", name="First run")).to_have_value("The best b")
    page.keyboard.press("Escape")

    # Out, as a folder that needs nothing of the app.
    more(page, "Three")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "three.zip"
    assert download.value.path().read_bytes() == zipped(export(checkpoint.parse(files["three"]["buffer"])))

    # Away, and back.
    page.get_by_role("button", name="Remove").click()
    expect(cards(page)).to_have_text(["The best b", "One"])
    expect(page.get_by_text("Three is removed.")).to_be_visible()
    button(page, "Undo").click()
    expect(cards(page)).to_have_text(["Three", "The best b", "One"])
    expect(page.get_by_text("Three is removed.")).to_have_count(0)

    # Off to draw with it, and that outlasts a reload as well.
    card(page, "One").get_by_role("link", name="Draw").click()
    shows(page, "Draw")
    expect(page.get_by_role("combobox", name="Network")).to_have_value("One")
    page.reload()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("One")


def test_the_cards_are_no_wider_than_a_phone(server, visitor):
    page = visitor(server.url + "runs", PHONE)
    shows(page, "Runs")
    brings(
        page,
        network("a" * 40, corruption="gaussian", batch_size=1000),
        f"{'A' + 'a' * 39} is among your runs.",
    )
    brings(page, network("W " * 19), f"{' '.join('W' * 19)} is among your runs.")
    expect(cards(page)).to_have_count(2)
    for _ in in_each_theme(page):
        nothing_scrolls_sideways(page)
    page.get_by_role("button", name="More").first.click()
    expect(page.get_by_role("button", name="Remove")).to_be_visible()
    for _ in in_each_theme(page):
        nothing_scrolls_sideways(page)
