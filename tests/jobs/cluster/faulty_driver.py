"""The real driver and its actor with faults: the seed of a run says which.

A program of its own. ``python -m tests.jobs.cluster.faulty_driver ADDRESS``.
"""

import os
import sys
from pathlib import Path

from cae.data import synthetic
from cae.jobs import trainer
from cae.jobs.cluster import driver
from cae.jobs.cluster.actor import TrainingActor
from tests.jobs.faulty_worker import faulty, repeated


class FaultyActor(TrainingActor):
    """Meets a full GPU, or a library that breaks: see ``tests.jobs.faulty_worker``."""

    def __init__(self, threads):
        trainer.train = faulty
        super().__init__(threads)


class DeadActor(TrainingActor):
    """Ends while it begins."""

    def __init__(self, threads):
        os._exit(1)


if __name__ == "__main__":
    synthetic.digits = repeated
    actor = DeadActor if sys.argv[1] == "dead" else FaultyActor
    sys.argv[1:] = sys.argv[-1:]
    from tests.jobs.cluster import faulty_driver  # the classes by the name that the nodes know, not by __main__

    driver.main(getattr(faulty_driver, actor.__name__), [str(Path(__file__).parents[2])])
