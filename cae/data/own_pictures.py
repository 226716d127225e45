"""Reads a person's own pictures from files, a zip archive or a folder, and trusts none of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cae.data.archive import Archive
from cae.data.download import Progress
from cae.data.picture_files import File, Files, Unread, called, class_of, is_noise, short
from cae.data.picture_folder import PictureFolder
from cae.data.picture_set import MAX_PICTURES, MIN_PICTURES, OwnPictures, arranged, digest
from cae.data.prepared_picture import prepared_picture
from cae.registry import Shape

__all__ = ["folder", "read", "uploaded"]

MAX_SECONDS = 600.0  # for all pictures together
REASONS = 5  # of the files that are skipped, so many are named
TITLE = "Own pictures"


def read(
    files: Files,
    shape: Shape,
    progress: Progress = lambda share, words: None,
    title: str = TITLE,
    seconds: float = MAX_SECONDS,
) -> OwnPictures:
    """The pictures among ``files``, prepared as ``cae.data.prepared_picture`` says; a file's folder is its class.

    Equal pictures count once, in the class whose name sorts first. A file that cannot be used is skipped and counted.
    In memory are one file at a time, and the prepared pictures twice. ``progress`` may raise to break it off.

    Raises ``ValueError``, with a sentence, for too few or too many pictures or classes, and whatever ``files`` raises.
    """
    pictures: dict[bytes, tuple[NDArray[np.uint8], str]] = {}
    duplicates, skipped = 0, 0
    reasons: list[str] = []
    latest = time.monotonic() + seconds
    for place, (name, content) in enumerate(files):
        progress(place / len(files), "Reading pictures")
        try:
            if isinstance(content, Unread):
                raise content
            pixels = prepared_picture(content, shape, called(name))
        except ValueError as error:
            skipped += 1
            reasons += [str(error)] * (len(reasons) < REASONS)
        else:
            key, label = digest(pixels), class_of(name)
            duplicates += key in pictures
            pictures[key] = (pixels, min(label, pictures[key][1]) if key in pictures else label)
        if len(pictures) > MAX_PICTURES:
            raise ValueError(f"There are more than {MAX_PICTURES:,} pictures; use at most that many.")
        if time.monotonic() > latest:
            raise ValueError(f"Reading took more than {seconds:g} seconds; use fewer or smaller pictures.")
    if len(pictures) < MIN_PICTURES:
        raise ValueError(_too_few(len(pictures), duplicates, skipped, reasons))
    result = arranged(pictures, short(title) or TITLE, duplicates, skipped, tuple(reasons))
    progress(1.0, "Read")
    return result


def _too_few(count: int, duplicates: int, skipped: int, reasons: list[str]) -> str:
    found = {0: "are no pictures", 1: "is only one picture"}.get(count, f"are only {count} different pictures")
    words = [f"There {found}; at least {MIN_PICTURES} are needed."]
    if duplicates:
        words.append(f"Equal pictures count once: {duplicates:,} were there already.")
    if skipped:
        words.append(f"Files that were skipped: {skipped:,}. The first: {reasons[0]}")
    return " ".join(words)


def uploaded(
    files: Sequence[tuple[str, bytes]],
    shape: Shape,
    progress: Progress = lambda share, words: None,
    seconds: float = MAX_SECONDS,
) -> OwnPictures:
    """The pictures of files that somebody sent: names and bytes of one zip archive, or of pictures.

    A name may have folders, as browsers tell them when somebody sends a whole folder.

    Raises ``ValueError`` as ``read`` and ``Archive`` do.
    """
    if len(files) == 1 and _is_archive(*files[0]):
        ((name, content),) = files
        with Archive(content, called(name)) as archive:
            return read(archive, shape, progress, Path(name).stem, seconds)
    among: list[File] = [
        (name, Unread(f"{called(name)} is an archive; send it alone.") if _is_archive(name, content) else content)
        for name, content in files
        if not is_noise(name)
    ]
    return read(among, shape, progress, seconds=seconds)


def _looks_like_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return _is_archive(path.name, file.read(4))


def _is_archive(name: str, content: bytes) -> bool:
    return name.lower().endswith(".zip") or content.startswith(b"PK\x03\x04")


def folder(path: Path, shape: Shape, progress: Progress = lambda share, words: None) -> OwnPictures:
    """The pictures in a folder and its subfolders, or in a zip archive. The title is its name.

    Raises ``OSError`` for what is not there or cannot be read, and ``ValueError`` as ``read``, ``PictureFolder`` and
    ``Archive`` do.
    """
    if path.is_dir():
        return read(PictureFolder(path), shape, progress, path.resolve().name)
    if path.is_file() and _looks_like_archive(path):
        with Archive(path, called=str(path)) as archive:
            return read(archive, shape, progress, path.stem)
    wrong = "is no folder and no zip archive" if path.exists() else "is not there"
    raise OSError(f"{path} {wrong}; give a folder of pictures, or a zip archive of them.")
