"""What visitors can do with their runs: upload, rename, remove, and undo a removal."""

from __future__ import annotations

import streamlit as st

from cae.environment import environment
from cae.inference import on_thread
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.ui.parts.text import plain
from cae.ui.parts.uploads import forget
from cae.ui.runs import pair
from cae.ui.visitor import services, session

__all__ = ["clear_messages", "offer_undo", "refused_name", "remove", "rename", "upload"]

REMOVED, UPLOADED, REFUSED = "removed-run", "uploaded-run", "refused-name"  # session keys
MEGABYTES = checkpoint.MAX_BYTES // 1_000_000


def clear_messages() -> None:
    """On a new visit to the page, drop the messages of an earlier one."""
    if session.just_arrived("runs"):
        for message in (REMOVED, UPLOADED, REFUSED):
            st.session_state.pop(message, None)


def remove(run: Run, place: int) -> None:
    """Remove a run. It can be put back until another one is removed. ``place`` is its index on the page."""
    services.run_store().remove(session.visitor(), run.name)
    st.session_state[REMOVED] = (run, place)


def offer_undo(place: int) -> None:
    """If a run has just been removed at this index: a message, and a button that puts it back."""
    run, where = st.session_state.get(REMOVED, (None, -1))
    if run is not None and where == place:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.info(f"{run.title} is removed.")
        row.button("Undo", on_click=_put_back)


def _put_back() -> None:
    if removed := st.session_state.pop(REMOVED, None):
        services.run_store().put(session.visitor(), removed[0])


def rename(run: Run, key: str) -> None:
    """Rename a run to the text in the text box ``key``."""
    st.session_state.pop(REFUSED, None)
    try:
        name = services.run_store().rename(session.visitor(), run.name, st.session_state[key])
    except ValueError as refusal:
        st.session_state[REFUSED] = (run.name, str(refusal))
        return
    pair.renamed(run.name, name)


def refused_name(run: Run) -> str:
    """Why the last name for this run was refused; empty if it was not."""
    name, why = st.session_state.get(REFUSED, ("", ""))
    return why if name == run.name else ""


def upload() -> None:
    """A file uploader, where there are uploads. The file's name and type are ignored: its content is checked."""
    if not environment().uploads:
        return
    key = f"upload-{st.session_state.get('uploads', 0)}"
    st.file_uploader(
        "Upload a network: a .safetensors file that was downloaded here, or made by “python -m cae train”",
        key=key,
        max_upload_size=MEGABYTES,
        on_change=_take,
        args=[key],
    )
    accepted, words = st.session_state.get(UPLOADED, (True, ""))
    if words:
        st.success(words) if accepted else st.error(plain(words))  # an error may quote the file


def _take(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    try:
        run = services.run_store().put(session.visitor(), on_thread(checkpoint.parse, file.getvalue()))
    except ValueError as refusal:
        st.session_state[UPLOADED] = (False, str(refusal))
    else:
        st.session_state[UPLOADED] = (True, f"{run.title} is among your runs.")
    forget(file.file_id)
    # A new key makes a new, empty uploader, so that the same file can be uploaded again.
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
