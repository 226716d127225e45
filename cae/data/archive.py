"""The files in a zip archive from an untrusted source, unpacked one at a time and in memory only.

No size and no name in the archive is trusted. What is wrong with the archive as a whole refuses it: its size, the
number of its members, the bytes that they unpack to, members that overlap, a password, an unusual compression. What is
wrong with one member costs that member alone.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from cae.data.picture_files import File, Unread, called, is_noise
from cae.drawing.picture_file import MAX_BYTES

__all__ = ["MAX_ARCHIVE_BYTES", "MAX_MEMBERS", "MAX_UNPACKED_BYTES", "Archive"]

MAX_ARCHIVE_BYTES = 500_000_000
MAX_MEMBERS = 50_000  # 20,000 pictures, as many notes of macOS, and folders
MAX_DIRECTORY_BYTES = 8_000_000  # the list of the members: for each 46 bytes, its name and notes
MAX_UNPACKED_BYTES = 500_000_000  # of all members together; pictures are hardly packed any smaller
CHUNK = 1 << 18  # bytes
ENTRY = b"PK\x01\x02"  # how a member's line in the list begins
LOCAL_HEADER_BYTES = 30  # at least
PACKED = re.compile(r"\.(zip|7z|rar|tar|tgz|gz|bz2|xz|zst|cbz|jar)$", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:")


class Archive:
    """The members of a zip file, which may be in memory or on disk. Use it in a ``with`` block.

    ``len()`` is the most files that iterating can yield: pairs of a name, with ``/`` between its folders, and the bytes
    or an ``Unread`` that says why there are none. Folders, hidden files and files of the operating system are left out.

    Opening it and iterating raise ``ValueError``, with a sentence, for an archive that is refused, and ``OSError`` for
    a file that cannot be read.
    """

    def __init__(self, source: Path | bytes, called: str = "The archive") -> None:
        self._called = called
        self._file: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        try:
            self._zip = self._opened()
            self._members = [(name, one) for one in self._zip.infolist() if not is_noise(name := _name(one))]
            self._check()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[File]:
        left = MAX_UNPACKED_BYTES
        for name, member in self._members:
            if fault := _fault(name, member):
                yield name, Unread(f"{called(name)} {fault}.")
                continue
            content, whole = self._unpacked(member)
            left -= len(content)
            if left < 0:
                raise ValueError(
                    f"{self._called} unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB; "
                    "use fewer or smaller pictures."
                )
            yield name, content if whole else Unread(f"{called(name)} is damaged in the archive; pack it again.")

    def _unpacked(self, member: zipfile.ZipInfo) -> tuple[bytes, bool]:
        """The member's bytes, no more than just above ``MAX_BYTES``, and whether they are sound."""
        content = bytearray()
        try:
            with self._zip.open(member) as packed:
                while len(content) <= MAX_BYTES and (chunk := packed.read(CHUNK)):
                    content += chunk
        except Exception:  # noqa: BLE001 - on a broken member zipfile may raise anything
            return bytes(content), False
        return bytes(content), True

    def _opened(self) -> zipfile.ZipFile:
        if self._file.seek(0, io.SEEK_END) > MAX_ARCHIVE_BYTES:
            raise ValueError(
                f"{self._called} is larger than {MAX_ARCHIVE_BYTES // 1_000_000} MB; use fewer or smaller pictures."
            )
        try:
            return zipfile.ZipFile(_Watched(self._file))
        except _TooManyMembers as error:
            raise ValueError(
                f"{self._called} has more than {MAX_MEMBERS:,} members; pack fewer, or give them shorter names."
            ) from error
        except Exception as error:  # on a broken file zipfile may raise anything
            raise ValueError(
                f"{self._called} is not a zip archive that can be read; pack the pictures again."
            ) from error

    def _check(self) -> None:
        members = self._zip.infolist()
        if any(member.flag_bits & 0b1000001 for member in members):
            raise ValueError(f"{self._called} is encrypted; pack the pictures without a password.")
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
            raise ValueError(f"{self._called} is compressed in an unusual way; use the ordinary one (deflate).")
        ends = 0
        for start, size in sorted((member.header_offset, member.compress_size) for member in members):
            if start < ends:
                break
            ends = start + LOCAL_HEADER_BYTES + size
        else:
            if ends <= self._zip.start_dir:
                return
        raise ValueError(f"{self._called} has members that overlap or are not all there; pack the pictures again.")


class _TooManyMembers(ValueError):
    """Noticed before a list of them is made."""


class _Watched:
    """A file from which ``zipfile`` cannot read a list of too many members, whatever the file says of its length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        most = MAX_DIRECTORY_BYTES + 1
        content = self._file.read(size if 0 <= size <= most else most)
        if len(content) == most or content.count(ENTRY) > MAX_MEMBERS:
            raise _TooManyMembers
        return content


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name. Windows may write ``\\`` for ``/``; macOS writes UTF-8 and does not say so."""
    name = member.orig_filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name.replace("\\", "/")


def _fault(name: str, member: zipfile.ZipInfo) -> str:
    """What forbids to unpack a member, to be said after its name; else nothing."""
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link or a device, not a file; pack the pictures themselves"
    if name.startswith("/") or ".." in name.split("/") or DRIVE.match(name):
        return "names a place outside the archive; pack the pictures in ordinary folders"
    if PACKED.search(name):
        return "is an archive in the archive; unpack it first"
    return ""
