"""The words of a network's card are true for every kind of network."""

from dataclasses import replace

import pytest

from cae.config import ModelConfig, TrainConfig
from cae.runs.run import History, Run
from cae.ui.networks.words import limits, outcome, training, what

SMALL = ModelConfig((4, 8), code_size=8, unpooling="transpose")


def run(model=SMALL, **config):
    history = History(losses=(0.1,) * 30)
    return Run(
        TrainConfig(model=model, **config), history=history, steps=40, steps_per_epoch=10, seconds=12, device="CPU"
    )


def test_a_network_is_described_in_a_sentence():
    assert what(run().config).startswith(
        "A convolutional autoencoder: 2 stages squeeze a picture of 28×28 pixels in grey into 8 numbers, and as many "
    )
    one = ModelConfig((4,), code_size=1, unpooling="transpose")
    assert "1 stage squeezes a picture of 28×28 pixels in grey into 1 number, and as many redraw it from it." in what(
        run(one).config
    )


def test_the_words_name_what_bypasses_the_code_and_what_the_network_was_given():
    assert "bits" not in what(run().config) and "damaged" not in what(run().config)
    assert "helped by 9,408 bits" in what(run(ModelConfig()).config)
    assert "was damaged (Gaussian noise, standard deviation 0.3)" in what(
        run(corruption="gaussian", strength=0.3).config
    )
    assert "Residual blocks" in what(run(replace(SMALL, blocks=1)).config)
    assert "Residual" not in what(run().config)
    assert "bent" in what(run(warp=0.5).config) and "bent" not in what(run().config)


def test_training_is_counted_in_pictures():
    words = training(run(batch_size=100, seed=7, dataset="synthetic"))
    assert "1,000 pictures of synthetic digits in an epoch, 3,000 in all" in words
    assert "12\N{NO-BREAK SPACE}s on CPU. The seed was 7." in words
    assert "an unknown device" in training(Run(TrainConfig()))


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("complete", "Complete"),
        ("stopped", "Stopped after 30 of 40 steps"),
        ("out of time", "Finished early"),
        ("diverged", "Diverged"),
        ("", "Unfinished"),
    ],
)
def test_every_ending_has_its_words(ending, words):
    ended = replace(run(), ending=ending)
    assert outcome(ended).startswith(words)
    assert any("to the end" in one for one in limits(ended)) == (ending != "complete")


@pytest.mark.parametrize(
    ("dataset", "words"), [("mnist", "MNIST"), ("fashion-mnist", "clothes"), ("synthetic", "drawn")]
)
def test_limits_are_those_of_what_it_has_met(dataset, words):
    assert words in next(limits(run(dataset=dataset)))


def test_limits_follow_from_the_network():
    def sentence(of):
        return " ".join(limits(of))

    assert "switches of the picture" in sentence(run(ModelConfig())) and "no bottleneck" in sentence(run(ModelConfig()))
    assert "switches of the picture" not in sentence(run()) and "no bottleneck" not in sentence(run())
    assert "not taught to repair" in sentence(run())
    assert "not taught to repair" not in sentence(run(corruption="gaussian", strength=0.3))
