"""Zip archives that somebody has broken, forged or mistaken for one.

``REFUSED``: name → a few words of the refusal, and how to make the archive. ``SKIPPED``: name → a few words of the
reason, and how to make a member that is left out. ``READ``: name → how to make an archive that is odd but harmless: it
has the pictures of ``PICTURES``.
"""

import gzip
import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cae.data.archive import MAX_MEMBERS
from cae.drawing.picture_file import MAX_BYTES

__all__ = ["PICTURES", "READ", "REFUSED", "SKIPPED", "Member", "packed", "picture"]

MOST = 2**32 - 1


def picture(number, format="PNG", mode="RGB"):
    """The bytes of a picture of 20 × 20 pixels, another for every number."""
    levels = np.random.default_rng(number).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(levels).convert(mode).save(written, format)
    return written.getvalue()


@dataclass
class Member:
    """A member as an archive stores it; what is not given is told truly."""

    name: bytes | str
    content: bytes = b""
    method: int = 8
    flags: int = 0
    mode: int = 0
    version: int = 20
    extra: bytes = b""
    stored: bytes | None = None  # its bytes in the archive
    crc: int | None = None
    size: int | None = None
    stored_size: int | None = None
    local_name: bytes | None = None
    offset: int | None = None
    descriptor: bool = False  # the sizes follow the bytes, as in an archive that was written to a pipe

    def parts(self, place):
        """What stands before the bytes, the bytes, and the line in the list; ``place`` is where it begins."""
        name = self.name.encode() if isinstance(self.name, str) else self.name
        stored = self.stored
        if stored is None:
            deflate = zlib.compressobj(wbits=-15)
            stored = deflate.compress(self.content) + deflate.flush() if self.method == 8 else self.content
        flags = self.flags | (0x800 if isinstance(self.name, str) else 0) | (8 if self.descriptor else 0)
        told = (
            zlib.crc32(self.content) if self.crc is None else self.crc,
            len(stored) if self.stored_size is None else self.stored_size,
            len(self.content) if self.size is None else self.size,
        )
        common = (self.version, flags, self.method, 0, 33)
        local = self.local_name or name
        first = (0, 0, 0) if self.descriptor else told
        header = struct.pack("<4s5H3I2H", b"PK\3\4", *common, *first, len(local), 0) + local
        if self.descriptor:
            stored += struct.pack("<4s3I", b"PK\7\x08", *told)
        offset = place if self.offset is None else self.offset
        lengths = (len(name), len(self.extra), 0, 0, 0)
        line = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, *common, *told, *lengths, self.mode << 16, offset)
        return header, stored, line + name + self.extra


def packed(members, before=b"", comment=b"", count=None, end64=b""):
    """The bytes of an archive of ``members``; ``before`` it and ``end64`` in it may stand anything."""
    body, lines = io.BytesIO(), []
    for member in members:
        header, stored, line = member.parts(body.tell())
        body.write(header + stored)
        lines.append(line)
    listed = b"".join(lines)
    told = min(len(lines) if count is None else count, 65_535)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, told, told, len(listed), body.tell(), len(comment))
    return before + body.getvalue() + listed + end64 + end + comment


PICTURES = [Member(f"cats/{number}.png", picture(number), method=0) for number in range(200)]


def end64(size, offset, count):
    """An end of the list in zip64, and where it is: just before it."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, offset + size, 1)


def with_one(**changes):
    return packed([*PICTURES, Member(**{"name": "cats/odd.png", "content": picture(999), **changes})])


def bomb(members):
    """That many members, each of which unpacks to almost as much as a picture may have."""
    content = bytes(MAX_BYTES - 1)
    deflate = zlib.compressobj(9, wbits=-15)
    stored = deflate.compress(content) + deflate.flush()
    crc = zlib.crc32(content)
    told = {"stored": stored, "crc": crc, "size": len(content)}
    return packed(Member(f"{number}.png", **told) for number in range(members))


def overlapping(members):
    """David Fifield's simplest: all lines of the list point to the same bytes."""
    return packed([Member("0.png", bytes(1_000_000)), *(Member("0.png", b"", offset=0) for _ in range(members))])


def one_in_another():
    inner = b"".join(Member("cats/1.png", picture(1)).parts(0)[:2])
    outer = Member("cats/0.png", inner, method=0)
    return packed([outer, Member("cats/1.png", picture(1), offset=30 + len("cats/0.png"))])


def nested(depth):
    content = packed(PICTURES[:3])
    for level in range(depth):
        content = packed([Member(f"{level}.zip", content), Member(f"copy of {level}.ZIP", content)])
    return content


ODD = "is not a zip archive that can be read; pack the pictures again"
METHOD = "is compressed in an unusual way; use the ordinary one"
MANY = "has more than 50,000 members"
NONE = "There are no pictures; at least 200 are needed"
LOCKED = "is encrypted; pack the pictures without a password"
OVERLAP = "has members that overlap or are not all there"
SOUND = packed(PICTURES)

REFUSED = {
    "no bytes": (ODD, lambda: b""),
    "text": (ODD, lambda: b"This is no archive.\n" * 100),
    "a picture": (ODD, lambda: picture(1)),
    "RAR": (ODD, lambda: b"Rar!\x1a\x07\x01\x00" + bytes(1000)),
    "gzip": (ODD, lambda: gzip.compress(SOUND)),
    "only a signature": (ODD, lambda: b"PK\3\4"),
    "cut in half": (ODD, lambda: SOUND[: len(SOUND) // 2]),
    "cut by a byte": (ODD, lambda: SOUND[:-1]),
    "its first half lost": (OVERLAP, lambda: SOUND[-len(SOUND) // 20 :]),
    "its list damaged": (ODD, lambda: SOUND.replace(b"PK\1\2", b"PK\1\3")),
    "a name that is no UTF-8": (ODD, lambda: with_one(name=b"\xff\xfe.png", flags=0x800)),
    "a version of the future": (ODD, lambda: with_one(version=255)),
    "a broken extra field": (ODD, lambda: with_one(extra=b"\1\0\xff\xff", size=MOST)),
    "zip64 that lacks its sizes": (ODD, lambda: with_one(extra=struct.pack("<2H", 1, 0), size=MOST)),
    "zip64 list of 2^64 bytes": (ODD, lambda: packed(PICTURES, end64=end64(2**64 - 1, 0, 1))),
    "zip64 list at 2^63": (ODD, lambda: packed(PICTURES, end64=end64(46, 2**63, 2**64 - 1))),
    "zip64 member at 2^63": (OVERLAP, lambda: with_one(offset=MOST, extra=struct.pack("<2HQ", 1, 8, 2**63))),
    "empty": (NONE, lambda: packed([])),
    "empty, claims 65,535 members": (NONE, lambda: packed([], count=65_535)),
    "only folders": (NONE, lambda: packed([Member("cats/"), Member("dogs/")])),
    "only hidden files": (NONE, lambda: packed([Member("__MACOSX/._1.png", picture(1)), Member(".git/1.png")])),
    "199 pictures": ("There are only 199 different pictures; at least 200", lambda: packed(PICTURES[1:])),
    "the same picture 300 times": (
        "There is only one picture; at least 200 are needed. Equal pictures count once: 299",
        lambda: packed(Member(f"{number}.png", picture(1)) for number in range(300)),
    ),
    "archives in archives in archives": (NONE, lambda: nested(6)),
    "100,000 members": (MANY, lambda: packed(Member(b"") for _ in range(100_000))),
    "100,000 members, claims one": (MANY, lambda: packed((Member(b"") for _ in range(100_000)), count=1)),
    "one member too many": (MANY, lambda: packed(Member(b"") for _ in range(MAX_MEMBERS + 1))),
    "a list of 8 MB": (MANY, lambda: packed(Member(b"n" * 40_000, local_name=b"n") for _ in range(201))),
    "20 members of 30 MB": ("unpacks to more than 500 MB; use fewer", lambda: bomb(20)),
    "10,000 members in the same bytes": (OVERLAP, lambda: overlapping(10_000)),
    "a member in another": (OVERLAP, one_in_another),
    "a member longer than the archive": (OVERLAP, lambda: with_one(stored_size=MOST - 1)),
    "a member behind its end": (OVERLAP, lambda: with_one(offset=MOST - 1)),
    "encrypted": (LOCKED, lambda: with_one(flags=1)),
    "strongly encrypted": (LOCKED, lambda: with_one(flags=0x40)),
    "encrypted with AES": (LOCKED, lambda: with_one(flags=1, method=99)),
    "deflate64": (METHOD, lambda: with_one(method=9)),
    "bzip2": (METHOD, lambda: with_one(method=zipfile.ZIP_BZIP2)),
    "LZMA": (METHOD, lambda: with_one(method=zipfile.ZIP_LZMA)),
    "Zstandard": (METHOD, lambda: with_one(method=93)),
}

DAMAGED = "is damaged in the archive; pack it again"
LINK = "is a link or a device, not a file"
PLACE = "names a place outside the archive"
UNREAD = "is not a picture that can be read"
INSIDE = "is an archive in the archive; unpack it first"

SKIPPED = {
    "link": (LINK, {"mode": stat.S_IFLNK | 0o777, "content": b"/etc/passwd"}),
    "device": (LINK, {"mode": stat.S_IFCHR | 0o666}),
    "absolute": (PLACE, {"name": "/etc/cron.d/1.png"}),
    "network share": (PLACE, {"name": "\\\\server\\share\\1.png"}),
    "drive": (PLACE, {"name": "C:\\Windows\\1.png"}),
    "step up": (PLACE, {"name": "../../../1.png"}),
    "step up in the middle": (PLACE, {"name": "cats/../../1.png"}),
    "step up with backslashes": (PLACE, {"name": "..\\..\\1.png"}),
    "step up behind a line end": (PLACE, {"name": "cats\n/../1.png"}),
    "archive": (INSIDE, {"name": "more.zip", "content": SOUND}),
    "archive called a picture": (UNREAD, {"content": SOUND}),
    "wrong CRC": (DAMAGED, {"crc": 1}),
    "no deflate": (DAMAGED, {"stored": b"\xff" * 50}),
    "deflate cut short": (DAMAGED, {"stored_size": 50}),
    "claims fewer bytes than it has": (DAMAGED, {"size": 50}),
    "claims no bytes": (f"{DAMAGED}|{UNREAD}", {"size": 0}),
    "other name in its header": (DAMAGED, {"local_name": b"cats/ODD.png"}),
    "a name of 60,000 characters": (DAMAGED, {"name": "n" * 60_000, "crc": 1}),
    "more than 30 MB": ("is larger than 30 MB", {"content": bytes(MAX_BYTES + 1)}),
    "more than 30 MB, claims 4 GB": ("is larger than 30 MB", {"content": bytes(MAX_BYTES + 1), "size": MOST - 1}),
    "text": (UNREAD, {"name": "cats/notes.txt", "content": b"These are my cats."}),
    "no bytes": (UNREAD, {"content": b""}),
    "picture cut short": (UNREAD, {"content": picture(999)[:-300]}),
}

READ = {
    "as it should be": lambda: SOUND,
    "deflated": lambda: packed(Member(one.name, one.content) for one in PICTURES),
    "sizes behind the bytes": lambda: packed(Member(one.name, one.content, descriptor=True) for one in PICTURES),
    "behind a picture": lambda: packed(PICTURES, before=picture(7, "JPEG")),
    "with a comment of 64 KB": lambda: packed(PICTURES, comment=b"x" * 65_535),
    "with a comment that looks like members": lambda: packed(PICTURES, comment=b"PK\1\2" * 16_000),
    "claims 65,535 members": lambda: packed(PICTURES, count=65_535),
    "claims no members": lambda: packed(PICTURES, count=0),
    "every name twice": lambda: packed([*PICTURES, *PICTURES]),
    "every picture with the same name": lambda: packed(Member("cats/1.png", one.content) for one in PICTURES),
    "backslashes": lambda: packed(Member(one.name.replace("/", "\\"), one.content) for one in PICTURES),
    "steps to where it is": lambda: packed(Member(f"./{one.name}", one.content) for one in PICTURES),
    "NUL in names": lambda: packed(Member(f"{one.name}\0.exe", one.content) for one in PICTURES),
    "control characters in names": lambda: packed(
        Member(f"cats/\x1b[2J\r\n{at}", one.content) for at, one in enumerate(PICTURES)
    ),
    "names of 1,000 characters": lambda: packed(
        Member(f"cats/{at:01000}", one.content) for at, one in enumerate(PICTURES)
    ),
    "other files of the system": lambda: packed(
        [
            *PICTURES,
            Member("__MACOSX/cats/1.png", picture(5001)),
            Member("cats/.DS_Store", b"note"),
            Member("cats/Thumbs.db", b"note"),
            Member("cats/.hidden/1.png", picture(5000)),
            Member("dogs/"),
        ]
    ),
    "a size of 4 GB claimed": lambda: packed([*PICTURES[1:], Member("cats/0.png", PICTURES[0].content, size=MOST - 1)]),
}
