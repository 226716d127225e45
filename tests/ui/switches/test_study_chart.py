"""The study on the Switches page: its sentences agree with its figures."""

from dataclasses import replace

from cae.config import ModelConfig, TrainConfig
from cae.evaluation.study import Row, Study, configs
from cae.runs.figures import Figures
from cae.ui.switches.study_chart import answer, circumstances

PCA = {1: 0.058, 2: 0.054, 8: 0.0375, 32: 0.0169, 128: 0.0042}


def figures(mse):
    return Figures(mse, mse**0.5, 20.0, 0.9)


def study(switches, alone):
    """A table in which networks with switches have one MSE and those without another, by code size."""

    def row(config):
        size = config.model.code_size
        mse = (switches if config.model.unpooling == "switches" else alone)(size or 1568)
        return Row(config, (0, 4), (figures(mse * 1.1), figures(mse * 0.9)), figures(PCA[size]) if size else None)

    rows = tuple(map(row, configs(TrainConfig(ModelConfig((4, 8)), epochs=2))))
    return Study("mnist", 10_000, "CPU, 2 threads, float32", False, rows)


def test_the_answer_has_the_figures_of_the_smallest_code():
    sentence = answer(study(lambda size: 0.01, lambda size: 0.06 / size))
    assert (
        "With 1 number in the code, the test MSE is **0.0100** with switches (2,352 bits bypass the code)" in sentence
    )
    assert "**0.0600** without" in sentence
    assert "0.0580 for PCA" in sentence
    assert "With 128 numbers, the error falls to 0.000469" in sentence


def test_pca_is_said_to_be_beaten_at_the_largest_size_where_every_seed_beats_it():
    def sentence(switches):
        return answer(study(lambda size: switches, lambda size: 0.06))

    assert "below even that of PCA with 32 numbers (0.0169)" in sentence(0.01)
    assert "below even that of PCA with 8 numbers (0.0375)" in sentence(0.016)  # with one seed 0.0176
    assert "below even" not in sentence(0.0579)


def test_an_error_that_does_not_fall_is_not_said_to():
    assert "falls" not in answer(study(lambda size: 0.01, lambda size: 0.06))


def test_the_circumstances_are_those_of_the_table():
    sentence = circumstances(study(lambda size: 0.01, lambda size: 0.06))
    assert "Measured on 10,000 test pictures of MNIST" in sentence and "392 numbers" in sentence
    assert "channels 4–8, 2 epochs and 2 seeds (0, 4)" in sentence and "Device: CPU, 2 threads" in sentence
    assert "mean nothing" not in sentence
    assert "mean nothing" in circumstances(replace(study(lambda size: 0.01, lambda size: 0.06), quick=True))
