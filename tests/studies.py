"""Small studies by the real command: 300 pictures, networks of two channels."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
from PIL import Image

from cae.data.synthetic import digits

ROOT = Path(__file__).parents[1]
SMALL = "--channels 2 --side 16 --batch-size 32 --epochs 10 --code-size 4 --seeds"
MEASURED = "test MSE"  # in the line that tells of a finished row
TOLERANCE = 0.001  # relative, of a run's figures with another number of threads


def write_pictures(folder, count=300, seed=1):
    """Digits as PNG files in a new folder; returns the words of a study of them."""
    folder.mkdir()
    images, _ = digits(count, seed)
    for number, image in enumerate(images):
        Image.fromarray(image[0].numpy()).save(folder / f"{number}.png")
    return ["study", "--json", "--dataset", f"folder:{folder}", *SMALL.split()]


class Study:
    """The command in a process of its own."""

    def __init__(self, process):
        self._process = process
        self.told = ""  # on standard error

    def until(self, words):
        """Wait for these words on standard error."""
        for line in self._process.stderr:
            self.told += line
            if words in line:
                return
        raise AssertionError(f"{words} never came:\n{self.told}")

    def send(self, number):
        """Send a signal, and wait until the command and the processes that it started have ended."""
        started = psutil.Process(self._process.pid).children(recursive=True)
        self._process.send_signal(number)
        self.told += self._process.stderr.read()
        _, alive = psutil.wait_procs(started, timeout=60)
        assert not alive
        return self._process.wait()

    def result(self):
        """Wait for the end; returns the table."""
        printed, told = self._process.communicate()
        self.told += told
        assert self._process.returncode == 0, self.told
        return json.loads(printed)


@contextmanager
def study(*words, **environment):
    """Yields the command that has just been started."""
    program = subprocess.Popen(
        [sys.executable, "-m", "cae", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a shell's background job would not listen
    )
    with program:
        try:
            yield Study(program)
        finally:
            program.kill()
