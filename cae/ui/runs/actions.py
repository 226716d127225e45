"""What a visitor does to the shelf: bring a run, rename one, remove one, put it back."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cae.inference import on_thread
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.ui.parts.text import plain
from cae.ui.runs import pair
from cae.ui.visitor import services, session

__all__ = ["forget_news", "refused_name", "remove", "removed_from", "rename", "upload"]

REMOVED, BROUGHT, REFUSED = "removed-run", "brought-run", "refused-name"
MEGABYTES = checkpoint.MAX_BYTES // 1_000_000


def forget_news() -> None:
    """Whoever comes to the page sees no more of what they did during an earlier visit."""
    if session.just_arrived("shelf"):
        for news in (REMOVED, BROUGHT, REFUSED):
            st.session_state.pop(news, None)


def remove(run: Run, place: int) -> None:
    """Take a run off the shelf; until the next one goes, it can be put back."""
    services.run_store().remove(session.visitor(), run.name)
    st.session_state[REMOVED] = (run, place)


def removed_from(place: int) -> None:
    """Where a run has just been removed: a word of it, and the way back."""
    run, where = st.session_state.get(REMOVED, (None, -1))
    if run is not None and where == place:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.info(f"{run.title} is removed.")
        row.button("Undo", on_click=_put_back)


def _put_back() -> None:
    if removed := st.session_state.pop(REMOVED, None):
        services.run_store().put(session.visitor(), removed[0])


def rename(run: Run, key: str) -> None:
    """Give a run the name that is in this text box."""
    st.session_state.pop(REFUSED, None)
    try:
        name = services.run_store().rename(session.visitor(), run.name, st.session_state[key])
    except ValueError as refusal:
        st.session_state[REFUSED] = (run.name, str(refusal))
        return
    pair.renamed(run.name, name)


def refused_name(run: Run) -> str:
    """Why the last name for this run would not do; else empty."""
    name, why = st.session_state.get(REFUSED, ("", ""))
    return why if name == run.name else ""


def upload() -> None:
    """A place to drop a file. Its name and type say nothing: the server reads what is in it."""
    key = f"upload-{st.session_state.get('uploads', 0)}"
    st.file_uploader(
        "Bring a network: a .safetensors file that was downloaded here, or made by “python -m cae train”",
        key=key,
        max_upload_size=MEGABYTES,
        on_change=_take,
        args=[key],
    )
    accepted, words = st.session_state.get(BROUGHT, (True, ""))
    if words:
        st.success(words) if accepted else st.error(plain(words))  # a refusal may quote the file


def _take(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    try:
        run = services.run_store().put(session.visitor(), on_thread(checkpoint.parse, file.getvalue()))
    except ValueError as refusal:
        st.session_state[BROUGHT] = (False, str(refusal))
    else:
        st.session_state[BROUGHT] = (True, f"{run.title} is among your runs.")
    _forget(file.file_id)
    # Another uploader takes the place of this one: so the same file can come again.
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1


def _forget(file: str) -> None:
    """Streamlit would keep the file in memory for as long as the visitor stays."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file)
