"""The app's container without Docker: the Dockerfile's own steps, in a folder that is a process's whole file system.

Linux and root are needed. The base image is replaced by this machine's system, read-only, and the commands in
``REPLACED`` by what this machine has already; all else is done as it stands in the Dockerfile, by the user it says.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from cae.compiler import COMPILERS
from tests.dockerfile import ROOT, context, steps

SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr")
SETTINGS = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives"),
    *("login.defs", "nsswitch.conf", "hosts", "mime.types"),
)
# The commands that need a network, and what stands for them.
REPLACED = {
    r"apt-get install [^&]*\bgcc\b": "this machine's compiler",
    r"uv pip install .* -r requirements\.txt": "the environment of the tests",
}
# What Python is run from. An environment's programs name it by its true path.
PYTHON = tuple(dict.fromkeys(Path(place).resolve() for place in (sys.prefix, sys.base_prefix)))
# Run in a mount namespace of its own. It ends with its last process, and its mounts with it: nothing outside changes.
ENTER = r"""
set -e
root=$1 access=$2 hidden=$3 bound=$4 user=$5 workdir=$6; shift 6
mount --bind "$root" "$root"
for place in $bound; do mkdir -p "$root$place"; mount --bind -o ro "$place" "$root$place"; done
for file in $hidden; do mount --bind /dev/null "$root$file"; done
for place in dev sys proc; do mkdir -p "$root/$place"; mount --rbind "/$place" "$root/$place"; done
mount -o "remount,bind,$access" "$root"
exec chroot --userspec="$user" --groups= "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"
"""
MISSING = "containers without Docker need Linux, root, and the right to mount"


def possible():
    """Whether this process may make one."""
    asked = ["unshare", "--mount", "mount", "--bind", "/", "/mnt"]
    there = sys.platform == "linux" and os.getuid() == 0 and shutil.which("unshare")
    return bool(there) and subprocess.run(asked, capture_output=True).returncode == 0


@dataclass
class Container:
    """A file system in ``root``, and how commands are run in it. Without ``compiler`` it has none. One that is
    ``read_only`` keeps nothing, as with ``docker run --read-only``.

    ``command`` starts the app, ``health`` asks whether it is well; ``replaced`` says what stands for commands that were
    not run.
    """

    root: Path
    compiler: bool = True
    read_only: bool = False
    environment: dict = field(default_factory=dict)
    user: str = "0:0"
    workdir: str = "/"
    command: list = field(default_factory=list)
    health: list = field(default_factory=list)
    replaced: list = field(default_factory=list)

    @classmethod
    def built(cls, root, mnist):
        """What the Dockerfile makes in the new folder ``root``. Its download finds the files of ``mnist`` in place."""
        made, arguments = cls(root), {}
        for step in steps():
            known = {**arguments, **made.environment}
            match step.word:
                case "FROM":
                    made._base()
                case "ARG":
                    arguments |= step.pairs(known)
                case "ENV":
                    made.environment |= step.pairs(known)
                case "USER":
                    made.user = f"{step.rest}:{step.rest}"
                case "WORKDIR":
                    made.workdir = step.expanded(known)
                    made._place(made.workdir).mkdir(parents=True, exist_ok=True)
                case "COPY":
                    made._copy(*step.expanded(known).split())
                case "RUN":
                    made._run(step.rest, known, mnist)
                case "HEALTHCHECK":
                    made.health = step.command()
                case "CMD":
                    made.command = step.command()
                case "EXPOSE":
                    pass  # tells the host, and changes nothing in the image
                case _:
                    raise NotImplementedError(f"tests/container.py does not know {step.word}")
        return made

    def copied(self, root, **changes):
        """Another one with the same files, in the new folder ``root``."""
        subprocess.run(["cp", "-a", str(self.root), str(root)], check=True)
        return replace(self, root=root, **changes)

    def start(self, command, environment, **options):
        """A process in the container, as ``subprocess.Popen``: it is the command itself, with nothing around it."""
        return subprocess.Popen(
            self._inside(command), env={**self.environment, **environment}, stdin=subprocess.DEVNULL, **options
        )

    def run(self, command, environment=None):
        """A command that ends, with its output as text; an exit status other than 0 is raised."""
        environment = {**self.environment, **(environment or {})}
        done = subprocess.run(self._inside(command), env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def home(self, *parts):
        """A place in the home folder of the app's user, as seen from outside."""
        return self._place(self.environment["HOME"]).joinpath(*parts)

    def _place(self, inside):
        return self.root / inside.lstrip("/")

    def _inside(self, command):
        bound = [f"/{name}" for name in SYSTEM if Path("/", name).is_dir() and not Path("/", name).is_symlink()]
        bound += [str(place) for place in PYTHON if not place.is_relative_to("/usr")]
        hidden = (
            [] if self.compiler else {str(Path(place).resolve()) for place in map(shutil.which, COMPILERS) if place}
        )
        access = "ro" if self.read_only else "rw"
        entered = [str(self.root), access, " ".join(hidden), " ".join(bound), self.user, self.workdir]
        return ["unshare", "--mount", "sh", "-c", ENTER, "enter", *entered, *command]

    def _base(self):
        """A system like that of the base image: root is its only user, and Python is on the path."""
        self.root.mkdir()
        for name in SYSTEM:
            if Path("/", name).is_symlink():
                self._place(name).symlink_to(Path("/", name).readlink())
        for name in ("etc", "home"):
            self._place(name).mkdir()
        self._place("tmp").mkdir()
        self._place("tmp").chmod(0o1777)
        for name in SETTINGS:
            source, target = Path("/etc", name), self._place(f"etc/{name}")
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            elif source.exists():
                shutil.copy(source, target)
        for name, line in {"passwd": "root:x:0:0::/root:/bin/sh", "group": "root:x:0:"}.items():
            self._place(f"etc/{name}").write_text(f"{line}\n")
        self.environment = {"PATH": f"{PYTHON[0]}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root"}

    def _copy(self, source, target):
        """The files of the context, which belong to root."""
        wanted = [name for name in context() if source == "." or str(name) == source]
        assert wanted and target == ".", f"COPY {source} {target}"
        for name in wanted:
            there = self._place(self.workdir) / name
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, there)

    def _run(self, command, variables, mnist):
        for pattern, instead in REPLACED.items():
            if re.search(pattern, command):
                self.replaced.append(instead)
                return
        if "cae data" in command:
            self._put(mnist)
        self.run(["sh", "-ec", command], variables)

    def _put(self, mnist):
        """The files that the download would find on the internet, as the app's user."""
        folder = f"{self.environment['CAE_DATA_DIR']}/MNIST/raw"
        self.run(["mkdir", "-p", folder])
        user, group = map(int, self.user.split(":"))
        for file in filter(Path.is_file, mnist.iterdir()):
            os.chown(shutil.copyfile(file, self._place(folder) / file.name), user, group)
