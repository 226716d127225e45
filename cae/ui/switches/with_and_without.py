"""Two networks with a code of one number, trained in the same way, one with switches and one without."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cae import registry
from cae.images import levels, pixels
from cae.inference import Reconstruction, on_thread, reconstruct
from cae.runs.run import Run
from cae.ui.networks import shipped
from cae.ui.parts import palette
from cae.ui.parts.chosen_picture import ChosenPicture
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles
from cae.ui.switches.budget import numbers

__all__ = ["with_and_without"]


def with_and_without(chosen: ChosenPicture, test: TestSet) -> None:
    """Reconstructions of the digit with switches, without, and by PCA; nothing if no such networks are shipped."""
    there = shipped.shipped()
    if not there.keys() >= set(shipped.PAIR):
        return
    helped, alone = (there[name] for name in shipped.PAIR)
    if helped.config.model.picture != test.shape or not test.drawn:
        return
    size = helped.config.model.code_numbers
    with_switches, without = (reconstruct(run, chosen.picture[None]) for run in (helped, alone))
    linear, error = on_thread(_pca, test, chosen.picture, size)
    other = test.name != helped.config.dataset
    fitted = f"fitted to {registry.title(test.name)}" if other else "nothing bypasses"
    st.header(f"A code of {numbers(size)}, with switches and without")
    tiles(
        [
            Tile(chosen.picture, chosen.caption, palette.ORIGINAL, "What the networks see"),
            _tile(helped, with_switches, "With switches", palette.RECONSTRUCTION),
            _tile(alone, without, "Without switches", palette.OTHER),
            Tile(linear, f"PCA, {numbers(size)}", palette.PCA, f"MSE {number(error)}, {fitted}"),
        ]
    )
    st.write(answer(helped, alone))


def _tile(run: Run, back: Reconstruction, caption: str, tone: str) -> Tile:
    bypass = f"{run.config.model.switch_bits:,} bits bypass" if run.config.model.switch_bits else "nothing bypasses"
    return Tile(back.images[0], caption, tone, f"MSE {number(back.figures[0].mse)}, {bypass}")


def answer(helped: Run, alone: Run) -> str:
    """What the two networks have in common, and their figures over the test set, which are stored in their files."""
    dataset, model = helped.config.dataset, helped.config.model
    like = replace(helped.config, model=replace(model, unpooling=alone.config.model.unpooling))
    alike = ", and they were trained in the same way" if like == alone.config else ""
    sentence = (
        f"The code of both networks is {numbers(model.code_numbers)}{alike}. In the first, "
        f"{model.switch_bits:,} bits of switches bypass the code (a picture has {model.picture.bits:,}); in the "
        "second, nothing."
    )
    first, second = (run.figures.get(dataset) for run in (helped, alone))
    if not first or not second:
        return sentence
    return (
        f"{sentence} Over all test pictures of {registry.title(dataset)}, the MSE is **{number(first['mse'])}** with "
        f"switches and **{number(second['mse'])}** without. The MSE of PCA with as many numbers is "
        f"{number(second['pca_mse'])}."
    )


def _pca(test: TestSet, digit: Picture, size: int) -> tuple[Picture, float]:
    from cae.evaluation.metrics import mse

    original = pixels(digit[None])
    back = test.pca.reconstruct(original, size)
    return levels(back.clamp(0, 1))[0], float(mse(original, back))
