"""Uploads a visitor's own pictures, and says what came of it. They are kept in memory, for this visitor alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cae.config import TrainConfig
from cae.data.download import Progress
from cae.environment import MEGABYTE, environment
from cae.registry import GREATEST_SIDE, LEAST_SIDE, OWN, Shape
from cae.text import sentence
from cae.ui.parts import palette
from cae.ui.parts.held_out import held_out_if_there
from cae.ui.parts.text import plain
from cae.ui.parts.tiles import strip
from cae.ui.parts.uploads import forget
from cae.ui.visitor import session
from cae.ui.visitor.own_store import Own
from cae.ui.visitor.pictures import own_pictures
from cae.ui.visitor.services import own_store
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.data.datasets import Dataset

__all__ = ["with_own_pictures"]

TYPES = ("zip", "png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff")  # only a hint: contents decide
SIDES = (LEAST_SIDE, 28, 32, 48, GREATEST_SIDE)
SECONDS = 60  # to read them in; others are waiting
VERSION, REFUSAL = "own-version", "own-refusal"  # session: counts the uploads; why the last one was refused


def with_own_pictures(config: TrainConfig) -> TrainConfig | None:
    """The config for the visitor's own pictures, in their shape; None while there are none.

    For another data set: the config as it is, and nothing is shown.
    """
    if config.dataset != OWN:
        return config
    mine = own_pictures()
    if mine is None:
        _upload()
        return None
    _summary(mine)
    return replace(config, model=replace(config.model, picture=mine.shape))


def _summary(mine: Own) -> None:
    """What there is, some of it, and the ways to remove or replace it."""
    with st.container(border=True):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.markdown(mine.report, width="stretch")
        row.button(
            "Remove these pictures",
            on_click=own_store().forget,
            args=[session.visitor()],
            help="Then you can upload others. Networks that you have trained on them stay.",
        )
        found = held_out_if_there(OWN, mine.shape)
        if found is not None:
            strip((found,), (palette.ORIGINAL,), (f"{len(found)} of your held-out pictures",))


def _upload() -> None:
    """The form. Nothing is read before the button is pressed."""
    version = st.session_state.get(VERSION, 0)
    with st.form(f"own-{version}", border=True):
        st.markdown(
            "**Your own pictures.** Choose at least 200 pictures, or a zip of them. Subfolders become classes. The "
            "middle square of each picture is made as small as you say. They stay in the memory of this server, for "
            "you alone, until you remove them or have been away for a quarter of an hour."
        )
        files = st.file_uploader("Pictures or a zip", TYPES, accept_multiple_files=True, key=f"own-files-{version}")
        left, right = st.columns(2, vertical_alignment="bottom")
        side = left.select_slider(
            "Side in pixels",
            SIDES,
            32,
            key="own-side",
            help="Larger pictures show more, and take longer: twice the side is four times the work.",
        )
        colour = right.toggle("In colour", True, key="own-colour", help="Grey pictures are three times less to learn.")
        pressed = st.form_submit_button("Use these pictures", type="primary")
    if pressed:
        given = [(one.name, one.getvalue()) for one in files]
        for one in files:
            forget(one.file_id)
        st.session_state[VERSION] = version + 1  # an empty form: these files are let go
        _take(given, Shape(side, 3 if colour else 1))
        st.rerun()
    if REFUSAL in st.session_state:
        st.warning(plain(st.session_state[REFUSAL]))


def _take(files: Sequence[tuple[str, bytes]], shape: Shape) -> None:
    """Read the files in the background, with progress; keep the pictures, or the sentence that says why not."""
    st.session_state.pop(REFUSAL, None)
    waiting = st.empty()
    try:
        if not files:
            raise ValueError("No file was chosen. Choose at least 200 pictures, or a zip of them.")
        most = environment().upload_mb
        if sum(len(content) for _, content in files) > most * MEGABYTE:
            raise ValueError(f"The files have more than {most} MB together. Make the pictures smaller.")
        work = Task(lambda progress: _read(files, shape, progress))
        dataset, report = work.result(lambda share, words: _show(waiting, share, words))
    except (ValueError, OSError) as problem:
        st.session_state[REFUSAL] = sentence(problem)
        return
    own_store().put(session.visitor(), Own(dataset, report))


def _show(place: DeltaGenerator, share: float, words: str) -> None:
    place.progress(share, words)


def _read(files: Sequence[tuple[str, bytes]], shape: Shape, progress: Progress) -> tuple[Dataset, str]:
    from cae.data.own_pictures import uploaded

    found = uploaded(files, shape, progress, seconds=SECONDS)
    parts = (found.train, found.validation, found.test)
    train, validation, test = (f"{len(part):,}" for part in parts)
    classes = f" of {len(found.classes)} classes" if len(found.classes) > 1 else ""
    report = [
        f"**{plain(found.title)}: {len(found):,} pictures{classes}**, {shape}. {train} are to train on, {validation} "
        f"to validate and {test} to test."
    ]
    if found.duplicates:
        report.append(f"Equal pictures count once: {found.duplicates:,} were there already.")
    if found.skipped:
        skipped = f"{found.skipped:,} files were skipped. The first" if found.skipped > 1 else "1 file was skipped"
        report.append(f"{skipped}: {plain(found.reasons[0])}")
    return found.dataset(OWN), " ".join(report)
