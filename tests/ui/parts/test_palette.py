"""The palette equals Streamlit's theme, its colours can be told apart, and larger errors look stronger."""

import itertools
import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from cae.ui.parts import palette

ROOT = Path(__file__).parents[3]
CONFIG, STYLE = ROOT / ".streamlit/config.toml", ROOT / "assets/style.css"
LINES = [palette.ORIGINAL, palette.RECONSTRUCTION, palette.DIFFERENCE, palette.PCA, palette.OTHER, palette.TRAINING]


def linear(colour):
    """sRGB, "#rrggbb" or 0 to 255, to linear light."""
    if isinstance(colour, str):
        colour = np.array(list(bytes.fromhex(colour.removeprefix("#"))))
    share = np.asarray(colour) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """WCAG 2.2's contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(one, other, share):
    """What a browser shows of ``share`` of one colour over another, 0 to 255."""
    above, below = (np.array(list(bytes.fromhex(colour.removeprefix("#")))) for colour in (one, other))
    return np.rint(share * above + (1 - share) * below)


@pytest.mark.parametrize(("name", "theme"), [("light", palette.LIGHT), ("dark", palette.DARK)])
def test_streamlit_has_the_same_colours(name, theme):
    theme_config = tomllib.loads(CONFIG.read_text())["theme"]
    ours = asdict(theme)
    names = {"primary": "primaryColor", "background": "backgroundColor", "text": "textColor"}
    names |= {"surface": "secondaryBackgroundColor", "border": "borderColor"}
    button = ours.pop("button")
    assert {field: theme_config[name][option] for field, option in names.items()} == ours
    assert button.lower() in re.search(r"--fill: light-dark\((.*)\)", STYLE.read_text())[1].split(", ")
    assert tuple(theme_config["chartCategoricalColors"]) == palette.DIGITS


@pytest.mark.parametrize("theme", [palette.LIGHT, palette.DARK])
def test_text_and_lines_can_be_read(theme):
    assert contrast(theme.text, theme.background) > 7
    assert contrast(theme.text, theme.surface) > 7
    assert contrast(theme.button, "#FFFFFF") > 4.5  # its own words
    assert contrast(theme.primary, theme.surface) > 4.5
    # The words of a choice stand on a tint of their own colour; under the pointer, on a stronger one.
    assert all(contrast(theme.primary, over(theme.primary, theme.background, share)) > 4.5 for share in (0.1, 0.2))
    assert all(contrast(line, theme.background) > 3 for line in LINES)


# Machado, Oliveira and Fernandes (2009), full strength, on linear light.
PROTAN = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
DEUTAN = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]


@pytest.mark.parametrize("sight", [np.eye(3), PROTAN, DEUTAN], ids=["all cones", "protan", "deutan"])
def test_no_two_colours_look_the_same(sight):
    for colours in (palette.DIGITS, LINES):
        seen = [255 * np.clip(np.asarray(sight) @ linear(colour), 0, 1) ** (1 / 2.2) for colour in colours]
        assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 20


def test_the_error_map_is_neutral_in_the_middle_and_even_on_both_sides():
    table = palette.SIGNED_ERROR
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table[128].any()
    light = luminance(table)
    assert (np.diff(light[:129]) <= 0).all()
    assert (np.diff(light[128:]) >= 0).all()
    assert abs(light[0] - light[255]) < 0.05
    assert abs(light[64] - light[192]) < 0.05


@pytest.mark.parametrize("dark", [False, True])
def test_plotly_accepts_the_layout(dark):
    theme = palette.DARK if dark else palette.LIGHT
    assert go.Figure(layout=palette.figure_layout(dark)).layout.font.color == theme.text


def test_a_layout_belongs_to_its_caller():
    palette.figure_layout(False)["xaxis"]["title"]["text"] = "mine"
    layout = palette.figure_layout(False)
    assert "text" not in layout["xaxis"]["title"]
    assert layout["xaxis"]["title"] is not layout["yaxis"]["title"]
