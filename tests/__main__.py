"""All checks, one after the other: lint, format, types, tests. ``python -m tests``, from the project's root."""

import os
import subprocess
import sys

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", "-p", "no:cacheprovider", "--durations=10"),
)

if __name__ == "__main__":
    # A thread that waits for its sibling soon sleeps instead of spinning: with browser and servers on the same
    # processors, spinning makes every step many times slower.
    environment = {**os.environ, "GOMP_SPINCOUNT": "30000"}
    failed = [
        " ".join(check)
        for check in CHECKS
        if subprocess.run(
            [sys.executable, "-m", *check, *sys.argv[1:] * (check[0] == "pytest")], env=environment
        ).returncode
    ]
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)
