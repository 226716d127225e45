"""Tell the training service when a visitor's browser connects, and when its connection ends.

Streamlit has no reliable event for either. It clears a session's cache when the connection ends, but a script that is
running may fill it again. And a browser that reconnects to its session causes no rerun. So a thread polls the server
for the sessions that are connected.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cae.once import once
from cae.ui.visitor.services import training
from cae.ui.visitor.session import visitor

__all__ = ["Presence", "connected", "note"]

POLL = 0.5  # seconds between two polls
FORGET = 600.0  # seconds; Streamlit itself keeps a session without a connection for two minutes


@dataclass
class _Session:
    visitor: str
    counted: str = ""  # the visitor for whom this session counts as a connection; empty if none
    seen: float = field(default_factory=time.monotonic)  # monotonic time when it was last connected


class Presence:
    """Calls ``arrive`` and ``leave`` with the visitor, alternately for each session. Thread-safe."""

    def __init__(
        self, is_connected: Callable[[str], bool], arrive: Callable[[str], None], leave: Callable[[str], None]
    ) -> None:
        self._is_connected, self._arrive, self._leave = is_connected, arrive, leave
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def note(self, name: str, visitor: str) -> None:
        """Record that the session ``name`` belongs to this visitor from now on."""
        with self._lock:
            session = self._sessions.setdefault(name, _Session(visitor))
            session.visitor = visitor
            self._count(name, session)

    def poll(self) -> None:
        """Report all changes since the last poll."""
        with self._lock:
            for name, session in tuple(self._sessions.items()):
                self._count(name, session)
                if time.monotonic() - session.seen > FORGET:
                    del self._sessions[name]

    def connected(self) -> int:
        """The number of sessions that are connected, as of the last poll."""
        with self._lock:
            return sum(bool(session.counted) for session in self._sessions.values())

    def watch(self) -> None:
        """Poll for ever."""
        while True:
            time.sleep(POLL)
            self.poll()

    def _count(self, name: str, session: _Session) -> None:
        before, now = session.counted, session.visitor if self._is_connected(name) else ""
        session.counted = now
        if now:
            session.seen = time.monotonic()
        if now and now != before:
            self._arrive(now)
        if before and now != before:
            self._leave(before)


@once
def _presence() -> Presence:
    presence = Presence(_is_connected, training().arrive, training().leave)
    threading.Thread(target=presence.watch, name="presence", daemon=True).start()
    return presence


def connected() -> int:
    """The number of browser tabs that are connected to this server."""
    return _presence().connected()


def _is_connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def note() -> None:
    """Record that the visitor of the running script is connected. The frame calls this on every full run."""
    if context := get_script_run_ctx():
        _presence().note(context.session_id, visitor())
