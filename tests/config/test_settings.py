"""A domain describes its values, refuses all others, and reads back what it has written."""

import math
from functools import reduce

import pytest

from cae.config.settings import Choice, Integer, Integers, Real, Setting, shown, written


@pytest.mark.parametrize(
    ("domain", "good", "bad"),
    [
        (Integer(1, 5), [1, 5], [0, 6, True, 1.0, "1", None]),
        (Integer(1, 5, optional=True), [None, 3], [0, "none"]),
        (Real(0.5, 2.0), [0.5, 1, 2.0], [0.49, 2.01, math.nan, math.inf, -math.inf, True, "1", None, 10**400]),
        (Choice({"one": "", "two": ""}), ["one", "two"], ["", "three", None, 1, ["one"]]),
        (Integers(1, 9, longest=2), [(1,), (9, 1)], [(), (1, 2, 3), (0,), (10,), (1.0,), (True,), "1", 1, None]),
    ],
    ids=str,
)
def test_a_domain_takes_what_is_inside_and_nothing_else(domain, good, bad):
    assert [value for value in good if not domain.accepts(value)] == []
    assert [value for value in bad if domain.accepts(value)] == []


@pytest.mark.parametrize(
    ("domain", "value"),
    [
        (Integer(1, 512), 64),
        (Integer(1, 512, optional=True), None),
        (Real(1e-6, 1.0), 8e-3),
        (Real(1e-6, 1.0), 1e-6),
        (Real(1e-6, 1.0), 0.123456789012345),
        (Real(1e-6, 1.0), 1 / 3),
        (Choice({"one-cycle": ""}), "one-cycle"),
        (Integers(1, 128, longest=4), (16,)),
        (Integers(1, 128, longest=4), (16, 32, 64, 128)),
    ],
)
def test_what_is_written_is_read_back_as_the_same_value(domain, value):
    assert domain.parse(written(value)) == value


def test_numbers_are_written_as_a_person_would():
    assert [written(value) for value in (None, (16, 32), 8e-3, 1.0, 7)] == ["none", "16,32", "0.008", "1", "7"]


@pytest.mark.parametrize("text", ["", "sixteen", "16,,32", "16;32", "1.5"])
def test_channels_that_are_not_whole_numbers_cannot_be_read(text):
    with pytest.raises(ValueError):
        Integers(1, 128, longest=4).parse(text)


def test_spaces_in_a_list_do_not_matter():
    assert Integers(1, 128, longest=4).parse(" 16, 32 ") == (16, 32)


LONG_NUMBER = 10**5000
LISTS_IN_LISTS = reduce(lambda inner, _: [inner], range(100_000), [])
SHOWN = [
    (8e-3, "0.008"),
    ("größer als 😀", "größer als 😀"),
    ("", "empty"),
    (" ", "empty"),
    ((), "empty"),
    ("two\nlines\0", r"two\nlines\x00"),
    ("half \ud83d", r"half \ud83d"),
    ("\u202egnihton", r"\u202egnihton"),
    ("x" * 60, "x" * 60),
    ("x" * 10**6, "x" * 57 + "…"),
    ("\n" * 60, r"\n" * 28 + "\\…"),
    (10**400, "1" + "0" * 56 + "…"),
    (LONG_NUMBER, "too long to write"),
    ((1, LONG_NUMBER), "too long to write"),
    (LISTS_IN_LISTS, "too long to write"),
]


@pytest.mark.parametrize(("value", "words"), SHOWN, ids=range(len(SHOWN)))
def test_whatever_a_value_is_a_message_can_carry_it(value, words):
    assert shown(value) == words


@pytest.mark.parametrize("text", ["1," * 100_000, "a\nb", "\ud800", ""], ids=shown)
@pytest.mark.parametrize("domain", [Integer(1, 5), Real(0, 1), Integers(1, 9, longest=2)], ids=str)
def test_text_that_cannot_be_read_is_refused_in_one_short_line(domain, text):
    with pytest.raises(ValueError) as refusal:
        Setting("Label", "Help.", domain).parse(text, "this")
    assert str(refusal.value) == f"this is {shown(text)}; it must be {domain}."
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 160
