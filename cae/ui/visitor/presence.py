"""Who is there: the training service hears when a visitor's browser connects, and when its connection ends.

Streamlit says neither reliably. It releases what is cached for a session when its connection ends, but a script that
is running just then may fill the cache again; and a browser that comes back to its session makes no script run. So
the server is asked, every now and then, which sessions are connected.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cae.ui.visitor.services import training
from cae.ui.visitor.session import visitor

__all__ = ["Presence", "note"]

LOOK = 0.5  # seconds between two looks
FORGET = 600.0  # seconds; Streamlit keeps a session without a connection for two minutes


@dataclass
class _Session:
    visitor: str
    counted: str = ""  # for whom a connection of this session is counted
    seen: float = field(default_factory=time.monotonic)  # when it was connected last


class Presence:
    """Calls ``arrive`` and ``leave`` with the visitor, in turn for each session; safe from any thread."""

    def __init__(
        self, is_connected: Callable[[str], bool], arrive: Callable[[str], None], leave: Callable[[str], None]
    ) -> None:
        self._is_connected, self._arrive, self._leave = is_connected, arrive, leave
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def note(self, name: str, visitor: str) -> None:
        """The session of this name is this visitor's, from now on."""
        with self._lock:
            session = self._sessions.setdefault(name, _Session(visitor))
            session.visitor = visitor
            self._count(name, session)

    def look(self) -> None:
        """Hear of all that has changed since the last look."""
        with self._lock:
            for name, session in tuple(self._sessions.items()):
                self._count(name, session)
                if time.monotonic() - session.seen > FORGET:
                    del self._sessions[name]

    def watch(self) -> None:
        """Look, for ever."""
        while True:
            time.sleep(LOOK)
            self.look()

    def _count(self, name: str, session: _Session) -> None:
        before, now = session.counted, session.visitor if self._is_connected(name) else ""
        session.counted = now
        if now:
            session.seen = time.monotonic()
        if now and now != before:
            self._arrive(now)
        if before and now != before:
            self._leave(before)


@cache
def _presence() -> Presence:
    presence = Presence(_is_connected, training().arrive, training().leave)
    threading.Thread(target=presence.watch, name="presence", daemon=True).start()
    return presence


def _is_connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def note() -> None:
    """The visitor of the script that is running is there; the frame calls this on every full run."""
    if context := get_script_run_ctx():
        _presence().note(context.session_id, visitor())
