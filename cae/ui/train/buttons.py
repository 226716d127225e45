"""The buttons that control training: start, pause or resume, stop and cancel. They have keyboard shortcuts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st

from cae.config import TrainConfig
from cae.images import Images, arrays
from cae.registry import OWN
from cae.ui.parts.text import duration
from cae.ui.train.status import Status
from cae.ui.visitor import session
from cae.ui.visitor.pictures import own_pictures
from cae.ui.visitor.services import training

__all__ = ["controls"]


def controls(config: TrainConfig | None, now: Status) -> None:
    """Show the buttons in one row; those that do not apply are disabled or left out."""
    row = st.container(horizontal=True)
    job, behind = now.job, now.behind
    in_line = behind if behind else job if job and job.state == "waiting" and not job.begun else None
    row.button(
        "Train this next" if now.busy else "Start training",
        key="start",
        on_click=_start,
        args=[config],
        type="primary",
        disabled=config is None or in_line is not None,
        shortcut="Mod+Enter",
        help=(
            f"Trains a new network, for at most {duration(training().rules.time_budget)}. Training goes on while you "
            "visit other pages. One more run may wait in line."
        ),
    )
    state = job.state if job else ""
    row.button(
        "Resume" if state == "paused" else "Pause",
        key="pause",
        on_click=_resume if state == "paused" else _pause,
        args=[job.id if job else 0],
        disabled=state not in ("training", "paused"),
        shortcut="Alt+P",
        help="Other visitors can train during a pause. A long pause ends the run; its network is kept.",
    )
    begun = job is not None and job.begun and not job.is_over
    if begun or in_line is None:
        row.button(
            "Stop",
            key="stop",
            on_click=training().stop,
            args=[job.id if job else 0],
            disabled=not begun or state == "stopping",
            shortcut="Alt+X",
            help="Ends the run. The network that it has trained so far is kept.",
        )
    if in_line is not None:
        row.button(
            f"Cancel {in_line.run.title}",
            key="cancel",
            on_click=training().stop,
            args=[in_line.id],
            shortcut=None if begun else "Alt+X",
            help="Takes this run out of the line.",
        )


def _start(config: TrainConfig) -> None:
    shape = config.model.picture
    digit = session.digit(shape)
    watch: Images = np.empty((0, *shape.array), np.uint8) if digit is None else digit[None]
    own = own_pictures() if config.dataset == OWN else None
    parts = (own.dataset.train, own.dataset.validation) if own else ()
    with _refusal_kept():
        training().submit(session.visitor(), config, watch, tuple(arrays(part.images) for part in parts))
        st.session_state.pop("moment", None)


def _pause(number: int) -> None:
    with _refusal_kept():
        training().pause(number)


def _resume(number: int) -> None:
    with _refusal_kept():
        training().resume(number)


@contextmanager
def _refusal_kept() -> Iterator[None]:
    """If the service raises ``ValueError``, keep its message in the session for the page to show."""
    st.session_state.pop("refusal", None)
    try:
        yield
    except ValueError as refusal:
        st.session_state["refusal"] = str(refusal)
