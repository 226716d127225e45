"""A Python with PyTorch, safetensors and what they need, and nothing else: neither this project nor NumPy."""

import subprocess
import sys
from importlib.metadata import distribution, requires

from packaging.requirements import Requirement

WANTED = ("torch", "safetensors")
BESIDE = ("__pycache__", "..")  # what a distribution installs outside its own folders


def needed(names):
    """The names of these distributions, and of all that they require here."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        required = [Requirement(line) for line in requires(name) or ()]
        waiting += [one.name for one in required if not one.marker or one.marker.evaluate({"extra": ""})]
    return found


def site(folder):
    """Fill the folder with links to what ``needed`` names."""
    for name in needed(WANTED):
        one = distribution(name)
        for part in {file.parts[0] for file in one.files or ()}.difference(BESIDE):
            link = folder / part
            if not link.exists():
                link.symlink_to(one.locate_file(part))


def run_with(folder, *arguments):
    """Run a script, and its arguments, with what ``site`` has put into ``folder``."""
    start = f"import sys; sys.path.append({str(folder)!r}); del sys.argv[0]; import runpy; "
    command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", f"{start}runpy.run_path(sys.argv[0])", *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
