"""A failure of the worker or of a visitor's connection costs one run at most; its result so far is kept."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from cae.jobs import Rules, wire
from cae.jobs.messages import Order
from cae.runs.run import NO_IMAGES
from tests.jobs.conftest import LONG, SHORT, assert_usable
from tests.jobs.faulty_worker import BROKEN, FULL
from tests.jobs.patience import until

FAULTY = (sys.executable, "-m", "tests.jobs.faulty_worker")
IMPATIENT = Rules(waiting_limit=4, pause_limit=3, stop_patience=3, grace_in_line=0.3, grace=1.5, remember=10)


@pytest.fixture(scope="module")
def shared(serving):
    """A service with little patience, and a worker in which some runs meet a full GPU."""
    with serving(IMPATIENT, program=FAULTY) as visits:
        yield visits


@pytest.fixture
def visits(shared):
    yield shared
    shared.clear()


def worker(visits):
    return visits.service.worker().pid


def test_a_worker_killed_in_the_middle_costs_one_run_and_not_what_it_had_learnt(visits):
    job, waiting = visits.submit("anna"), visits.submit("alma", SHORT)
    visits.learning(job)
    os.kill(worker(visits), signal.SIGKILL)
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("failed", "stopped")
    assert "ended unexpectedly" in job.message and job.message.endswith(".")
    assert job.run.step > 0
    assert_usable(job.run)
    assert [run.digest for run in visits.service.store.of("anna")] == [job.run.digest]
    assert visits.end_of(waiting).state == "ended"
    visits.next_run_succeeds()


def test_a_worker_killed_while_idle_costs_nothing(visits):
    visits.next_run_succeeds()
    before = worker(visits)
    os.kill(before, signal.SIGKILL)
    visits.next_run_succeeds()
    assert worker(visits) != before


def test_a_worker_that_does_not_stop_when_asked_is_replaced(visits):
    job, waiting = visits.submit("berta"), visits.submit("bruno", SHORT)
    visits.learning(job)
    before = worker(visits)
    os.kill(before, signal.SIGSTOP)  # it is there, and does nothing any more
    visits.service.stop(job.id)
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "stopped") and job.run.step > 0
    assert_usable(job.run)
    assert visits.end_of(waiting).state == "ended"
    assert worker(visits) != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_a_worker_that_hangs_fails_its_run_with_a_sentence_and_the_next_one_succeeds(serving):
    with serving(replace(IMPATIENT, silence=8), program=FAULTY) as visits:
        job = visits.submit("carl")
        visits.learning(job)
        os.kill(worker(visits), signal.SIGSTOP)
        job = visits.end_of(job)
        assert (job.state, job.run.ending) == ("failed", "stopped")
        assert "no longer answered" in job.message
        assert_usable(job.run)
        visits.next_run_succeeds()


def test_a_full_gpu_fails_one_run_with_advice_and_a_new_worker_trains_the_next(visits):
    visits.next_run_succeeds()
    before = worker(visits)
    job = visits.end_of(visits.submit("dora", replace(LONG, seed=FULL)))
    assert (job.state, job.run.ending) == ("failed", "stopped")
    assert "memory of the GPU is full" in job.message and "smaller batch size" in job.message
    assert job.run.step > 0
    assert_usable(job.run)
    visits.next_run_succeeds()
    assert worker(visits) != before


def test_a_library_that_breaks_costs_one_run(visits):
    job = visits.end_of(visits.submit("emil", replace(LONG, seed=BROKEN)))
    assert job.state == "failed" and "ended unexpectedly" in job.message
    visits.next_run_succeeds()


def test_a_run_that_has_used_its_time_finishes_early_with_its_result(serving):
    with serving(replace(IMPATIENT, time_budget=4), program=FAULTY) as visits:
        job = visits.end_of(visits.submit("frida"))
        assert (job.state, job.run.ending) == ("ended", "out of time")
        assert job.message == "The run has used up its time."
        assert 0 < job.run.step < job.run.steps
        assert job.run.moments[-1].step == job.run.step
        assert_usable(job.run)


def test_a_run_paused_for_too_long_ends_with_what_it_has_learnt(visits):
    job = visits.submit("hanna")
    visits.learning(job)
    visits.service.pause(job.id)
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "stopped")
    assert "paused for too long" in job.message
    assert_usable(job.run)


def test_a_pause_takes_no_time_but_ends_with_the_worker_and_what_was_learnt_is_kept(serving):
    with serving(replace(IMPATIENT, pause_limit=300), program=FAULTY) as visits:
        job = visits.submit("ida")
        visits.learning(job)
        visits.service.pause(job.id)
        left = visits.in_state(job, "paused").time_left
        visits.next_run_succeeds()
        assert 0 < visits.now(job).time_left == left < IMPATIENT.time_budget
        os.kill(worker(visits), signal.SIGKILL)
        job = visits.end_of(job)
        assert job.state == "failed"
        assert_usable(job.run)
        visits.next_run_succeeds()


def test_the_run_of_a_visitor_who_is_gone_ends_and_is_there_when_they_come_back(visits):
    service = visits.service
    service.arrive("jana")
    job, waiting = visits.submit("jana"), visits.submit("jana")
    visits.learning(job)
    service.leave("jana")
    assert visits.end_of(waiting).state == "cancelled"
    assert not visits.now(job).is_over
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "stopped")
    assert job.message == "The run ended because its page was closed."
    service.arrive("jana")
    assert service.store.of("jana") == (job.run,)
    service.leave("jana")
    until(lambda: not service.of("jana"))
    assert service.store.of("jana") == ()
    visits.next_run_succeeds()


def test_a_visitor_who_comes_back_in_time_finds_the_run_going_on(visits):
    service = visits.service
    service.arrive("kim")
    job = visits.submit("kim")
    before = visits.learning(job)
    service.leave("kim")
    service.arrive("kim")
    after = visits.learning(job)
    assert [one.id for one in service.of("kim")] == [job.id]
    assert after.run.history.losses[: before.run.step] == before.run.history.losses
    service.leave("kim")
    service.arrive("kim")  # another tab …
    service.arrive("kim")
    service.leave("kim")  # … is closed
    visits.learning(job)


def test_a_worker_that_cannot_live_fails_each_run_with_a_sentence_and_is_not_started_for_ever(serving):
    with serving(IMPATIENT, program=(sys.executable, "-c", "import sys; sys.exit(1)")) as visits:
        job = visits.end_of(visits.submit("lena"))
        assert job.state == "failed" and job.tries == 2
        assert "ended unexpectedly" in job.message
        assert worker(visits) is None
    with serving(IMPATIENT, program=("/nowhere/python",)) as visits:
        assert "could not be started" in visits.end_of(visits.submit("lena")).message


def test_a_worker_whose_app_has_ended_does_not_fill_the_log():
    order = Order(1, replace(LONG, seed=FULL).as_dict(), NO_IMAGES)
    with subprocess.Popen(FAULTY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()  # whatever it says now is lost
        wire.send(process.stdin, order)
        assert process.stderr.read() == b""
    assert process.returncode == 0
