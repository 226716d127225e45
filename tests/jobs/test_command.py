"""The command that a run shows repeats the run exactly."""

import shlex

from cae import cli
from cae.runs import checkpoint
from tests.jobs.conftest import SHORT
from tests.processors import one_processor


def test_the_command_of_a_run_repeats_it_to_the_last_digit(serving, tmp_path, monkeypatch):
    with serving() as visits:
        run = visits.end_of(visits.submit("olga", SHORT)).run
    python, flag, program, *arguments = shlex.split(run.command)
    assert (python, flag, program) == ("python", "-m", "cae")
    monkeypatch.chdir(tmp_path)
    with one_processor():  # as the worker: with another number of threads, sums have other last digits
        assert cli.main(arguments) == 0
    again = checkpoint.load(tmp_path / "run.safetensors")
    kept = checkpoint.parse(checkpoint.dump(run))  # a file has six digits of each loss
    assert again.device == kept.device
    assert again.history == kept.history
    assert again.digest == kept.digest
