"""Exported folders of many networks, made once for these tests."""

import json
import sys

import pytest

from cae.export.folder import export
from tests.export.networks import runs


@pytest.fixture(scope="package")
def every():
    """Name → a run and its exported files."""
    return {name: (run, export(run)) for name, run in runs().items()}


@pytest.fixture(scope="package")
def folders(every, tmp_path_factory):
    """Name → the folder with these files."""
    root = tmp_path_factory.mktemp("exported")
    for name, (_, files) in every.items():
        (root / name).mkdir()
        for file, content in files.items():
            (root / name / file).write_bytes(content)
    return {name: root / name for name in every}


@pytest.fixture
def run_cells(monkeypatch, capsys):
    """A function: the folder of a notebook → what its cells define, and what they print, once all have run."""

    def run_cells(folder):
        for name in ("network", "synthetic", "skeletons", "strokes"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.chdir(folder)
        monkeypatch.syspath_prepend(folder)
        cells = json.loads((folder / "network.ipynb").read_text("utf-8"))["cells"]
        names = {"__name__": "notebook"}
        for cell in cells:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        for name in ("network", "synthetic", "skeletons", "strokes"):
            sys.modules.pop(name, None)
        return names, capsys.readouterr().out

    return run_cells
