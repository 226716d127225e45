"""The Lessons page: every link of every lesson opens its page as the lesson says; predictions come first and stay."""

import re

import pytest
from playwright.sync_api import expect

from cae.ui.lessons.addresses import SETTINGS
from cae.ui.lessons.lesson import lessons
from tests.browser.chromium import PHONE
from tests.browser.screen import STAGES, at_rest, nothing_scrolls_sideways, shows, visit

pytestmark = pytest.mark.browser

LESSONS = lessons().lessons
SEEN = "What we saw"
# What a widget of the page shows: the text of its box, or of its pressed button; nothing while it is being loaded.
VALUE = (
    """(widget) => widget.querySelector('[aria-checked="true"]')?.innerText ?? widget.querySelector("input")?.value"""
)


def open_lesson(page, lesson):
    page.locator(".st-key-lesson").get_by_text(lesson.title, exact=True).click()
    expect(page.get_by_role("heading", name=lesson.question)).to_be_visible()


def shows_setting(page, name, value):
    """The page's widget for this setting shows the value that the link gives it."""
    widget = page.locator(f".st-key-{name}")
    expect(widget).to_have_count(1)
    page.wait_for_function(
        f"([name, value]) => ({VALUE})(document.querySelector(`.st-key-${{name}}`)) === value", arg=[name, value]
    )


@pytest.fixture
def page(mnist_server, lasting):
    page = lasting(f"{mnist_server.url}lessons")
    if not page.url.startswith(f"{mnist_server.url}lessons"):
        visit(page, "Lessons")
    shows(page, "Lessons")
    return page


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
def test_every_link_opens_its_page_with_its_settings(page, lesson):
    open_lesson(page, lesson)
    for number, step in enumerate(lesson.steps, 1):
        at_rest(page)
        page.locator(f".st-key-step-{number}").get_by_role("link").click()
        shows(page, step.address.page.capitalize())
        for name, value in step.address.settings.items():
            shows_setting(page, name, value)
        page.wait_for_function("(stage) => everywhere(stage).length", arg=STAGES[step.address.page.capitalize()])
        for name in SETTINGS[step.address.page]:
            expect(page.locator(f".st-key-{name}")).to_have_count(1)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        visit(page, "Lessons")
        expect(page.get_by_role("heading", name=lesson.question)).to_be_visible()  # the lesson that was left


def test_what_was_seen_comes_after_the_prediction_which_stays(page):
    lesson = LESSONS[0]
    open_lesson(page, lesson)
    expect(page.get_by_text(SEEN, exact=True)).to_have_count(0)
    own = lesson.prediction.choices[0]
    page.get_by_text(own, exact=True).click()
    page.get_by_text(SEEN, exact=True).click()
    expect(page.get_by_text("We saw something else")).to_be_visible()
    expect(page.get_by_text(re.compile("^Measured on"))).to_be_visible()

    open_lesson(page, LESSONS[1])
    expect(page.get_by_text(SEEN, exact=True)).to_have_count(0)  # each lesson has a prediction of its own
    visit(page, "Runs")
    visit(page, "Lessons")
    open_lesson(page, lesson)
    expect(page.get_by_role("radio", name=own)).to_be_checked()
    expect(page.get_by_text(SEEN, exact=True)).to_be_visible()


def test_no_lesson_is_wider_than_a_phone(server, visitor):
    page = visitor(f"{server.url}lessons", PHONE)
    shows(page, "Lessons")
    for lesson in LESSONS:
        open_lesson(page, lesson)
        page.get_by_text(lesson.prediction.choices[lesson.prediction.right], exact=True).tap()
        page.get_by_text(SEEN, exact=True).tap()
        expect(page.get_by_text(re.compile("^Measured on"))).to_be_visible()
        nothing_scrolls_sideways(page)
