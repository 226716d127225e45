"""A training service with its real worker, and a visitor's view of it."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from cae.config import ModelConfig, TrainConfig
from cae.jobs import TrainingService
from cae.runs import checkpoint
from cae.runs.run import NO_IMAGES
from tests.jobs.patience import until
from tests.processors import one_processor

SHORT = TrainConfig(ModelConfig((2,)), dataset="synthetic", batch_size=1024, seed=3)
LONG = replace(SHORT, epochs=100)
# Such steps kill nearly every network; chance has a say, so several seeds are tried.
DYING = replace(
    SHORT, model=ModelConfig((2,), 1, "transpose"), learning_rate=1.0, schedule="constant", batch_size=128, epochs=1
)


class Visits:
    """What visitors do with a service, and what they see."""

    def __init__(self, service):
        self.service = service
        self.accepted = []

    def submit(self, owner, config=LONG, watch=NO_IMAGES, own=()):
        job = self.service.submit(owner, config, watch, own)
        self.accepted.append(job)
        return job

    def now(self, job):
        return next(one for one in self.service.of(job.owner) if one.id == job.id)

    def end_of(self, job):
        return until(lambda: (later := self.now(job)).is_over and later)

    def learning(self, job, moments=3):
        """Wait until the job has ``moments`` more previews; returns it."""
        seen = len(self.now(job).run.moments)
        return until(lambda: len((later := self.now(job)).run.moments) >= seen + moments and later)

    def in_state(self, job, state):
        return until(lambda: (later := self.now(job)).state == state and later)

    def diverged(self, owner):
        """The job of a run that has diverged."""
        for seed in range(5):
            job = self.end_of(self.submit(owner, replace(DYING, seed=seed)))
            if job.run.ending == "diverged":
                break
        return job

    def next_run_succeeds(self, owner="next"):
        """After whatever happened, a run goes from its order to its end."""
        job = self.end_of(self.submit(owner, SHORT))
        assert (job.state, job.run.ending) == ("ended", "complete")
        assert_usable(job.run)

    def clear(self):
        for job in self.accepted:
            self.service.stop(job.id)
        until(lambda: self.service.counts() == (0, 0, 0))


def assert_usable(run):
    back = checkpoint.build(checkpoint.parse(checkpoint.dump(run)))
    assert all(parameter.isfinite().all() for parameter in back.parameters())


@pytest.fixture(scope="package")
def serving(tmp_path_factory):
    """A function: arguments of the service → a context with its ``Visits``, where there is no MNIST and no network."""

    @contextmanager
    def serving(*args, **options):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CAE_DATA_DIR", str(tmp_path_factory.mktemp("no data")))
            patch.setenv("https_proxy", "http://127.0.0.1:9")
            patch.setenv("http_proxy", "http://127.0.0.1:9")
            patch.delenv("no_proxy", raising=False)
            with one_processor():
                service = TrainingService(*args, **options)
            try:
                yield Visits(service)
            finally:
                service.close()

    return serving
