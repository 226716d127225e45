"""Gets packed files, from disk or from the internet, with progress and checksums; a file is complete or absent."""

from __future__ import annotations

import errno
import gzip
import hashlib
import http.client
import shutil
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from cae.data import sums
from cae.files import replacing

__all__ = ["Package", "Progress", "fetch"]

Progress = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and a few words on what is being done."""

CHUNK = 1 << 16
NOT_STORED = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
TIMEOUT = 20.0  # seconds without a byte


@dataclass(frozen=True)
class Package:
    """A file on the internet, which holds one or more files of a data set.

    Attributes:
        name: its name; ``mirrors``, tried in order, are the addresses of the folders that may have it.
        md5: of the packed file.
        members: the names of the files by their names in a zip or a tar. A gzip, or a file that is not packed, has
            one file, and no name for it: "".
    """

    name: str
    md5: str
    mirrors: tuple[str, ...]
    members: Mapping[str, str] = field(default_factory=dict)


def fetch(
    packages: Sequence[Package],
    wanted: Collection[str],
    folder: Path,
    near: Sequence[Path] = (),
    progress: Progress = lambda share, words: None,
) -> None:
    """Put the ``wanted`` files into ``folder``, with all else that is in their packages.

    A package that lies in ``folder`` or in one of the folders ``near`` is used before the internet is asked. A
    download that fails leaves nothing behind. Raises ``OSError`` with a sentence that says what to do if no mirror has
    the package with the right checksum.
    """
    needed = [one for one in packages if set(one.members.values()) & set(wanted)]
    for place, package in enumerate(needed):

        def report(share: float, place: int = place, name: str = package.name) -> None:
            progress((place + share) / len(needed), f"Downloading {name}")

        with _storing(package.name), _present(folder):
            _unpack_from(package, folder, (folder, *near), report)
    progress(1.0, "Downloaded")


@contextmanager
def _storing(name: str) -> Iterator[None]:
    """Within the context, an error of the disk becomes a sentence."""
    try:
        yield
    except OSError as error:
        if not _of_the_disk(error):
            raise
        raise OSError(
            f"{name} could not be stored ({error.strerror}). Make space in the folder of the data sets, or choose "
            "another folder with CAE_DATA_DIR, or use the synthetic data set, which needs no download."
        ) from error


def _of_the_disk(error: Exception) -> bool:
    """Whether the file system refused. What the network refuses comes as an error without such a number."""
    return isinstance(error, OSError) and error.errno in NOT_STORED


@contextmanager
def _present(folder: Path) -> Iterator[None]:
    """The folder exists within the context. What was made of it is gone if the context fails and leaves it empty."""
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for one in made:
            with suppress(OSError):  # something is in it
                one.rmdir()
        raise


def _unpack_from(package: Package, folder: Path, near: Sequence[Path], report: Callable[[float], None]) -> None:
    for path in (place / package.name for place in near):
        # A file that is not packed would be the wanted one itself, which is not sound.
        if path.name in package.members.values() or not path.is_file() or sums.md5_of(path) != package.md5:
            continue
        with path.open("rb") as packed:
            _unpack(package, packed, folder)
        return
    problem = "no mirror is known"
    for mirror in package.mirrors:
        # The packed file has no name: the system takes it back even where this process is killed.
        with tempfile.TemporaryFile(dir=folder) as packed:
            try:
                if _save(mirror + package.name, packed, report) != package.md5:
                    problem = "the file arrived damaged"
                    continue
                packed.seek(0)
                _unpack(package, packed, folder)
            except (OSError, EOFError, http.client.HTTPException, zipfile.BadZipFile, tarfile.TarError) as error:
                if _of_the_disk(error):
                    raise
                problem = str(getattr(error, "reason", error)) or type(error).__name__
                continue
            return
    raise OSError(
        f"{package.name} could not be downloaded ({problem}). Check the network and try again, "
        "or use the synthetic data set, which needs no download."
    )


def _unpack(package: Package, packed: IO[bytes], folder: Path) -> None:
    for name, source in _members(package, packed):
        with replacing(folder / name) as target:
            shutil.copyfileobj(source, target, CHUNK)
        sums.remember(folder / name)


def _members(package: Package, packed: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """The files in the package, each open, one after the other."""
    if package.name.endswith(".zip"):
        with zipfile.ZipFile(packed) as archive:
            for member, name in package.members.items():
                with archive.open(member) as source, _unzipped(source, member) as content:
                    yield name, content
    elif package.name.endswith(".tar.gz"):
        with tarfile.open(fileobj=packed, mode="r:gz") as archive:
            for entry in archive:
                if entry.name in package.members and (file := archive.extractfile(entry)):
                    yield package.members[entry.name], file
    else:
        with _unzipped(packed, package.name) as content:
            yield package.members[""], content


@contextmanager
def _unzipped(source: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    if not name.endswith(".gz"):
        yield source
        return
    with gzip.open(source) as content:
        yield cast("IO[bytes]", content)


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
