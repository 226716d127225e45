"""Where the digit comes from: the canvas, a picture file, or the camera."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import streamlit as st

from cae.drawing.picture_file import MAX_BYTES
from cae.environment import environment
from cae.ui.draw import photograph
from cae.ui.parts.uploads import forget
from cae.ui.visitor import session

__all__ = ["Source", "choose_source", "take"]

Source = Literal["Draw", "Photo", "Camera"]
SOURCES: tuple[Source, ...] = get_args(Source)
ENDINGS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
UPLOADS = "photo-uploads"  # session key: how many

_mount = st.components.v2.component("paste", js=Path(__file__).with_name("paste.js").read_text())


def choose_source() -> Source:
    """Three buttons; a visitor draws until they choose another. Without uploads there are none, and they draw."""
    if not environment().uploads:
        return "Draw"
    chosen = st.segmented_control(
        "Where the digit comes from",
        SOURCES,
        default=SOURCES[0],
        required=True,
        key="source",
        on_change=_keep_drawing,
        label_visibility="collapsed",
        width="stretch",
        persist_state="session",
    )
    return chosen or SOURCES[0]


def take(source: Source) -> None:
    """Let the visitor choose or paste a picture, or take one with the camera."""
    if source == "Camera":
        st.camera_input("A photo of one or more digits", key="photo-camera", on_change=_take, args=["photo-camera"])
        return
    key = f"photo-{st.session_state.get(UPLOADS, 0)}"
    st.file_uploader(
        "A photo of one or more digits",
        ENDINGS,
        key=key,
        max_upload_size=MAX_BYTES // 1_000_000,
        on_change=_take,
        args=[key],
    )
    with st.container(key="paste-hint"):
        st.caption("You can also paste a picture: press Ctrl + V.")
    with st.container(key="unseen-paste"):  # assets/style.css: it takes no room
        _mount(key="paste")


def _take(key: str) -> None:
    file = st.session_state[key]
    if file is None:  # the visitor has cleared the camera's photo
        return
    photograph.give(file.getvalue())
    if key != "photo-camera":  # a new key makes a new, empty uploader, so that the same file can be chosen again
        forget(file.file_id)
        st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1


def _keep_drawing() -> None:
    """A canvas that comes back starts with what was on it."""
    sketch = session.sketch()
    sketch.replace(sketch.drawing.objects, sketch.drawing.example)
