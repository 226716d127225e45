"""The app's waiting times, measured in a real browser by ``tests.waits``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["waits"]

ROOT = Path(__file__).parents[2]
FEW = ("--rounds", "1", "--strokes", "2")


def waits(quick: bool) -> dict[str, Any]:
    """The result of ``python -m tests.waits --json``, or ``{"missing": why}`` without the script or a browser."""
    if not (ROOT / "tests" / "waits.py").is_file():
        return {"missing": "the script that measures the app lies with the tests, and they are not here"}
    command = [sys.executable, "-m", "tests.waits", "--json", *(FEW if quick else ())]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # its progress is for all to see
    if done.returncode:
        return {"missing": "the script that measures the app failed; what it said is above"}
    told: dict[str, Any] = json.loads(done.stdout)
    return told
