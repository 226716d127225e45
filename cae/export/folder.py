"""The files of an exported run, and where they go: into a folder or a zip archive.

Their names are the same for every run, and no text of the run becomes code: its name may be anything.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from safetensors.numpy import save

from cae.data import skeletons, synthetic
from cae.drawing import strokes
from cae.export.example import to_example
from cae.export.excerpt import modules
from cae.export.layers import name_layers, rename
from cae.export.network import to_source
from cae.export.onnx import to_onnx
from cae.export.readme import to_readme
from cae.export.training import to_notebook
from cae.files import write_whole
from cae.program.trace import trace
from cae.runs.run import Run
from cae.training.loop import initialised

__all__ = ["export", "is_archive", "write", "zipped"]

FOLDER = "network"  # in the archive
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the date of all files in it: equal runs give equal archives


def export(run: Run) -> dict[str, bytes]:
    """The files by their names. Raises ``ValueError`` for a run that has no weights yet."""
    if not run.weights:
        raise ValueError("This run has no weights yet: wait for its first steps.")
    untrained = initialised(run.config)
    layers = name_layers(trace(untrained), run.weights)
    first = {name: value.numpy() for name, value in untrained.state_dict().items()}
    files: dict[str, bytes] = {
        "network.py": to_source(layers, run.weights, first).encode(),
        "weights.safetensors": save(dict(rename(layers, run.weights))),
        "example.py": to_example(run.config.model.picture).encode(),
        "network.ipynb": to_notebook(run, layers),
        "network.onnx": to_onnx(layers, run.weights),
    }
    if run.config.dataset == "synthetic":
        files |= {name: text.encode() for name, text in modules(synthetic, skeletons, strokes).items()}
    return {"README.md": to_readme(run, list(files)).encode(), **files}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive with the files in one folder. They are not compressed: weights hardly become smaller."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in files.items():
            archive.writestr(zipfile.ZipInfo(f"{FOLDER}/{name}", LONG_AGO), file)
    return content.getvalue()


def is_archive(out: Path) -> bool:
    """Whether the name asks for an archive."""
    return out.suffix.lower() == ".zip"


def write(files: Mapping[str, bytes], out: Path) -> None:
    """Write the files into the folder ``out``, or into an archive, as ``is_archive`` says.

    Raises ``OSError`` if that cannot be written.
    """
    if is_archive(out):
        write_whole(out, zipped(files))
        return
    for name, file in files.items():
        write_whole(out / name, file)
