"""Training for many visitors: a bounded first-come queue in front of one supervised worker process."""

from cae.jobs.service import Job, TrainingService

__all__ = ["Job", "TrainingService"]
