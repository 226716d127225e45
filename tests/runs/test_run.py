"""A run is a value: each event gives the next one, and the old one stays as it was."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from cae.config import ModelConfig, TrainConfig, command
from cae.runs.run import NO_IMAGES, Run
from cae.training.events import Epoch, Finished, Preview, Started, Step

TINY = TrainConfig(ModelConfig((4,)))
WATCHED = np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28)
WEIGHTS = {"kernel": np.ones((2, 3), np.float32)}
EVENTS = (
    Started(4, 2, "CPU", WATCHED),
    Preview(0, 0.5, WATCHED, {"kernel": np.zeros((2, 3), np.float32)}),
    Step(1, (0.4,), 0.1, 100.0),
    Step(3, (0.3, 0.2), 0.3, 200.0),
    Epoch(1, 3, 0.3, 0.25),
    Preview(3, 0.1, WATCHED[:, ::-1], WEIGHTS),
    Finished("complete", "Done.", 0.4),
)


def after(*events):
    run = Run(TINY)
    for event in events:
        run = run.after(event)
    return run


def test_the_command_that_repeats_a_run_has_its_settings_and_known_flags_only():
    config = TrainConfig(seed=7)
    for told, expected in (
        ("python -m cae train --out a.safetensors --exact-norms --half", " --exact-norms --half"),
        ("python -m cae train --half --out a.safetensors", " --half"),
        ("--halfway; rm -rf / #--exact-norms", ""),
        ("", ""),
    ):
        assert Run(config, command=told).again("b.safetensors") == command(config, "b.safetensors") + expected


def test_events_add_up_to_the_run():
    run = after(*EVENTS)
    assert (run.steps, run.steps_per_epoch, run.device) == (4, 2, "CPU")
    assert run.history.losses == (0.4, 0.3, 0.2) and run.step == 3
    assert run.history.held_out == ((0, 0.5), (3, 0.1))
    assert run.history.epochs == ((3, 0.25),)
    assert run.weights is WEIGHTS
    assert np.array_equal(run.originals, WATCHED)
    assert [moment.step for moment in run.moments] == [0, 3]
    assert np.array_equal(run.moments[1].reconstructions, WATCHED[:, ::-1])
    assert (run.seconds, run.images_per_second, run.ending) == (0.4, 200.0, "complete")


def test_a_name_is_shown_as_people_read_it():
    names = {"bottleneck-32": "Bottleneck 32", "vae-16": "VAE 16", "vaex": "Vaex", "my run": "My run", "": ""}
    assert {name: Run(TINY, name=name).title for name in names} == names


def test_an_earlier_run_stays_as_it_was():
    early = after(*EVENTS[:3])
    late = early
    for event in EVENTS[3:]:
        late = late.after(event)
    assert early.history.losses == (0.4,) and early.step == 1
    assert len(early.moments) == 1 and early.ending == ""
    assert late.step == 3


def test_a_run_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        after(*EVENTS).name = "other"
    with pytest.raises(FrozenInstanceError):
        after(*EVENTS).history.losses = ()


def test_a_run_just_asked_for_has_nothing_yet():
    run = Run(TINY)
    assert run.step == 0 and not run.weights and run.moments == () and run.originals is NO_IMAGES


def test_the_digest_tells_networks_apart_and_nothing_else():
    run = after(*EVENTS)
    assert run.digest == after(*EVENTS[:-1]).digest
    assert run.digest != after(*EVENTS[:2]).digest
    assert run.digest != Run(TrainConfig(ModelConfig((5,))), weights=WEIGHTS).digest
    assert len(run.digest) == 16
