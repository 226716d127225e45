"""The Train page in a real browser: during a run, after it, and the links to other pages."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import (
    BACK,
    JOURNEY,
    ONE,
    POINTS,
    SEES,
    button,
    choose,
    clear,
    draw,
    drawing,
    figures,
    shows,
    source,
    tile,
    visit,
    write,
)
from tests.browser.test_live import a_chosen_network_follows

pytestmark = pytest.mark.browser

NOW_AND_THEN = 100  # milliseconds: a look at each frame would take time from the run that is waited for
MARKER = "document.querySelector('.live-chart')?.layout?.shapes?.[0]?.x0"  # the step at the dotted line


def points(page, more_than):
    """Wait until the training curve has more points; returns how many."""
    now = f"(() => {{ const now = {POINTS}; return now > {more_than} && now }})()"
    return page.wait_for_function(now, polling=NOW_AND_THEN).json_value()


def strips(page):
    """The held-out pictures and what comes back of them, as addresses."""
    return page.locator(".strip img").evaluate_all("images => images.map((one) => one.src)")


def starts(page):
    button(page, "Start training").click()
    expect(page.get_by_text("Epoch 1 of")).to_be_visible()


def ends(page):
    expect(page.get_by_text("Done:")).to_be_visible(timeout=150_000)
    expect(button(page, "Start training")).to_be_enabled()


@pytest.mark.mnist
def test_a_run_on_mnist_goes_on_while_it_is_watched_left_and_stopped(mnist_server, visitor):
    page = visitor(mnist_server.url)
    expect(tile(page, SEES)).to_be_visible()
    digit = drawing(page)

    # Before the first run there is what the untrained network makes of the pictures.
    visit(page, "Train")
    expect(page.get_by_text("an untrained network makes of them")).to_be_visible()
    expect(page.get_by_alt_text("Your digit")).to_have_attribute("src", digit)
    page.wait_for_function("new Set([...document.querySelectorAll('.strip img')].map((one) => one.src)).size == 2")
    originals, untrained = strips(page)
    write(page, "Channels", "8")  # another network, with other weights
    expect(page.locator(".strip img").nth(1)).not_to_have_attribute("src", untrained)
    assert strips(page)[0] == originals
    write(page, "Epochs", "10")
    button(page, "Start training").click()

    # The curve grows in the same chart, the pictures change, and the visitor's own digit is among them.
    page.wait_for_function(f"{POINTS} > 0")
    page.locator(".live-chart").evaluate("chart => (chart.isTheFirst = true)")
    seen = points(page, 0)
    expect(page.locator(".strip img")).to_have_count(2)
    watched, first = strips(page)
    assert watched == originals  # a run watches the same pictures
    expect(page.get_by_alt_text("Your digit")).to_have_attribute("src", digit)
    own = page.get_by_alt_text(BACK, exact=True)
    own_first = source(own)
    seen = points(page, seen + 3)
    expect(page.locator(".strip img").nth(1)).not_to_have_attribute("src", first)
    expect(own).not_to_have_attribute("src", own_first)
    assert strips(page)[0] == originals
    expect(page.locator(".live-chart .legendtext")).to_have_text(["Training loss", "Held-out loss"])
    assert page.locator(".live-chart").evaluate_all("charts => charts.map((one) => one.isTheFirst)") == [True]
    expect(button(page, "Train this next")).to_be_enabled()

    # Elsewhere meanwhile: another page answers, and the run goes on.
    visit(page, "Draw")
    clear(page)
    draw(page, ONE)
    visit(page, "Train")
    seen = points(page, seen)

    # Stop: it says so and keeps what it has learnt.
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped:")).to_be_visible()
    expect(page.get_by_text("is kept")).to_be_visible()
    expect(button(page, "Stop")).to_be_disabled()
    expect(button(page, "Start training")).to_be_enabled()


@pytest.mark.mnist
def test_a_finished_run_can_be_gone_through_drawn_with_and_compared(mnist_server, visitor):
    page = visitor(mnist_server.url + "train?channels=2&batch_size=1024")
    shows(page, "Train")
    starts(page)
    ends(page)
    expect(page.get_by_role("code")).to_contain_text("--channels 2 --dataset mnist --epochs 1 --batch-size 1024")

    # Every point that the chart was given is drawn.
    page.wait_for_function(
        "[document.querySelector('.live-chart')].every("
        "(one) => one.querySelectorAll('.points path').length === one.data[1].x.length && one.data[1].x.length > 2)"
    )

    # Back to its beginning and to its end.
    last = strips(page)
    slider = page.get_by_role("slider", name="Go back through the run")
    slider.press("Home")
    expect(page.locator(".strip img").nth(1)).not_to_have_attribute("src", last[1])
    assert strips(page)[0] == last[0]
    slider.press("End")
    expect(page.locator(".strip img").nth(1)).to_have_attribute("src", last[1])

    # A click on the curve goes back, too: the line in the chart, the slider and the pictures go together.
    plot = page.locator(".live-chart .nsewdrag")
    plot.click(position={"x": 3, "y": plot.bounding_box()["height"] / 2})
    page.wait_for_function(f"{MARKER} === 0")
    expect(slider).to_have_attribute("aria-valuetext", "step 0")
    expect(page.locator(".strip img").nth(1)).not_to_have_attribute("src", last[1])
    slider.press("End")
    page.wait_for_function(f"{MARKER} > 0")
    expect(page.locator(".strip img").nth(1)).to_have_attribute("src", last[1])

    # The visitor's digit, drawn by it.
    page.get_by_test_id("stMain").get_by_role("link", name="Draw with it").click()
    shows(page, "Draw")
    expect(page.get_by_role("combobox", name="Network")).to_have_value("Run 1")
    expect(page.locator(JOURNEY)).to_contain_text("Run 1")
    assert 0 < figures(page)["MSE"] < 0.5
    own = source(tile(page, BACK))
    choose(page, "Network", "Classic")
    expect(tile(page, BACK)).not_to_have_attribute("src", own)
    a_chosen_network_follows(page, "Run 1")

    # And measured beside PCA with as many numbers.
    visit(page, "Compare")
    choose(page, "Network", "Run 1")
    rows = page.locator("table.scores tr:has(th[scope=row])")
    expect(rows.locator("th")).to_have_text(["Run 1", "PCA 392"], timeout=150_000)
    expect(rows.first.locator("td").first).not_to_have_text("…", timeout=150_000)
    mse, _, _, ssim = (float(words) for words in rows.first.locator("td").all_inner_texts())
    assert 0 < mse < 0.2
    assert -1 < ssim < 1
    expect(page.get_by_role("group", name="Test pictures")).to_be_visible()


def held_out(page):
    """The held-out curve as it is on the page: [step, …], [loss, …]."""
    chart = "document.querySelector('.live-chart')?.data"
    page.wait_for_function(f"({chart}?.[1]?.x.length ?? 0) > 2", polling=NOW_AND_THEN)
    return page.evaluate(f"[{chart}[1].x, {chart}[1].y]")


def test_a_reload_finds_the_same_run_with_its_whole_curve_and_the_next_visitor_waits_in_line(server, visitor):
    page = visitor(server.url + "train?channels=4&dataset=synthetic&epochs=100")
    shows(page, "Train")
    starts(page)
    steps, losses = held_out(page)
    page.reload()
    shows(page, "Train")
    expect(button(page, "Stop")).to_be_enabled()
    page.wait_for_function(
        f"(document.querySelector('.live-chart')?.data?.[1]?.x.length ?? 0) > {len(steps)}", polling=NOW_AND_THEN
    )
    again, same = held_out(page)
    assert again[: len(steps)] == steps and same[: len(losses)] == losses  # the same run …
    assert len(set(again)) == len(again)
    expect(page.get_by_text("is in line")).to_have_count(0)  # … and no second one

    # It is this visitor's alone. Another one, who wants to train meanwhile, waits in line until it is stopped.
    other = visitor(server.url + "train?batch_size=1024&epochs=2")
    expect(other.get_by_text("Not started")).to_be_visible()
    choose(other, "Data set", re.compile("synthetic", re.IGNORECASE))
    button(other, "Start training").click()
    expect(other.get_by_text("Run 1 is in line: place 1. It begins in")).to_be_visible()
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped:")).to_be_visible()
    expect(other.get_by_text("Epoch 1 of 2")).to_be_visible()
    button(other, "Stop").click()
    expect(other.get_by_text("Stopped:")).to_be_visible()

    # What was stopped is found again as well.
    page.reload()
    expect(page.get_by_text("Stopped:")).to_be_visible()
    visit(page, "Draw")
    page.get_by_role("combobox", name="Network").click()
    expect(page.get_by_role("option", name="Run 1")).to_be_visible()
    page.keyboard.press("Escape")
    visit(page, "Runs")
    expect(page.locator(".run")).to_have_count(1)


def test_a_run_is_ruled_by_the_keyboard_alone(server, visitor):
    page = visitor(server.url + "train?channels=4&dataset=synthetic&epochs=100")
    shows(page, "Train")
    expect(button(page, "Start training")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    held_out(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Run 2 is in line: place 1")).to_be_visible()
    expect(button(page, "Train this next")).to_be_disabled()

    page.keyboard.press("Alt+p")
    expect(page.get_by_text("Paused after")).to_be_visible()
    expect(page.get_by_text("Run 2 begins when Run 1 has gone on")).to_be_visible()
    page.keyboard.press("Alt+p")
    expect(button(page, "Pause")).to_be_enabled()

    cancel = button(page, "Cancel Run 2")
    cancel.focus()
    cancel.press("Enter")
    expect(cancel).to_have_count(0)
    page.keyboard.press("Alt+x")
    expect(page.get_by_text("Stopped:")).to_be_visible()
    expect(button(page, "Start training")).to_be_enabled()


def test_a_variational_network_shows_both_parts_of_its_loss(server, visitor):
    settings = "channels=2&code_size=4&unpooling=transpose&beta=1&dataset=synthetic&batch_size=1024&epochs=2"
    page = visitor(f"{server.url}train?{settings}")
    shows(page, "Train")
    button(page, "Start training").click()
    ends(page)
    expect(page.get_by_text("Done:")).to_contain_text("nats")
    parts = ["Squared error, training", "Squared error, held-out", "KL, training", "KL, held-out"]
    expect(page.locator(".live-chart .legendtext")).to_have_text(parts)
    assert all(page.evaluate("document.querySelector('.live-chart').data.map((one) => one.y.length)"))
