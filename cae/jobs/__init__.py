"""Training for many visitors: a bounded first-come line in front of one supervised worker process."""

from cae.jobs.job import Job, Wait
from cae.jobs.rules import Rules
from cae.jobs.service import TrainingService
from cae.jobs.shelf import Shelf

__all__ = ["Job", "Rules", "Shelf", "TrainingService", "Wait"]
