"""Does a library that the app needs have a known vulnerability? ``python -m tests.audit``; with CI=true it is a check.

It asks pip-audit about everything that ``requirements.txt`` installs, in the versions that are installed. Where the
service that knows the vulnerabilities cannot be reached, it says so and passes.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
UNREACHED = "The service of known vulnerabilities was not reached, so nothing was audited."
NO_NETWORK = re.compile(r"requests\.exceptions\.|ConnectionError|ServiceError|timed? ?out", re.IGNORECASE)


def installed(lines):
    """What these requirements need here, with all that they need in turn: canonical name → version."""
    found, asked = {}, [Requirement(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]
    while asked:
        one = asked.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        if name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        try:
            there = distribution(name)
        except PackageNotFoundError:
            continue  # of another system
        found[name] = there.version.split("+")[0]  # torch's builds for one device have a suffix
        asked += map(Requirement, there.requires or [])
    return found


def verdict(status, output, problems):
    """The exit status of the audit and what it says, from those of pip-audit, which wrote ``output`` as JSON."""
    try:
        told = json.loads(output)["dependencies"]
    except ValueError:
        return (0, UNREACHED) if NO_NETWORK.search(problems) else (status or 1, problems)
    bad = [f"{one['name']} {one['version']}: {each['id']}" for one in told for each in one.get("vulns", [])]
    audited = [one for one in told if "vulns" in one]
    missed = ", ".join(one["name"] for one in told if "vulns" not in one)
    if bad:
        return 1, f"Known vulnerabilities: {'; '.join(bad)}. Raise these versions in requirements.txt."
    if not audited:
        return 0, UNREACHED
    return 0, f"No known vulnerability in {len(audited)} libraries." + (
        f" Not known there: {missed}." if missed else ""
    )


def main():
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "requirements.txt")
        pins.write_text("\n".join(f"{name}=={version}" for name, version in installed(_lines()).items()))
        options = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=10", "--format=json"]
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(pins), *options]
        done = subprocess.run(command, capture_output=True, text=True)
    status, words = verdict(done.returncode, done.stdout, done.stderr)
    print(words)  # noqa: T201
    return status


def _lines():
    return REQUIREMENTS.read_text("utf-8").splitlines()


if __name__ == "__main__":
    sys.exit(main())
