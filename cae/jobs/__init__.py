"""Training for many visitors: a bounded first-come line in front of one supervised worker process."""

from cae.jobs.job import Job, Wait
from cae.jobs.rules import Rules
from cae.jobs.run_store import RunStore
from cae.jobs.service import TrainingService

__all__ = ["Job", "Rules", "RunStore", "TrainingService", "Wait"]
