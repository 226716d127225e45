"""The files in a folder and its subfolders, read one at a time. Links are not followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cae.data.picture_files import File, Unread, called, is_noise
from cae.drawing.picture_file import MAX_BYTES
from cae.text import sentence

__all__ = ["MAX_FILES", "MAX_FOLDER_BYTES", "PictureFolder"]

MAX_FILES = 50_000
MAX_FOLDER_BYTES = 10_000_000_000  # read in all, from the pictures


class PictureFolder:
    """The files below a folder. Hidden files and folders, and files of the operating system, are left out.

    Iterating yields pairs of a name, relative to the folder and with ``/``, and the bytes or an ``Unread`` that says
    why there are none. A file larger than ``MAX_BYTES`` of ``cae.drawing.picture_file`` is cut just after that.

    Making one raises ``OSError`` for a folder that cannot be read, ``ValueError`` for one with too many files;
    iterating raises ``ValueError`` for one with too many bytes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found = _found(path)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[File]:
        left = MAX_FOLDER_BYTES
        for name, fault in self._found:
            if fault:
                yield name, Unread(f"{called(name)} {fault}")
                continue
            try:
                with (self._path / name).open("rb") as file:
                    content = file.read(MAX_BYTES + 1)
            except OSError as error:
                yield name, Unread(sentence(error))
                continue
            left -= len(content)
            if left < 0:
                raise ValueError(
                    f"{self._path} holds more than {MAX_FOLDER_BYTES // 1_000_000_000} GB; "
                    "use fewer or smaller pictures."
                )
            yield name, content


def _found(root: Path) -> list[tuple[str, str]]:
    """The names of all files, sorted, each with what forbids to read it, if anything does."""
    found: list[tuple[str, str]] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError as error:
            if not folder:
                raise
            found.append((folder, f"cannot be read: {error.strerror}."))
            continue
        for entry in entries:
            name = f"{folder}{entry.name}"
            if is_noise(name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{name}/")
            elif entry.is_file(follow_symlinks=False):
                found.append((name, ""))
            else:  # to open a pipe would wait for ever
                found.append((name, "is a link or a device, not a file; copy the picture itself there."))
        if len(found) + len(folders) > MAX_FILES:
            raise ValueError(f"{root} holds more than {MAX_FILES:,} files; use a folder with fewer.")
    return sorted(found)
