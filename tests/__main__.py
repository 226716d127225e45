"""All checks: lint, format, types, import contracts, tests. ``python -m tests``, from the project's root.

``python -m tests --quick`` leaves out the browser and whatever takes long: for the inner loop. Other arguments are
passed on to pytest, and then its tests run in one process: ``python -m tests -k canvas``. One file alone, without the
other checks: ``python -m pytest tests/evaluation/test_metrics.py``.
"""

import os
import subprocess
import sys
from pathlib import Path

PYTHON = (sys.executable, "-m")
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
# Two processes: one has the browser, which mostly waits, the other begins with the rest (see tests/conftest.py).
TOGETHER = ("-n", "2", "--dist", "loadgroup")
QUICK = ("-m", "not browser and not slow")


def checks(arguments: list[str]) -> list[tuple[str, ...]]:
    """The commands to run, one after the other."""
    chosen = [*QUICK, *TOGETHER] if arguments == ["--quick"] else arguments or list(TOGETHER)
    return [
        (*PYTHON, "ruff", "check", "."),
        (*PYTHON, "ruff", "format", "--check", "."),
        (LINT_IMPORTS, "--no-cache"),
        (*PYTHON, "mypy"),
        (*PYTHON, "pytest", "-p", "no:cacheprovider", "--durations=10", *chosen),
    ]


if __name__ == "__main__":
    # A thread that waits for its sibling soon sleeps instead of spinning: with browser and servers on the same
    # processors, spinning makes every step many times slower.
    environment = {**os.environ, "GOMP_SPINCOUNT": "30000"}
    failed = [
        " ".join(check) for check in checks(sys.argv[1:]) if subprocess.run(check, env=environment).returncode != 0
    ]
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)
