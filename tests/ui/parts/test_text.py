"""Figures as a person reads them."""

import math

import pytest

from cae.ui.parts.text import number, plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00170467, "0.00170"),
        (0.0413, "0.0413"),
        (27.93, "27.9"),
        (123.4, "123"),
        (1.0, "1.00"),
        (0, "0"),
        (-0.5, "-0.500"),
        (3.2e-9, "3.20e-09"),
        (math.inf, "∞"),
        (math.nan, "–"),
    ],
)
def test_a_figure_has_three_significant_digits(value, text):
    assert number(value) == text


def test_markdown_finds_nothing_to_do_in_plain_text():
    assert plain("Größe – 1e-6, “a b”") == "Größe – 1e\\-6\\, “a b”"
    assert plain("[x](http://a) _b_ :red[c] $d$ <e> `f` ![g](h) **i** ~j~ #k \\") == (
        r"\[x\]\(http\:\/\/a\) \_b\_ \:red\[c\] \$d\$ \<e\> \`f\` \!\[g\]\(h\) \*\*i\*\* \~j\~ \#k " + "\\" * 2
    )
