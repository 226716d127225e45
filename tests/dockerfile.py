"""The steps of the Dockerfile, read from it."""

import json
import re
import shlex
import string
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Step:
    """One instruction, such as ``RUN``, and the rest of its line. Lines that go on are joined."""

    word: str
    rest: str

    def expanded(self, variables):
        """The rest, with ``$NAME`` replaced as Docker does outside ``RUN`` and ``CMD``."""
        return string.Template(self.rest).substitute(variables)

    def pairs(self, variables):
        """What ``ENV`` or ``ARG`` sets."""
        return dict(pair.split("=", 1) for pair in shlex.split(self.expanded(variables)))

    def command(self):
        """The words of a command in its JSON form, which starts no shell; what stands before them are options."""
        return json.loads(self.rest[self.rest.index("[") :])


def steps(path=ROOT / "Dockerfile"):
    """All steps, in their order."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Step(*line.split(maxsplit=1)) for line in text.splitlines()]


def context(ignored=ROOT / ".dockerignore", root=ROOT):
    """The files that Docker may copy into the image, as paths below ``root``. Understands what ``.dockerignore`` uses:
    ``*``, then ``!NAME`` for what is kept after all, then ``**/PATTERN`` for what is not."""
    everything, *rules = (line for line in ignored.read_text().splitlines() if line and not line.startswith("#"))
    assert everything == "*", "everything is left out but what is named"
    kept = [rule[1:] for rule in rules if rule.startswith("!")]
    dropped = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    assert len(kept) + len(dropped) == len(rules), "a rule of another kind"
    for name in kept:
        place = root / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            below = path.relative_to(root)
            if path.is_file() and not any(Path(part).match(rule) for part in below.parts for rule in dropped):
                yield below
