"""The Switches page as a visitor meets it, with every control moved."""

from pathlib import Path

import pytest

from tests.ui.visiting import html, network, said

PAGE = Path(__file__).parents[2] / "pages" / "switches.py"
OPTIONS = {
    "code": ("own", "zero", "average", "other"),
    "switches": ("own", "fixed", "shuffled", "other"),
    "other": (0, 1, 2, 3),
}


def test_the_budget_has_a_bar_for_the_image_the_code_and_every_pooling(visit):
    page = visit(network("helped", code_size=2, channels=(4, 6)))
    assert not page.exception
    bars = html(page)
    assert all(words in bars for words in ("6,272 bits", "64 bits", "1,568 bits", "588 bits"))
    assert bars.count("Around it, pooling") == 2


def test_a_network_without_switches_says_that_nothing_goes_around(visit):
    page = visit(network("honest", channels=(4, 6), code_size=2, unpooling="transpose"))
    assert not page.exception
    assert "no switches" in html(page) and "Yes: nothing goes around" in said(page)
    assert page.button_group(key="switches").disabled


@pytest.mark.parametrize(
    ("key", "unpooling"),
    [("code", "switches"), ("switches", "switches"), ("other", "switches"), ("code", "transpose"), ("other", "fixed")],
)
def test_every_control_changes_the_picture(visit, key, unpooling):
    page = visit(network("one", channels=(4, 6), code_size=8, unpooling=unpooling))
    page.button_group(key="code").set_value("other" if key == "other" else "own").run()
    seen = set()
    for option in OPTIONS[key]:
        page.button_group(key=key).set_value(option).run()
        assert not page.exception
        seen.add(page.get("html")[-1].proto.body)
    assert len(seen) == 4
