"""The promises that the repository makes about itself."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cae.runs import checkpoint
from tests import audit
from tests.program.networks import SHIPPED

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")[:-1]


def commands(section):
    text = (ROOT / "README.md").read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", text, re.DOTALL)


def test_continuous_integration_runs_exactly_the_test_command_of_the_readme():
    (command,) = commands("Test it")
    assert command in (ROOT / ".ci" / "run").read_text()


def test_the_readme_runs_the_app_with_one_command():
    (command,) = commands("Run it")
    assert command.count("\n") == 1
    assert command.endswith("streamlit run app.py\n")


@pytest.mark.parametrize("library", ["streamlit", "plotly", "plotly.graph_objects", "cae.ui.parts.tiles"])
@pytest.mark.parametrize("place", ["cae/model.py", "cae/jobs/service.py"])
def test_the_linter_refuses_the_screen_in_the_core(library, place):
    assert "TID251" in lint(f"import {library}\n", place)


@pytest.mark.parametrize("place", ["cae/ui/parts/tiles.py", "pages/draw.py", "app.py"])
def test_the_linter_allows_the_screen_where_it_belongs(place):
    assert "TID251" not in lint("import streamlit\n", place)


def lint(source, place):
    command = [sys.executable, "-m", "ruff", "check", "--output-format=concise", "--stdin-filename", place, "-"]
    return subprocess.run(command, input=source, cwd=ROOT, capture_output=True, text=True).stdout


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt"])
def test_every_requirement_is_pinned(file):
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    assert all("==" in line or line.startswith("-r ") for line in lines if line)


def test_a_known_vulnerability_fails_the_check_and_a_missing_network_does_not():
    there = {"name": "a", "version": "1.0", "vulns": []}
    bad = {**there, "name": "b", "vulns": [{"id": "CVE-2026-1"}]}
    unknown = {"name": "c", "skip_reason": "not found"}
    assert audit.verdict(1, json.dumps({"dependencies": [there, bad]}), "")[0] == 1
    assert "b 1.0: CVE-2026-1" in audit.verdict(1, json.dumps({"dependencies": [there, bad]}), "")[1]
    assert audit.verdict(0, json.dumps({"dependencies": [there, unknown]}), "")[0] == 0
    for output, problems in ((json.dumps({"dependencies": [unknown]}), ""), ("", "requests.exceptions.ProxyError")):
        assert audit.verdict(1, output, problems) == (0, audit.UNREACHED)
    assert audit.verdict(2, "", "usage: pip-audit")[0] == 2  # a mistake of ours is no missing network


def test_the_audit_asks_for_what_the_requirements_need_in_turn():
    found = audit.installed(["streamlit==1.67.0 # a comment", "", "# another"])
    assert {"streamlit", "starlette", "uvicorn", "protobuf"} <= set(found) and "pytest" not in found


def test_no_large_file_is_tracked():
    assert [name for name in TRACKED if (ROOT / name).is_file() and (ROOT / name).stat().st_size > 5_000_000] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_network_says_how_to_make_it_again(path):
    run = checkpoint.load(path)
    assert run.ending == "complete"
    assert run.command == run.again(f"assets/models/{path.name}")
    assert "mse" in run.figures[run.config.dataset]


@pytest.mark.mnist
@pytest.mark.parametrize(("name", "bar"), [("classic", 0.0010), ("bottleneck-32", 0.0030)])
def test_a_shipped_network_is_as_good_as_it_says(mnist, name, bar):
    import torch

    from cae.evaluation.measurement import evaluate

    run = checkpoint.load(ROOT / "assets" / "models" / f"{name}.safetensors")
    torch.set_num_threads(2)
    measured = evaluate(checkpoint.build(run), mnist.test.images).figures
    assert measured.mse <= bar
    assert measured.mse == pytest.approx(run.figures["mnist"]["mse"], rel=1e-3)
