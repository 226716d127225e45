"""What hosts are told in several places is the same everywhere: Dockerfile, front matter, configuration."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.dockerfile import ROOT, context, steps
from tests.needs import need

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}  # those that a Space may have


def front_matter():
    """The fields that describe the Space; a list is one line."""
    head = (ROOT / "README.md").read_text().split("---\n")[1]
    return dict(line.split(": ", 1) for line in head.splitlines())


def environment():
    pairs = {"PATH": "/bin"}
    for step in steps():
        if step.word == "ENV":
            pairs |= step.pairs(pairs)
    return pairs


def only(word):
    (step,) = (step for step in steps() if step.word == word)
    return step


def test_the_port_is_the_same_everywhere():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    port = str(config["server"]["port"])
    assert port == front_matter()["app_port"] == only("EXPOSE").rest == environment()["STREAMLIT_SERVER_PORT"]


def test_the_front_matter_is_what_the_hub_takes():
    fields = front_matter()
    assert fields["sdk"] == "docker"
    assert {fields["colorFrom"], fields["colorTo"]} <= COLOURS
    assert len(fields["short_description"]) <= 60
    assert not re.search(r"[\w\s]", fields["emoji"])
    assert fields["license"] == "mit" and (ROOT / "LICENSE").read_text().startswith("MIT License")


def test_nothing_but_the_app_is_sent_to_the_image():
    sent = set(context())
    assert {path.parts[0] for path in sent} == {
        *("app.py", "assets", "cae", "pages", ".streamlit", "requirements.txt", "LICENSE")
    }
    assert not [path for path in sent if path.suffix in (".pyc", ".part")]


def test_a_linter_has_nothing_to_say_about_the_dockerfile():
    linter = Path(sys.executable).with_name("hadolint")
    need(linter.exists(), "no hadolint: there is none for Windows")
    checked = subprocess.run([linter, "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
