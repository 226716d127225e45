"""A run's name is what people read and nothing else, wherever it comes from."""

import pytest

from cae.config import TrainConfig
from cae.jobs import RunStore
from cae.runs.run import Run

NAMES = {
    "run-1": "run-1",
    "My net (2), v1.5 + snake_case": "My net (2), v1.5 + snake_case",
    "Größe 十 رقم": "Größe 十 رقم",  # letters of any script are letters
    "www.evil.example": "www evil.example",  # Streamlit's Markdown makes links of bare addresses
    "see WWW.evil.example": "see WWW evil.example",
    "__init__ _x_": "init x",
    ":red[x] :smile: :material/home:": "red x smile material home",
    "$x^2$": "x 2",
    "<b>x</b>&lt;": "b x b lt",
    "[a](https://e.x)": "a (https e.x)",
    "1. list": "1 list",
    "12)-list": "12 -list",
    "- + x": "x",
    "-----x": "x",  # shown with spaces for "-": four of them would make it code
    "a\u202egnp.exe\u2066\u200f": "a gnp.exe",
    "a\nb\t\x1b[31mc\x00": "a b 31mc",
    "x" * 50: "x" * 40,
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=map(ascii, NAMES))
def test_a_name_is_made_harmless_at_the_door(name, shown):
    store = RunStore()
    assert store.put("me", Run(TrainConfig(), name=name)).name == shown
    store.put("me", Run(TrainConfig(), name="other"))
    assert store.rename("me", "other", name).removesuffix(" (2)") == shown


@pytest.mark.parametrize("name", ["", "-", "___", "$$", "\u202e", "<>"])
def test_a_name_without_a_letter_or_digit_is_none(name):
    store = RunStore()
    assert store.put("me", Run(TrainConfig(), name=name)).name == "run"
    with pytest.raises(ValueError, match="needs a letter or a digit"):
        store.rename("me", "run", name)
