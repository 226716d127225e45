"""Runs on a real Ray cluster: as many at the same time as there are places, each like one on this machine."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from cae.data import datasets, synthetic
from cae.environment import Environment
from cae.jobs import Rules
from cae.jobs.cluster.connection import connect
from cae.registry import OWN
from tests.jobs.cluster.conftest import IMPATIENT, actors
from tests.jobs.conftest import SHORT, assert_usable
from tests.jobs.faulty_worker import repeated
from tests.jobs.patience import until
from tests.jobs.test_faults import FAULTY as LOCAL

NOBODY = "127.0.0.1:9"


def test_two_runs_train_at_once_a_third_waits_and_one_is_stopped(visits, worker_compute):
    jobs = [visits.submit(owner) for owner in ("anna", "bela")]
    waiting = visits.submit("carla", SHORT)
    for job in jobs:
        now = visits.learning(job)
        assert now.run.device == str(worker_compute)
    assert visits.service.counts() == (2, 1, 0)
    assert visits.now(waiting).wait.at_most <= IMPATIENT.time_budget
    visits.service.stop(jobs[0].id)
    job = visits.end_of(jobs[0])
    assert (job.state, job.run.ending) == ("ended", "stopped")
    assert job.run.moments[-1].step == job.run.step > 0
    assert_usable(job.run)
    assert visits.end_of(waiting).state == "ended"
    assert visits.now(jobs[1]).state == "training"


def test_a_run_is_the_same_as_on_this_machine(visits, run_of, worker_compute, monkeypatch):
    monkeypatch.setattr(synthetic, "digits", repeated)  # as in the driver
    watch = np.full((2, 28, 28), 7, np.uint8)
    job = visits.end_of(visits.submit("dora", SHORT, watch))
    assert (job.state, job.notice, job.run.ending) == ("ended", "", "complete")
    assert (job.run.originals[-2:] == 7).all() and job.run.originals.shape == (10, 28, 28)
    here = run_of(SHORT, datasets.load("synthetic"), compute=worker_compute)
    assert job.run.history.losses == pytest.approx(here.history.losses, rel=1e-4)


def test_a_paused_run_gives_its_place_and_goes_on_as_if_nothing_had_been(visits):
    config = replace(SHORT, epochs=2)
    straight = visits.end_of(visits.submit("emil", config)).run
    visits.learning(visits.submit("frida"), moments=1)  # keeps the other place
    job = visits.submit("gerd", config)
    visits.learning(job, moments=1)
    visits.service.pause(job.id)
    visits.in_state(job, "paused")
    assert visits.end_of(visits.submit("hanna", SHORT)).state == "ended"
    assert visits.service.counts() == (1, 0, 1)
    visits.service.resume(job.id)
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "complete")
    assert job.run.digest == straight.digest


def test_without_data_and_network_the_run_uses_drawn_digits_and_says_so(visits):
    job = visits.end_of(visits.submit("ida", replace(SHORT, dataset="mnist")))
    assert job.state == "ended"
    assert "could not be downloaded" in job.notice and "uses synthetic digits instead" in job.notice


def test_own_pictures_travel_with_the_run(visits):
    pictures = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
    config = replace(SHORT, dataset=OWN, batch_size=64)
    job = visits.end_of(visits.submit("jan", config, pictures[:1], (pictures, pictures[:40])))
    assert (job.state, job.message) == ("ended", "Trained for 3 steps.")
    assert job.run.originals.shape == (9, 28, 28)


def test_a_service_that_ends_takes_its_actors_along(serving, two_nodes, shared):
    before = {one.pid for one in actors()}
    with serving(Rules(), cluster=two_nodes.address) as visits:
        until(lambda: visits.service._workers.places == 2)
    until(lambda: {one.pid for one in actors()} <= before)


def test_without_a_cluster_runs_train_on_this_machine_and_the_operator_is_told(serving, caplog):
    with serving(IMPATIENT, program=LOCAL, cluster=NOBODY) as visits:
        job = visits.end_of(visits.submit("lena", SHORT))
        assert (job.state, job.run.ending) == ("ended", "complete")
        told = f"No Ray cluster answers at CAE_RAY_ADDRESS={NOBODY}. Runs train on this machine."
        assert visits.service.worker().where == told
    assert [one.getMessage() for one in caplog.records if "Ray" in one.getMessage()] == [told]


@pytest.mark.parametrize("address", [NOBODY, "nobody.invalid:6379"])
def test_an_address_where_nobody_answers_is_told_in_a_sentence(address):
    with pytest.raises(ConnectionError, match=f"^No Ray cluster answers at CAE_RAY_ADDRESS={address}.$"):
        connect(Environment(ray_address=address))


def test_who_has_not_installed_ray_is_told_how(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConnectionError, match=r"pip install -r requirements-ray\.txt"):
        connect(Environment(ray_address="auto"))
