"""One line in the log for each run that is over: when, how, how long and on what, and nothing that tells who."""

from __future__ import annotations

import json
import logging
import secrets
from hashlib import blake2b, sha256

from cae.jobs.job import Job
from cae.log import moment

__all__ = ["note", "pseudonym"]

log = logging.getLogger(__name__)

_key = secrets.token_bytes(32)  # of this process: nobody can compute an identity from a pseudonym, or guess it


def note(job: Job) -> None:
    """Write the line of a job that is over."""
    run = job.run
    log.info(
        "run %s",
        job.state,
        extra={
            "fields": {
                "run": job.id,
                "visitor": pseudonym(job.owner),
                "queued": moment(job.queued),
                "started": moment(job.started) if job.started else None,
                "ended": moment(job.ended),
                "how": run.ending if job.state == "ended" else job.state,
                "config": sha256(json.dumps(run.config.as_dict(), sort_keys=True).encode()).hexdigest()[:16],
                "dataset": run.config.dataset,
                "steps": run.step,
                "seconds": round(run.seconds, 3),
                "device": run.device,
            }
        },
    )


def pseudonym(owner: str) -> str:
    """Eight hexadecimal digits for a visitor's identity: the same for all runs of this visitor, until a restart."""
    return blake2b(owner.encode(), digest_size=4, key=_key).hexdigest()
