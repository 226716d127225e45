"""The training service with its real worker: a fair, bounded queue; stop, pause and resume."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from cae.config import TrainConfig
from cae.jobs import Rules, TrainingService
from cae.runs import checkpoint
from tests.jobs.conftest import LONG, SHORT, assert_usable
from tests.jobs.patience import until


@pytest.fixture(scope="module")
def shared(serving):
    with serving(Rules(waiting_limit=5, paused_limit=2)) as visits:
        yield visits


@pytest.fixture
def visits(shared):
    """Each test leaves the service idle, whatever happened in it."""
    yield shared
    shared.clear()


def test_a_run_goes_from_the_order_to_the_end(visits):
    watch = np.full((2, 28, 28), 7, np.uint8)
    job = visits.submit("anna", SHORT, watch)
    assert (job.state, job.place, job.is_over) == ("preparing", 0, False)
    job = visits.end_of(job)
    assert (job.state, job.place, job.notice) == ("ended", 0, "")
    assert "Trained for 19 steps" in job.message
    run = job.run
    assert (run.ending, run.name, run.step, run.steps) == ("complete", "run-1", 19, 19)
    assert run.config == SHORT and "--seed 3" in run.command
    assert run.originals.shape == (10, 28, 28) and (run.originals[-2:] == 7).all()
    assert [moment.step for moment in run.moments][:1] == [0] and run.moments[-1].step == 19
    assert len(run.history.epochs) == 1
    assert_usable(run)
    assert visits.service.store.of("anna") == (run,)


def test_many_visitors_at_once_are_served_in_their_order_and_each_ends(visits):
    """Six visitors order at the same moment: exactly one trains, five wait, the seventh is refused."""
    owners = [f"visitor-{number}" for number in range(6)]
    first = visits.submit("first")
    visits.learning(first, moments=1)
    barrier, refused = threading.Barrier(len(owners)), []

    def order(owner):
        barrier.wait()
        try:
            visits.submit(owner, SHORT)
        except ValueError as refusal:
            refused.append((owner, str(refusal)))

    threads = [threading.Thread(target=order, args=[owner]) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert visits.service.counts() == (1, 5, 0)
    [(unlucky, sentence)] = refused
    assert sentence == "5 runs are waiting already. Please try again in a few minutes."
    assert visits.service.of(unlucky) == ()
    waiting = sorted((job for job in visits.accepted if job.owner in owners), key=lambda job: job.id)
    assert [visits.now(job).place for job in waiting] == [1, 2, 3, 4, 5]

    begun = []  # in the order in which they leave the line
    visits.service.stop(first.id)

    def all_over():
        running, in_line, _ = visits.service.counts()
        assert running <= 1 and in_line <= 5
        now = [visits.now(job) for job in waiting]
        assert sum(job.state in ("preparing", "training") for job in now) <= 1
        assert [job.place for job in now if job.place] == [*range(1, in_line + 1)]
        begun.extend(job.id for job in now if job.begun and job.id not in begun)
        return all(job.is_over for job in now)

    until(all_over)
    assert begun == [job.id for job in waiting]
    assert {visits.now(job).state for job in waiting} == {"ended"}
    assert visits.service.counts() == (0, 0, 0)


def test_a_visitor_has_one_run_and_one_in_line_and_no_third(visits):
    first, other = visits.submit("berta"), visits.submit("bruno", SHORT)
    visits.learning(first, moments=1)
    second = visits.submit("berta", SHORT)
    with pytest.raises(ValueError, match="You have a run in line already"):
        visits.submit("berta", SHORT)
    assert [visits.now(job).place for job in (first, other, second)] == [0, 1, 2]
    assert [job.run.name for job in visits.service.of("berta")] == ["run-1", "run-2"]
    visits.service.stop(first.id)
    assert visits.end_of(other).state == visits.end_of(second).state == "ended"


def test_the_wait_is_shown_and_never_longer_than_all_the_time_of_those_before(visits):
    budget = visits.service.rules.time_budget
    first = visits.learning(visits.submit("carl"), moments=20)
    assert 0 < first.time_left < budget and first.wait is None
    jobs = [visits.submit(owner, SHORT) for owner in ("cleo", "cora")]
    waits = [visits.now(job).wait for job in jobs]
    for wait, place in zip(waits, (1, 2), strict=True):
        assert budget * (place - 1) < wait.at_most <= budget * place
    until(lambda: visits.now(jobs[0]).wait.about is not None)
    waits = [visits.now(job).wait for job in jobs]
    assert 0 < waits[0].about < waits[1].about <= waits[1].at_most


def test_a_run_that_has_not_begun_is_cancelled_and_the_line_closes_up(visits):
    visits.learning(visits.submit("dora"), moments=1)
    jobs = [visits.submit(owner) for owner in ("dirk", "dana")]
    visits.service.stop(jobs[0].id)
    cancelled = visits.now(jobs[0])
    assert (cancelled.state, cancelled.message) == ("cancelled", "Cancelled before it began.")
    assert visits.now(jobs[1]).place == 1
    assert visits.service.store.of("dirk") == ()


def test_stopping_keeps_the_network_of_that_very_step(visits):
    job = visits.submit("emma")
    visits.learning(job)
    visits.service.stop(job.id)
    assert visits.now(job).state in ("stopping", "ended")
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "stopped")
    assert 0 < job.run.step < job.run.steps
    assert job.run.moments[-1].step == job.run.step
    assert_usable(job.run)
    for number in (job.id, 10**6):  # what is over, and what never was
        visits.service.stop(number)
    assert visits.now(job).run is job.run


def test_a_run_stopped_at_once_ends_and_the_next_one_is_not_stopped_with_it(visits):
    job = visits.submit("fritz")
    visits.service.stop(job.id)
    job = visits.end_of(job)
    assert job.state in ("ended", "cancelled") and not job.run.history.losses
    visits.learning(visits.submit("fritz"))


def test_a_paused_run_lets_others_pass_and_goes_on_as_if_nothing_had_been(visits):
    config = replace(SHORT, epochs=2)
    straight = visits.end_of(visits.submit("gerd", config)).run
    job = visits.submit("gina", config)
    visits.learning(job)
    visits.service.pause(job.id)
    job = visits.in_state(job, "paused")
    assert 0 < job.run.step < job.run.steps and job.run.moments[-1].step == job.run.step
    assert visits.service.counts() == (0, 0, 1)
    own = visits.submit("gina", SHORT)  # waits for the visitor's own paused run, and is in nobody's way
    assert visits.end_of(visits.submit("gudrun", SHORT)).state == "ended"
    assert visits.now(own).state == "waiting"
    assert visits.now(job).run.step == job.run.step
    visits.service.resume(job.id)
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "complete")
    assert job.run.history.losses == straight.history.losses
    assert job.run.digest == straight.digest
    assert visits.end_of(own).state == "ended"


def test_a_resumed_run_stands_in_line_like_everybody(visits):
    job = visits.submit("hans")
    visits.learning(job)
    visits.service.pause(job.id)
    visits.in_state(job, "paused")
    other = visits.submit("hilda")
    visits.learning(other, moments=1)
    visits.service.resume(job.id)
    job = visits.now(job)
    assert (job.state, job.place, job.begun) == ("waiting", 1, True)
    assert job.wait.at_most > 0
    visits.service.stop(other.id)
    visits.learning(job)


def test_a_paused_run_can_be_stopped_and_too_many_cannot_be_paused(visits):
    jobs = []
    for owner in ("ida", "ivan"):
        jobs.append(visits.submit(owner))
        visits.learning(jobs[-1])
        visits.service.pause(jobs[-1].id)
        visits.in_state(jobs[-1], "paused")
    last = visits.submit("irma")
    visits.learning(last)
    with pytest.raises(ValueError, match="2 runs are paused already"):
        visits.service.pause(last.id)
    visits.service.stop(jobs[0].id)
    ended = visits.now(jobs[0])
    assert (ended.state, ended.run.ending) == ("ended", "stopped")
    assert_usable(ended.run)
    visits.service.pause(last.id)
    visits.in_state(last, "paused")


def test_pause_and_resume_of_what_does_not_train_do_nothing(visits):
    job = visits.end_of(visits.submit("jan", SHORT))
    for number in (job.id, 10**6):
        visits.service.pause(number)
        visits.service.resume(number)
    assert visits.now(job).state == "ended"


def test_without_data_and_network_the_run_uses_drawn_digits_and_says_so(visits):
    job = visits.submit("kim", replace(LONG, dataset="mnist"))
    job = visits.learning(job)
    assert "could not be downloaded" in job.notice and "uses synthetic digits instead" in job.notice
    assert job.run.config == LONG and "--dataset synthetic" in job.run.command
    assert checkpoint.parse(checkpoint.dump(job.run)).config.dataset == "synthetic"


def test_what_is_not_allowed_is_refused_where_it_is_ordered_whoever_made_it(visits):
    forged = TrainConfig()
    object.__setattr__(forged, "batch_size", 10**6)
    with pytest.raises(ValueError, match="batch_size is 1000000"):
        visits.submit("liza", forged)
    assert visits.service.of("liza") == ()


def test_a_run_that_diverges_says_so_and_the_next_one_succeeds(visits):
    with pytest.raises(ValueError, match="learning_rate is 1e\\+06"):
        replace(SHORT, learning_rate=1e6)
    job = visits.diverged("mona")
    assert (job.state, job.run.ending) == ("ended", "diverged")
    assert "Lower the learning rate" in job.message
    assert_usable(job.run)
    visits.next_run_succeeds()


def test_a_closed_service_leaves_no_worker_and_no_thread():
    before = set(threading.enumerate())
    service = TrainingService()
    service.submit("nora", SHORT, np.empty((0, 28, 28), np.uint8))
    process = service._workers.local._process._process
    service.close()
    assert process.poll() is not None
    assert set(threading.enumerate()) <= before


def test_without_training_a_run_is_refused_and_there_is_no_worker(serving):
    with serving(Rules(training=False)) as visits:
        visits.service.warm_up()
        with pytest.raises(ValueError, match="Training is switched off on this server"):
            visits.submit("anna", SHORT)
        assert visits.service.counts() == (0, 0, 0) and visits.service.worker().pid is None
