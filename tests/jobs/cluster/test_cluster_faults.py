"""On a cluster, too, a failure costs one run at most; its result so far is kept, and the next run succeeds."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import psutil

from tests.cluster import cluster
from tests.jobs.cluster.conftest import DEAD, FAULTY, IMPATIENT, actors, training_actor
from tests.jobs.conftest import LONG, assert_usable
from tests.jobs.faulty_worker import BROKEN, FULL
from tests.jobs.patience import until
from tests.jobs.test_faults import FAULTY as LOCAL


def test_a_worker_killed_in_the_middle_costs_one_run_and_not_what_it_had_learnt(visits):
    job = visits.submit("alma")
    visits.learning(job)
    training_actor().kill()
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("failed", "stopped")
    assert "ended unexpectedly" in job.message and job.run.step > 0
    assert_usable(job.run)
    assert [run.digest for run in visits.service.store.of("alma")] == [job.run.digest]
    visits.next_run_succeeds()


def test_a_worker_killed_while_idle_costs_nothing(visits):
    visits.next_run_succeeds()
    for actor in actors():
        actor.kill()
    visits.next_run_succeeds()


def test_a_worker_that_does_not_stop_when_asked_is_replaced(visits):
    job = visits.submit("berta")
    visits.learning(job)
    actor = training_actor()
    actor.suspend()
    visits.service.stop(job.id)
    job = visits.end_of(job)
    assert (job.state, job.run.ending) == ("ended", "stopped") and job.run.step > 0
    assert_usable(job.run)
    visits.next_run_succeeds()
    until(lambda: not actor.is_running())  # its place is free again


def test_a_worker_that_hangs_fails_its_run_with_a_sentence(serving, two_nodes, shared):
    with serving(replace(IMPATIENT, silence=8), cluster=two_nodes.address, driver=FAULTY) as visits:
        job = visits.submit("carl")
        visits.learning(job)
        training_actor().suspend()
        job = visits.end_of(job)
        assert (job.state, job.run.ending) == ("failed", "stopped")
        assert "no longer answered" in job.message
        assert_usable(job.run)


def test_a_full_gpu_fails_one_run_with_advice_and_a_new_worker_trains_the_next(visits):
    job = visits.end_of(visits.submit("dora", replace(LONG, seed=FULL)))
    assert (job.state, job.run.ending) == ("failed", "stopped")
    assert "memory of the GPU is full" in job.message and job.run.step > 0
    assert_usable(job.run)
    visits.next_run_succeeds()


def test_a_library_that_breaks_costs_one_run(visits):
    job = visits.end_of(visits.submit("emil", replace(LONG, seed=BROKEN)))
    assert job.state == "failed" and "ended unexpectedly" in job.message
    visits.next_run_succeeds()


def test_workers_that_cannot_live_fail_each_run_with_a_sentence_and_are_not_started_for_ever(serving, two_nodes):
    with serving(IMPATIENT, cluster=two_nodes.address, driver=DEAD) as visits:
        job = visits.end_of(visits.submit("lena"))
        assert job.state == "failed" and job.tries == 2
        assert "ended unexpectedly" in job.message


def test_a_run_that_diverges_says_so(visits):
    job = visits.diverged("frida")
    assert (job.state, job.run.ending) == ("ended", "diverged")
    assert "Lower the learning rate" in job.message
    assert_usable(job.run)


def test_a_run_ends_with_its_time_and_with_its_visitor(serving, two_nodes, shared):
    with serving(replace(IMPATIENT, time_budget=4), cluster=two_nodes.address, driver=FAULTY) as visits:
        visits.service.arrive("gabi")
        left, late = visits.submit("gabi"), visits.submit("gerd")
        visits.learning(left, moments=1)
        visits.service.leave("gabi")
        assert visits.end_of(left).message == "The run ended because its page was closed."
        assert visits.end_of(late).run.ending == "out of time"
        assert_usable(visits.now(late).run)


def test_where_no_node_is_large_enough_runs_train_on_this_machine(serving, two_nodes, monkeypatch):
    monkeypatch.setenv("CAE_RAY_GPUS", "1")
    with serving(IMPATIENT, program=LOCAL, cluster=two_nodes.address) as visits:
        visits.next_run_succeeds()
        told = f"No node of the Ray cluster {two_nodes.address} is large enough for a run. Runs train on this machine."
        assert visits.service.worker().where == told


def test_a_lost_node_costs_its_own_run_alone(visits, two_nodes):
    first = [visits.submit(owner) for owner in ("hans", "inge")]
    for job in first:
        visits.learning(job, moments=1)
    before = {one.pid for one in actors()}
    node = two_nodes.add_node()
    third = visits.submit("jana")
    visits.learning(third)
    assert {one.pid for one in actors()} > before
    two_nodes.lose(node)
    job = visits.end_of(third)
    assert (job.state, job.run.ending) == ("failed", "stopped") and job.run.step > 0
    assert_usable(job.run)
    for job in first:
        visits.learning(job, moments=1)
    assert {visits.now(job).state for job in first} == {"training"}


def test_a_lost_cluster_ends_its_runs_and_the_next_one_trains_on_this_machine(serving, monkeypatch):
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "3")
    with cluster() as alone, serving(IMPATIENT, program=LOCAL, cluster=alone.address, driver=FAULTY) as visits:
        job = visits.submit("kim")
        visits.learning(job)
        alone.lose_head()
        job = visits.end_of(job)
        assert job.state == "failed" and job.run.step > 0
        assert_usable(job.run)
        visits.next_run_succeeds()
        assert visits.service.worker().where.endswith("Runs train on this machine.")


APP = """
import sys
import time
from cae.environment import Rules
from cae.jobs import TrainingService
from cae.runs.run import NO_IMAGES
from tests.jobs.conftest import LONG
service = TrainingService(Rules(), cluster=sys.argv[1])
service.submit("anna", LONG, NO_IMAGES)
while not service.of("anna")[0].run.step:
    time.sleep(0.05)
print("trains", flush=True)
sys.stdin.read()
"""


def test_an_app_that_is_killed_leaves_no_driver_and_no_actor(two_nodes):
    before, node = {one.pid for one in actors()}, two_nodes.add_node()
    command = [sys.executable, "-c", APP, two_nodes.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout.readline() == "trains\n"
        (driver,) = psutil.Process(app.pid).children()
        assert {one.pid for one in actors()} - before
        os.kill(app.pid, signal.SIGKILL)
    until(lambda: not driver.is_running() and not {one.pid for one in actors()} - before)
    two_nodes.lose(node)
