"""All checks: lint, format, types, import contracts, tests. ``python -m tests``, from the project's root.

The tests run in three processes beside each other: those of the browser, those that mostly wait for other processes,
and all others; beside them runs the type checker. ``--quick`` runs a selection that takes a minute, for the inner loop.
Other arguments are passed on to pytest, whose tests then run in one process: ``python -m tests -k canvas``. One file
alone, without the other checks:
``python -m pytest tests/evaluation/test_metrics.py``.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = (sys.executable, "-m")
CHECKS = (
    (*PYTHON, "ruff", "check", "."),
    (*PYTHON, "ruff", "format", "--check", "."),
    (str(Path(sys.executable).with_name("lint-imports")), "--no-cache"),
)
TYPES = (*PYTHON, "mypy")
AUDIT = (*PYTHON, "tests.audit")  # not on every machine: what is known changes from day to day
PYTEST = (*PYTHON, "pytest", "-p", "no:cacheprovider", "--durations=10")
BROWSER = "tests/browser"
WAITING = ("tests/browser/test_measuring.py", "tests/jobs")
QUICK_PARTS = (
    *("analysis", "config/test_config.py", "config/test_settings.py", "engine/test_forms.py"),
    *("evaluation/test_metrics.py", "program", "runs/test_run.py", "test_model.py", "ui/parts/test_images.py"),
)
QUICK = tuple(f"tests/{part}" for part in QUICK_PARTS)
# Browser, servers and tests share the processors: a thread that waits for its sibling makes steps many times slower.
ENVIRONMENT = {**os.environ, "CAE_THREADS": "1", "GOMP_SPINCOUNT": "30000"}
BEHIND = 5  # niceness: the runs that go on and on in tests have 10 more than the tests with a browser


def failed(command: tuple[str, ...]) -> list[str]:
    """Run a command; its words where it failed."""
    return [" ".join(command)] * bool(subprocess.run(command, env=ENVIRONMENT).returncode)


def failed_beside_each_other(first: list[tuple[str, ...]], behind: list[tuple[str, ...]]) -> list[str]:
    """Run the commands at the same time, some with lower priority; show each output when it has ended."""
    commands = [*first, *behind]
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder, str(number)) for number in range(len(commands))]
        running = [
            subprocess.Popen(command, env=ENVIRONMENT, stdout=log.open("wb"), stderr=subprocess.STDOUT)
            for command, log in zip(commands, logs, strict=True)
        ]
        if hasattr(os, "setpriority"):  # a browser test gives up after a minute; the others wait longer
            for process in running[len(first) :]:
                os.setpriority(os.PRIO_PROCESS, process.pid, BEHIND)
        bad = []
        for command, process, log in zip(commands, running, logs, strict=True):
            if process.wait():
                bad.append(" ".join(command))
            sys.stdout.write(log.read_text("utf-8", "replace"))
            sys.stdout.flush()
        return bad


def main(arguments: list[str]) -> None:
    bad = [words for check in CHECKS for words in failed(check)]
    if arguments:
        chosen = QUICK if arguments == ["--quick"] else arguments
        bad += failed(TYPES) + failed((*PYTEST, *chosen))
    else:
        audit = [AUDIT] if os.environ.get("CI") else []
        others = (*PYTEST, *(f"--ignore={path}" for path in (BROWSER, *WAITING)))
        browser = (*PYTEST, BROWSER, *(f"--ignore={path}" for path in WAITING))
        bad += failed_beside_each_other([browser, (*PYTEST, *WAITING)], [others, TYPES, *audit])
    sys.exit(f"Failed: {', '.join(bad)}" if bad else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
