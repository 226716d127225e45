"""``export``: a run as a folder that needs nothing of this project."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["export"]


def export(options: argparse.Namespace) -> dict[str, Any]:
    from cae.export.folder import export as files_of
    from cae.export.folder import write
    from cae.runs import checkpoint

    archive, out = options.out.suffix.lower() == ".zip", options.out
    if out.exists() and not archive and not out.is_dir():
        raise ValueError(f"{out} is a file; --out needs the name of a folder, or of a .zip file.")
    files = files_of(checkpoint.load(options.checkpoint))
    write(files, out)
    return {"out": str(out), "bytes": sum(map(len, files.values())), "files": list(files)}
