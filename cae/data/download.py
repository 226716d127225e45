"""Download gzipped files, with progress and checksums; a file is complete and correct, or absent."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cae.files import replacing

__all__ = ["Progress", "Source", "fetch"]

Progress = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and a few words on what is being done."""

CHUNK = 1 << 16
TIMEOUT = 20.0  # seconds without a byte


@dataclass(frozen=True)
class Source:
    """The source of files: ``mirrors`` are tried in order; ``files`` are (name ending in .gz, its MD5)."""

    mirrors: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def fetch(source: Source, folder: Path, progress: Progress = lambda share, words: None) -> None:
    """Download and unpack every file of ``source`` into ``folder``; files that exist are kept.

    A download that fails leaves nothing behind. Raises ``OSError`` with a sentence that says what to do if no mirror
    has the file with the right checksum.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [(name, md5) for name, md5 in source.files if not (folder / name.removesuffix(".gz")).exists()]
    for place, (name, md5) in enumerate(missing):

        def report(share: float, place: int = place, name: str = name) -> None:
            progress((place + share) / len(missing), f"Downloading {name}")

        _fetch_one(source.mirrors, name, md5, folder, report)
    progress(1.0, "Downloaded")


def _fetch_one(mirrors: Sequence[str], name: str, md5: str, folder: Path, report: Callable[[float], None]) -> None:
    problem = "no mirror is known"
    for mirror in mirrors:
        # The packed file has no name: the system takes it back even where this process is killed.
        with tempfile.TemporaryFile(dir=folder) as packed:
            try:
                if _save(mirror + name, packed, report) != md5:
                    problem = "the file arrived damaged"
                    continue
                packed.seek(0)
                with gzip.open(packed) as source, replacing(folder / name.removesuffix(".gz")) as target:
                    shutil.copyfileobj(source, target)
            except (OSError, EOFError, http.client.HTTPException) as error:
                problem = str(getattr(error, "reason", error)) or type(error).__name__
                continue
            return
    raise OSError(
        f"{name} could not be downloaded ({problem}). Check the network and try again, "
        "or use the synthetic data set, which needs no download."
    )


def _save(url: str, target: IO[bytes], report: Callable[[float], None]) -> str:
    """Stream a URL into a file; returns the MD5 of what arrived."""
    digest = hashlib.md5(usedforsecurity=False)
    # Not urlopen: its opener is shared by the whole process, with the proxy settings of its first use.
    opener = urllib.request.build_opener()
    with opener.open(url, timeout=TIMEOUT) as answer:
        size = 0
        with suppress(TypeError, ValueError):
            size = int(answer.headers.get("Content-Length"))
        arrived = 0
        while chunk := answer.read(CHUNK):
            target.write(chunk)
            digest.update(chunk)
            arrived += len(chunk)
            report(min(1.0, arrived / size) if size else 0.0)
    return digest.hexdigest()
