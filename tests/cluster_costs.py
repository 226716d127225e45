"""Measures what a Ray cluster costs. ``python -m tests.cluster_costs``, from the project's root.

The cluster is on this machine: a head node with one processor, and a second node with another. So neither the network
between machines nor more processors are in the figures. The worker process of this machine has one processor, too.

Start: from the order of a run to its first step, of a worker that has to be started, and of one that is there. Stop:
from the request to the end. Event: from the moment at which a worker says something until the app has it. Study:
networks a minute, with one worker and with two.
"""

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from cae.config import ModelConfig, TrainConfig
from cae.environment import Rules
from cae.jobs import TrainingService, trainer, worker
from cae.jobs.cluster import driver
from cae.jobs.cluster.actor import TrainingActor
from cae.jobs.cluster.link import Cluster
from cae.jobs.messages import Order
from cae.jobs.process import LocalWorker
from cae.jobs.workers import Workers
from cae.runs.run import NO_IMAGES
from cae.training.events import Finished, Started, Step
from tests.browser.stage import dataset, machine, positive, table
from tests.cluster import cluster
from tests.latency import spread
from tests.processors import one_processor

THIS = "tests.cluster_costs"
EVENTS, PAUSE = 300, 0.01  # how many, and the seconds between two
NETWORKS = 4  # of the study
STUDY = ("--epochs", "1", "--seeds", ",".join(map(str, range(NETWORKS))), "--code-size", "8", "--unpooling", "fixed")


def stamped(config, *args, **options):
    """A run that does nothing but say when it says so."""
    yield Started(EVENTS, EVENTS, "a clock", NO_IMAGES)
    for step in range(1, EVENTS + 1):
        time.sleep(PAUSE)
        yield Step(step, (time.time(),), 0.0, 0.0)
    yield Finished("complete", "Done.", 0.0)


class StampedActor(TrainingActor):
    """Says when it says something."""

    def _work(self):
        trainer.train = stamped
        super()._work()


def delays(address):
    """Milliseconds of each event: on the cluster at ``address``, or of the worker process of this machine."""
    inbox = queue.SimpleQueue()
    remote = Cluster(address, inbox, (sys.executable, "-m", THIS, "driver")) if address else None
    workers = Workers(LocalWorker((sys.executable, "-m", THIS, "worker"), inbox), remote)
    workers.warm_up()
    found = []
    try:
        while (mine := workers.idle([])) is None:  # the cluster is not there yet
            list(workers.heard(*inbox.get()))
        mine.start()
        mine.send(Order(1, TrainConfig(dataset="synthetic").as_dict(), NO_IMAGES))
        while len(found) < EVENTS:
            source, message = inbox.get()
            now = time.time()
            found += [1e3 * (now - said.loss) for _, said in workers.heard(source, message) if isinstance(said, Step)]
    finally:
        workers.close()
    return found


def runs(address, rounds):
    """Seconds from an order to the first step, for a worker that has to be started and for one that is there.

    And from a stop to the end.
    """
    config = replace(TrainConfig(ModelConfig((8, 16)), dataset(), 100), batch_size=256)
    service = TrainingService(Rules(), cluster=address, warm=False)
    starts, stops = [], []

    def waited(condition):
        began = time.monotonic()
        while not condition(service.of("visitor")[-1]):
            time.sleep(0.002)
        return time.monotonic() - began

    try:
        for _ in range(1 + rounds):
            job = service.submit("visitor", config, NO_IMAGES)
            starts.append(waited(lambda one: one.run.step))
            service.stop(job.id)
            stops.append(waited(lambda one: one.is_over))
    finally:
        service.close()
    return {"first start": starts[:1], "next start": starts[1:], "stop": stops}


def networks_a_minute(address):
    """How many networks ``python -m cae study`` trains and measures in a minute."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "study.json"))
        command = [sys.executable, "-m", "cae", "study", "--dataset", dataset(), *STUDY, "--out", out, "--json"]
        began = time.monotonic()
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"CAE_RAY_ADDRESS": address})
        return 60 * NETWORKS / (time.monotonic() - began)


def measure(rounds):
    """All of it: with the worker process, then with the cluster."""
    with cluster() as there:
        places = {"this machine": "", "cluster": there.address}
        with one_processor():
            events = {name: delays(address) for name, address in places.items()}
            waits = {name: runs(address, rounds) for name, address in places.items()}
        studies = {1: networks_a_minute(there.address)}
        there.add_node()
        studies[2] = networks_a_minute(there.address)
    return {
        "event, ms": {name: spread(each) for name, each in events.items()},
        **{
            f"{what}, ms": {name: spread([1e3 * one for one in each[what]]) for name, each in waits.items()}
            for what in ("first start", "next start", "stop")
        },
        "networks a minute": {name: round(each, 1) for name, each in studies.items()},
        "machine": machine(),
    }


def show(found):
    rows = [("milliseconds", "where", "n", "p50", "p95", "max")]
    for what, each in found.items():
        if what.endswith(", ms"):
            rows += [
                (what.removesuffix(", ms"), name, *(str(one[key]) for key in ("n", "p50", "p95", "max")))
                for name, one in each.items()
            ]
    table(rows)
    for workers, number in found["networks a minute"].items():
        print(f"Study with {workers} worker{'s' * (workers != 1)} of the cluster: {number} networks a minute.")  # noqa: T201
    print(found["machine"])  # noqa: T201


def main():
    if sys.argv[1:2] == ["worker"]:
        trainer.train = stamped
        worker.main()
    elif sys.argv[1:2] == ["driver"]:
        from tests.cluster_costs import StampedActor  # by the name that the nodes know, not by __main__

        del sys.argv[1]
        driver.main(StampedActor, [str(Path(__file__).parent)])
    else:
        parser = argparse.ArgumentParser(prog="python -m tests.cluster_costs", description=__doc__.split("\n\n")[0])
        parser.add_argument("--rounds", type=positive, default=5, help="runs on a worker that is there (default: 5)")
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        options = parser.parse_args()
        found = measure(options.rounds)
        print(json.dumps(found)) if options.json else show(found)  # noqa: T201


if __name__ == "__main__":
    main()
