"""``export``: a run as a folder that needs nothing of this project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["export"]


def export(options: argparse.Namespace) -> dict[str, Any]:
    from cae.export.folder import export as files_of
    from cae.export.folder import write
    from cae.runs import checkpoint

    out = options.out
    _check(out)
    files = files_of(checkpoint.load(options.checkpoint))
    write(files, out)
    return {"out": str(out), "bytes": sum(map(len, files.values())), "files": list(files)}


def _check(out: Path) -> None:
    """Raises ``ValueError`` where the export would take the place of something else."""
    from cae.export.folder import is_archive

    needed = "--out needs the name of a new or empty folder, or of a .zip file."
    if is_archive(out):
        if out.is_dir():
            raise ValueError(f"{out} is a folder; {needed}")
    elif out.is_dir():
        if any(out.iterdir()):
            raise ValueError(f"{out} is not empty; {needed}")
    elif out.exists():
        raise ValueError(f"{out} is a file; {needed}")
