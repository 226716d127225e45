"""The drawing on a visitor's canvas, which two sides change: the page, and the browser with every stroke."""

from __future__ import annotations

import threading
from collections.abc import Callable
from secrets import token_urlsafe
from weakref import WeakValueDictionary

from cae.drawing.drawing import Drawing, Strokes

__all__ = ["Sketch", "find"]


class Sketch:
    """Holds a ``Drawing``. Thread-safe.

    Attributes:
        token: a secret that only this visitor's browser is told; with it, ``find`` returns this sketch.
        answer: makes what the browser is answered to a stroke, on the inference thread. None while there is no answer.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.token = token_urlsafe(16)
        self.answer: Callable[[Drawing], str] | None = None
        self._drawing, self._lock = drawing, threading.Lock()
        _sketches[self.token] = self

    @property
    def drawing(self) -> Drawing:
        """The drawing at this moment."""
        return self._drawing

    def report(self, version: int, drawn: Strokes) -> Drawing | None:
        """Take the strokes that the browser reports; returns the drawing with them.

        Reports may come late or twice: the longest counts, as strokes are only ever added to a version. None if the
        canvas has been given another drawing than ``version`` meanwhile.
        """
        with self._lock:
            if version != self._drawing.version:
                return None
            if len(drawn) > len(self._drawing.drawn):
                self._drawing = self._drawing.reported(drawn)
            return self._drawing

    def replace(self, objects: Strokes, example: bool = False) -> None:
        """Put these strokes on the canvas, in place of what is there."""
        with self._lock:
            self._drawing = self._drawing.replaced(objects, example)

    def undo(self) -> None:
        """Take the last stroke back, if there is one."""
        with self._lock:
            if self._drawing.objects:
                self._drawing = self._drawing.replaced(self._drawing.objects[:-1])


# A sketch lives as long as its visitor's session.
_sketches: WeakValueDictionary[str, Sketch] = WeakValueDictionary()


def find(token: str) -> Sketch | None:
    """The sketch with this token; None if its visitor has left."""
    return _sketches.get(token)
