"""A run on a visitor's own pictures, in colour, with the real worker; they are forgotten with the visitor."""

from dataclasses import replace

import numpy as np
import pytest

from cae.config import ModelConfig, TrainConfig
from cae.jobs import Rules
from cae.registry import OWN, Shape
from tests.jobs.conftest import assert_usable
from tests.jobs.patience import until

COLOUR = Shape(18, 3)
CONFIG = TrainConfig(
    ModelConfig((3,), code_size=4, unpooling="transpose", picture=COLOUR), dataset=OWN, batch_size=16, epochs=2
)
PICTURES = np.random.default_rng(0).integers(0, 256, (60, *COLOUR.array), np.uint8)


@pytest.fixture(scope="module")
def visits(serving):
    forgotten = []
    with serving(Rules(grace=0.2, grace_in_line=0.2, remember=0.5), forget=forgotten.append) as visits:
        visits.forgotten = forgotten
        yield visits


def test_they_are_trained_on_watched_and_let_go(visits):
    job = visits.service.submit("anna", CONFIG, PICTURES[:1], (PICTURES[:48], PICTURES[48:]))
    job = visits.end_of(job)
    assert (job.state, job.run.ending, job.message) == ("ended", "complete", "Trained for 6 steps.")
    assert job.own == ()
    assert np.array_equal(job.run.originals, np.concatenate([PICTURES[48:56], PICTURES[:1]]))
    assert job.run.moments[-1].reconstructions.shape == (9, *COLOUR.array)
    assert "--dataset folder:PATH " in job.run.command and "--side 18 --colour " in job.run.command
    assert_usable(job.run)


def test_without_them_the_run_fails_with_a_sentence(visits):
    job = visits.end_of(visits.service.submit("bert", CONFIG, PICTURES[:0]))
    assert (job.state, job.message) == (
        "failed",
        "Your own pictures are no longer here. Upload them again, and start again.",
    )


def test_a_folder_of_the_server_is_never_read(visits, tmp_path):
    config = replace(CONFIG, dataset=f"folder:{tmp_path}")
    job = visits.end_of(visits.service.submit("carl", config, PICTURES[:0]))
    assert job.state == "failed" and "dataset is folder:" in job.message


def test_whoever_has_been_away_for_long_is_forgotten(visits):
    visits.service.arrive("dora")
    visits.service.leave("dora")
    until(lambda: "dora" in visits.forgotten)
