"""What the commands share: a progress bar on standard error, a check of the output file, silence, a PNG."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Bar", "check_writable", "png", "silence"]


class Bar:
    """A progress bar on standard error."""

    def __enter__(self) -> Bar:
        shape = "{desc:<28} {percentage:3.0f}% |{bar:24}| {elapsed}<{remaining} {postfix}"
        pause = 0.2 if sys.stderr.isatty() else 10.0  # seconds; a log file wants a line now and then
        self.bar = tqdm(total=1.0, bar_format=shape, mininterval=pause, leave=False, file=sys.stderr)
        return self

    def __call__(self, share: float, words: str) -> None:
        self.bar.set_description_str(words, refresh=False)
        self.bar.n = share
        self.bar.update(0)  # draws, if it is time to

    def line(self, text: str) -> None:
        self.bar.write(text, file=sys.stderr)

    def __exit__(self, *error: object) -> None:
        self.bar.close()


@contextmanager
def silence() -> Iterator[None]:
    """Hide what Pillow and the C libraries below it write to standard error."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def check_writable(path: Path) -> None:
    """Raise the error of an unwritable file now, not after an hour of training."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is a folder or a device; --out needs the name of a file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def png(picture: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, format="PNG")
    return packed.getvalue()
