"""When a run is over, the log has one line about it, which a machine can read and which names nobody."""

import json
import logging
from datetime import datetime

import pytest

from cae.config import TrainConfig
from cae.environment import Rules
from cae.jobs import run_log
from cae.jobs.queue import Queue
from cae.jobs.run_store import RunStore
from cae.log import start_log
from cae.runs.run import NO_IMAGES
from cae.training.events import Finished, Started, Step

OWNER = "0123456789abcdef" * 2


@pytest.fixture
def lines(capsys):
    """A function: the lines that the log has got since the last call."""
    log = logging.getLogger("cae")
    before = log.handlers, log.propagate, log.level
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    log.handlers, log.propagate = before[:2]
    log.setLevel(before[2])


def test_a_run_that_is_over_leaves_one_line(lines):
    start_log("info")
    queue = Queue(Rules(), RunStore())
    job = queue.admit(OWNER, TrainConfig(dataset="synthetic"), NO_IMAGES)
    run = job.run
    for event in (
        Started(2, 2, "CPU, 2 threads, float32", NO_IMAGES),
        Step(2, (0.2, 0.1), 1.23456, 100.0),
        Finished("complete", "Done.", 1.5),
    ):
        run = run.after(event)
    next_job, _ = queue.next(lambda job: "a worker")
    queue.update(next_job.id, state="training", begun=True, started=job.queued + 3, run=run)
    queue.end(job.id, "ended", "Done.")
    (line,) = lines()
    assert (line["level"], line["logger"], line["message"]) == ("info", "cae.jobs.run_log", "run ended")
    assert (line["how"], line["steps"], line["seconds"], line["device"]) == ("complete", 2, 1.5, run.device)
    queued, started, ended, written = (
        datetime.fromisoformat(line[one]) for one in ("queued", "started", "ended", "time")
    )
    assert (started - queued).total_seconds() == pytest.approx(3, abs=0.01) and queued <= ended <= written
    assert line["dataset"] == "synthetic" and len(line["config"]) == 16
    assert OWNER not in json.dumps(line)


def test_a_run_that_was_cancelled_or_failed_says_so_and_two_configs_differ(lines):
    start_log("info")
    queue = Queue(Rules(), RunStore())
    for seed, state in enumerate(("cancelled", "failed")):
        job = queue.admit(OWNER, TrainConfig(seed=seed), NO_IMAGES)
        queue.end(job.id, state, "A sentence for the visitor.")
    one, other = lines()
    assert (one["how"], one["started"], other["how"]) == ("cancelled", None, "failed")
    assert one["config"] != other["config"]
    assert one["visitor"] == other["visitor"] == run_log.pseudonym(OWNER) != run_log.pseudonym(OWNER[::-1])


def test_a_visitor_cannot_be_told_from_their_pseudonym_by_trying_identities(monkeypatch):
    before = run_log.pseudonym(OWNER)
    monkeypatch.setattr(run_log, "_key", b"of another process")
    assert run_log.pseudonym(OWNER) != before


def test_lines_below_the_level_are_left_out(lines):
    start_log("warning")
    logging.getLogger("cae.jobs").info("not this")
    logging.getLogger("cae.jobs").warning("but %s\nthis", "all of")
    assert [line["message"] for line in lines()] == ["but all of\nthis"]
