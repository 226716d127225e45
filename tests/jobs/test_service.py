"""The training service with its real worker: fair, bounded, and alive after everything that can happen to it."""

import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest

from cae import checkpoint
from cae.config import ModelConfig, TrainConfig
from cae.jobs import TrainingService
from cae.run import NO_IMAGES

PATIENCE = 120  # seconds until a test gives up; nothing is expected to take as long
SHORT = TrainConfig(ModelConfig((4,)), dataset="synthetic", batch_size=1024, seed=3)
LONG = replace(SHORT, epochs=100)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service that trains one, lets two wait, and has neither MNIST nor a network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAE_DATA_DIR", str(tmp_path_factory.mktemp("no data")))
        patch.setenv("https_proxy", "http://127.0.0.1:9")
        patch.setenv("http_proxy", "http://127.0.0.1:9")
        patch.delenv("no_proxy", raising=False)
        service = TrainingService(waiting_limit=2)
        yield service
        service.close()


@pytest.fixture(autouse=True)
def nothing_left_over(service):
    """Each test leaves the service idle, whatever happened in it."""
    yield
    for job in [job for job in service._jobs.values() if not job.is_over]:
        service.stop(job.id)
    until(lambda: all(job.is_over for job in service._jobs.values()))


def until(condition):
    """Wait for the first true answer and give it back."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < deadline, "this never came true"
        time.sleep(0.02)
    return answer


def now(service, job):
    return next(one for one in service.of(job.owner) if one.id == job.id)


def submit(service, owner, config=LONG):
    return service.submit(owner, config, NO_IMAGES)


def end_of(service, job):
    return until(lambda: (later := now(service, job)).is_over and later)


def learning(service, job, moments=3):
    """The job, once it has learnt something."""
    return until(lambda: len((later := now(service, job)).run.moments) >= moments and later)


def assert_usable(run):
    back = checkpoint.build(checkpoint.parse(checkpoint.dump(run)))
    assert all(parameter.isfinite().all() for parameter in back.parameters())


def test_a_run_goes_from_the_order_to_the_end(service):
    watch = np.full((2, 28, 28), 7, np.uint8)
    job = service.submit("anna", SHORT, watch, name="first")
    assert (job.state, job.is_over) == ("waiting", False)
    job = end_of(service, job)
    assert (job.state, job.place, job.notice) == ("ended", 0, "")
    assert "Trained for 19 steps" in job.message
    run = job.run
    assert (run.ending, run.name, run.step, run.steps) == ("complete", "first", 19, 19)
    assert run.config == SHORT and "--seed 3" in run.command
    assert run.originals.shape == (10, 28, 28) and (run.originals[-2:] == 7).all()
    assert [moment.step for moment in run.moments][:1] == [0] and run.moments[-1].step == 19
    assert len(run.history.epochs) == 1
    assert_usable(run)


def test_a_visitor_has_one_run_at_a_time_and_another_one_afterwards(service):
    first = submit(service, "berta")
    with pytest.raises(ValueError, match="You have a run already"):
        submit(service, "berta")
    learning(service, first, moments=1)
    with pytest.raises(ValueError, match="You have a run already"):
        submit(service, "berta")
    service.stop(first.id)
    end_of(service, first)
    second = submit(service, "berta")
    assert [job.id for job in service.of("berta")] == [first.id, second.id]


def test_the_line_is_first_come_first_served_and_bounded(service):
    def places():
        return [now(service, job).place for job in jobs]

    jobs = [submit(service, "one")]
    learning(service, jobs[0], moments=1)
    jobs += [submit(service, owner) for owner in ("two", "three")]
    assert places() == [0, 1, 2]
    with pytest.raises(ValueError, match="2 runs are waiting already"):
        submit(service, "four")
    assert service.of("four") == ()

    service.stop(jobs[1].id)
    cancelled = now(service, jobs[1])
    assert (cancelled.state, cancelled.message) == ("ended", "Cancelled before it began.")
    assert places() == [0, 0, 1]
    jobs.append(submit(service, "four"))
    assert places() == [0, 0, 1, 2]

    service.stop(jobs[0].id)
    until(lambda: now(service, jobs[2]).state == "training")
    assert places() == [0, 0, 0, 1]
    service.stop(jobs[2].id)
    learning(service, jobs[3])


def test_stopping_keeps_what_was_learnt(service):
    job = submit(service, "carla")
    learning(service, job)
    service.stop(job.id)
    assert now(service, job).state in ("stopping", "ended")
    job = end_of(service, job)
    assert (job.state, job.run.ending) == ("ended", "stopped")
    assert 0 < job.run.step < job.run.steps
    assert_usable(job.run)

    for number in (job.id, 10**6):  # what is over, and what never was
        service.stop(number)
    assert now(service, job) is job


def test_a_run_stopped_at_once_ends_and_the_next_one_is_not_stopped_with_it(service):
    job = submit(service, "emma")
    service.stop(job.id)
    job = end_of(service, job)
    assert job.state == "ended" and not job.run.history.losses
    learning(service, submit(service, "emma"))


def test_without_data_and_network_the_run_uses_drawn_digits_and_says_so(service):
    job = learning(service, submit(service, "frida", replace(LONG, dataset="mnist")))
    assert "could not be downloaded" in job.notice and "uses synthetic digits instead" in job.notice
    assert job.run.config == LONG and "--dataset synthetic" in job.run.command
    assert checkpoint.parse(checkpoint.dump(job.run)).config.dataset == "synthetic"


def test_a_worker_that_dies_while_training_costs_one_run_and_not_what_it_learnt(service):
    job, waiting = submit(service, "greta"), submit(service, "hanna")
    learning(service, job)
    os.kill(service._worker.pid, signal.SIGKILL)
    job = end_of(service, job)
    assert (job.state, job.run.ending) == ("failed", "stopped")
    assert "ended unexpectedly" in job.message and job.message.endswith(".")
    assert job.run.step > 0
    assert_usable(job.run)
    learning(service, waiting)


def test_a_worker_that_died_while_idle_costs_nothing(service):
    os.kill(service._worker.pid, signal.SIGKILL)
    service._worker.wait()
    learning(service, submit(service, "ida"))


def test_a_closed_service_leaves_no_worker():
    service = TrainingService()
    submit(service, "jana")
    worker = service._worker
    service.close()
    assert worker.poll() is not None
