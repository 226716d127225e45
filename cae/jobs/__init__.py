"""Training for many visitors: a bounded first-come line in front of supervised workers, here or on a Ray cluster."""

from cae.environment import Rules
from cae.jobs.job import Job, Wait
from cae.jobs.queue import NO_TRAINING
from cae.jobs.run_store import RunStore
from cae.jobs.service import TrainingService, WorkerState

__all__ = ["NO_TRAINING", "Job", "Rules", "RunStore", "TrainingService", "Wait", "WorkerState"]
