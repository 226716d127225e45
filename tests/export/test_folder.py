"""The exported files: the same in a folder, in an archive and every time, and safe whatever a run is called."""

import json
import re
import runpy
import sys
import zipfile
from dataclasses import replace

import pytest
import torch
from PIL import Image
from safetensors.numpy import load

from cae.config import ModelConfig, TrainConfig
from cae.export.folder import export, write, zipped
from cae.registry import Shape
from cae.runs import checkpoint
from cae.runs.run import Run
from tests.export.networks import SHIPPED, pictures_for, run_of

HOSTILE = (
    '"""\nimport os\n../../x`|<script>alert(1)</script>$(rm)[a](http://b.c)![i](//j)\x00\u202e{0}%s www.a.b _c_ \\'
)
FILES = ["README.md", "network.py", "weights.safetensors", "example.py", "network.ipynb", "network.onnx"]


@pytest.fixture(scope="module")
def shipped():
    """The shipped classic network."""
    (path,) = (path for path in SHIPPED if path.stem == "classic")
    return checkpoint.load(path)


def test_folder_and_archive_hold_the_same(shipped, tmp_path):
    files = export(shipped)
    assert list(files) == FILES
    write(files, tmp_path / "new" / "folder")
    write(files, tmp_path / "archive.ZIP")
    with zipfile.ZipFile(tmp_path / "archive.ZIP") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {f"network/{name}": content for name, content in files.items()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()} == files
    assert zipped(export(checkpoint.parse(checkpoint.dump(shipped)))) == zipped(files)


def test_the_weights_are_those_of_the_run(shipped):
    weights = load(export(shipped)["weights.safetensors"])
    assert sorted(value.tobytes() for value in weights.values()) == sorted(
        value.tobytes() for value in shipped.weights.values()
    )


def test_the_readme_has_the_figures_of_the_run(shipped):
    text = export(shipped)["README.md"].decode()
    assert text.startswith("# Classic: a convolutional autoencoder\n")
    for words in ("0.000429", "34.0 dB", "9,408 bits of switches", "MNIST", "one of 3,000 pictures", "| Seed | 0 |"):
        assert words in text
    assert all(f"`{name}`" in text for name in FILES[1:])


@pytest.mark.parametrize("dataset", ["mnist", f"folder:{HOSTILE}"])
def test_a_hostile_name_becomes_neither_code_nor_markup_nor_a_path(dataset):
    config = TrainConfig(ModelConfig((3,)), dataset=dataset)
    run = replace(run_of(config.model), config=config)
    hostile = replace(run, name=HOSTILE, device=HOSTILE, command=HOSTILE, figures={dataset: {"mse": 0.5}})
    harmless, files = export(replace(hostile, name="any", device="", command="")), export(hostile)
    assert list(files) == list(harmless)
    changed = [name for name in files if files[name] != harmless[name]]
    assert changed == ["README.md"]
    (line,) = set(files["README.md"].decode().splitlines()) - set(harmless["README.md"].decode().splitlines())
    assert line.startswith("# ") and not re.search(r"(?<!\\)[`|<>$\[\]!_*]|www\.", line.removeprefix("# "))
    if dataset != "mnist":
        elsewhere = {**files, "README.md": files["README.md"].replace(line.encode(), b"")}
        assert not any(b"import os" in content for content in elsewhere.values())


@pytest.mark.parametrize("shape", [Shape(), Shape(20, 3)])
def test_the_example_reconstructs_a_picture(shape, tmp_path, monkeypatch, capsys):
    run = run_of(ModelConfig((3, 4), code_size=5, unpooling="transpose", picture=shape))
    write(export(run), tmp_path)
    picture = pictures_for(run, 1)
    levels = (picture[0] * 255).round().byte()
    pixels = levels[0] if shape.channels == 1 else levels.permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(tmp_path / "picture.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with torch.inference_mode():
        expected = (checkpoint.build(run)(levels[None] / 255) * 255).round().byte()[0]
    for arguments in (["picture.png"], []):
        monkeypatch.setattr(sys, "argv", ["example.py", *arguments])
        monkeypatch.delitem(sys.modules, "network", raising=False)
        runpy.run_path("example.py")
        found = Image.open("reconstruction.png")
        assert found.size == (shape.side, shape.side)
        if arguments:
            values = torch.tensor(list(found.tobytes())).view(shape.side, shape.side, -1).permute(2, 0, 1)
            assert (values - expected.int()).abs().max() <= 1  # rounded to levels
    assert capsys.readouterr().out.count("mean squared error 0.") == 2
    for name in ("README.md", "nowhere.png"):
        monkeypatch.setattr(sys, "argv", ["example.py", name])
        with pytest.raises(SystemExit, match=f"^{name} cannot be read as a picture: "):
            runpy.run_path("example.py")
    sys.modules.pop("network")


def test_a_run_without_weights_is_refused():
    with pytest.raises(ValueError, match=r"no weights yet: wait for its first steps\.$"):
        export(Run(TrainConfig()))


def test_the_notebook_is_what_jupyter_reads(shipped):
    content = json.loads(export(shipped)["network.ipynb"])
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])
