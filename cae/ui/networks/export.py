"""The button that downloads a network as a folder which needs nothing of this project."""

from __future__ import annotations

import streamlit as st

from cae.runs.run import Run
from cae.ui.visitor.tasks import Task

__all__ = ["CONTENTS", "export_button"]

CONTENTS = (
    "A zip archive with this network in plain PyTorch, its weights, a notebook that trains it again, and an ONNX file. "
    "It needs nothing of this app."
)


def export_button(run: Run, key: str, label: str = "Export", help: str | None = CONTENTS) -> None:
    """A download button; the archive is made when it is clicked."""
    st.download_button(
        label,
        data=lambda: _archive(run),
        file_name=f"{run.name}.zip",
        mime="application/zip",
        key=key,
        on_click="ignore",
        width="stretch",
        help=help,
    )


def _archive(run: Run) -> bytes:
    return Task(lambda _: _made(run)).result(lambda share, words: None)  # half a second: strokes do not wait for it


def _made(run: Run) -> bytes:
    from cae.export.folder import export, zipped

    return zipped(export(run))
