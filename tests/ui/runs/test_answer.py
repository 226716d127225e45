"""Two runs compared: settings that differ, the better network, and chance told from a setting."""

from dataclasses import replace

import pytest

from cae.config import TrainConfig
from cae.runs.comparison import coincide, differences, held_out
from cae.runs.run import History, Run
from cae.ui.runs.answer import answer, cause

CONFIG = TrainConfig(corruption="rows")
OTHER = {
    "channels": ((8,), "16,32", "8"),
    "code_size": (32, "none", "32"),
    "unpooling": ("fixed", "switches", "fixed"),
    "dataset": ("synthetic", "mnist", "synthetic"),
    "epochs": (3, "1", "3"),
    "batch_size": (64, "128", "64"),
    "learning_rate": (0.01, "0.008", "0.01"),
    "schedule": ("constant", "one-cycle", "constant"),
    "warp": (0.5, "0", "0.5"),
    "corruption": ("blur", "rows", "blur"),
    "strength": (0.25, "0.4", "0.25"),
    "seed": (7, "0", "7"),
}
IN_MODEL = ("channels", "code_size", "unpooling")


def config(**values):
    model = {name: values.pop(name) for name in IN_MODEL if name in values}
    return replace(CONFIG, model=replace(CONFIG.model, **model), **values)


def run(name, mse=0.01, *, losses=(0.2, 0.1), ending="complete", seconds=10.0, device="CPU", steps=2, **values):
    ends = ((len(losses), mse),)
    history = History(losses, ((0, 0.3), *ends), ends if ending == "complete" else ())
    return Run(config(**values), name=name, history=history, seconds=seconds, ending=ending, device=device, steps=steps)


def test_every_setting_can_differ_and_is_called_as_on_the_train_page():
    assert set(OTHER) == {one.name for one in differences(CONFIG, config(**{n: v for n, (v, _, _) in OTHER.items()}))}
    for name, (value, first, second) in OTHER.items():
        (one,) = differences(CONFIG, config(**{name: value}))
        assert (one.name, one.first, one.second) == (name, first, second)
        assert one.label.lower().replace(" ", "_") in (name, "data_set")


def test_equal_settings_do_not_differ():
    assert differences(CONFIG, config()) == ()


def test_the_error_is_that_of_the_whole_validation_split_only_if_both_were_measured_on_it():
    whole = Run(CONFIG, history=History((0.1,), ((1, 0.4),), ((1, 0.5),)))
    stopped = Run(CONFIG, history=History((0.1, 0.1), ((2, 0.6),), ((1, 0.7),)), ending="stopped")
    assert held_out(whole) == (0.5,)
    assert held_out(whole, whole) == (0.5, 0.5)
    assert held_out(whole, stopped) == (0.4, 0.6)


def test_the_error_of_a_diverged_run_is_that_of_the_network_that_was_kept():
    history = History((0.1, 0.1), ((1, 0.3), (2, 0.9)), ((2, 0.9),))
    assert held_out(Run(CONFIG, history=history, ending="diverged")) == (0.3,)


def test_a_run_without_a_curve_has_no_error():
    assert held_out(Run(CONFIG)) == (None,)
    assert "nothing to compare" in answer(run("one"), Run(CONFIG))


def test_the_answer_says_who_is_better_by_how_much_and_after_how_long():
    sentence = answer(run("run-1", 0.05, seconds=100), run("run-2", 0.01, seconds=4))
    assert sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "**Run 2** has a **5.0 times smaller** error on held-out pictures: an MSE of 0.0100 after 4.0 s of training. "
        "Run 1 has 0.0500 after 2 min."
    )
    assert answer(run("run-1", 0.01), run("run-2", 0.05)).startswith("**Run 1** has a **5.0 times smaller**")


def test_nearly_equal_runs_have_no_winner():
    assert "Hardly any" in answer(run("one", 0.0100), run("two", 0.0103))


def test_on_different_pictures_neither_is_better():
    sentence = answer(run("one", 0.05), run("two", 0.01, dataset="synthetic"))
    assert "MNIST and synthetic digits: neither network is better" in sentence
    assert "times" not in sentence


@pytest.mark.parametrize(("other", "mentioned"), [({"unpooling": "fixed"}, True), ({"channels": (8,)}, False)])
def test_a_winner_with_switches_does_not_win_without_its_information_budget(other, mentioned):
    sentence = answer(run("one", 0.001), run("two", 0.01, **other))
    assert ("9,408 bits of switches bypass its code" in sentence) is mentioned
    assert "switches" not in answer(run("one", 0.01), run("two", 0.001, **other))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_size": 64}, "**Batch size** made the difference"),
        ({"batch_size": 64, "corruption": "gaussian"}, "these 2 settings together made the difference"),
        ({"seed": 1}, "Only the seed differs, so the difference is chance."),
        ({"seed": 1, "corruption": "gaussian"}, "a part of the difference is chance"),
        ({}, "a run can be repeated exactly"),
    ],
)
def test_what_made_the_difference(changes, words):
    sentence = cause(run("one"), run("two", **changes))
    assert words in sentence
    assert ("same seed" in sentence) is (bool(changes) and "seed" not in changes)


@pytest.mark.parametrize(
    ("ending", "words"),
    [("stopped", "was stopped"), ("out of time", "ran out of time"), ("diverged", "diverged")],
)
def test_a_run_that_ended_early_differs_for_that_too(ending, words):
    sentence = cause(run("one", ending=ending, steps=8), run("two", corruption="gaussian", strength=0.1))
    assert sentence.endswith(f"One {words} after 25% of its steps, which makes a difference too.")


def test_curves_coincide_as_far_as_both_go_and_but_for_the_rounding_of_a_file():
    one = run("one", losses=(0.123456789, 0.1, 0.05))
    assert coincide(one, run("two", losses=(0.123457, 0.1)))
    assert not coincide(one, run("two", losses=(0.1234, 0.1)))
    assert not coincide(one, run("two", losses=()))
    assert "as far as both went" in cause(one, run("two", losses=(0.123457, 0.1), ending="stopped"))


def test_the_same_settings_on_other_machines_need_not_coincide():
    sentence = cause(run("one", device="CPU"), run("two", losses=(0.3, 0.2), device="GPU"))
    assert "only on the same kind of machine: CPU and GPU" in sentence
