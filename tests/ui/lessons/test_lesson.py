"""Lessons are read from their files; a bad one is refused by one sentence; what they claim is what was measured."""

import json
import logging
from dataclasses import replace

import pytest

from cae.config import ModelConfig, TrainConfig
from cae.config.settings import written
from cae.drawing.examples import FIRST_EXAMPLE
from cae.registry import Shape
from cae.runs import checkpoint
from cae.ui.lessons import lesson as lesson_files
from cae.ui.lessons.addresses import parse
from cae.ui.lessons.lesson import FOLDER, lessons, read, read_all
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.links import address
from cae.ui.parts.text import number
from cae.ui.switches.ablation import swap
from cae.ui.visitor.services import SHIPPED

GOOD = (FOLDER / "1-switches.toml").read_text()
BAD = {
    "no TOML": ("title = ", "Invalid value"),
    "no title": (GOOD.replace("title =", "titel =", 1), "the file needs “title”"),
    "an unknown field": ("colour = 'red'\n" + GOOD, "“colour” is not known in the file"),
    "an empty text": (GOOD.replace('title = "Take the switches away"', 'title = " "'), "“title” in the file"),
    "no such choice": (GOOD.replace("right = 3", "right = 4"), r"right in \[prediction\] .* 1 to 3"),
    "choice by words": (GOOD.replace("right = 3", 'right = "the third"'), r"right in \[prediction\]"),
    "no steps": (GOOD.replace("[[steps]]", "[[stops]]"), "needs “steps”"),
    "no such page": (GOOD.replace("switches?", "swiches?"), "step 1 .*“swiches” is not a page; the pages are draw, "),
    "no such setting": (GOOD.replace("?around=", "?network="), "step 1 .*“network” is not a setting of switches"),
    "no such network": (GOOD.replace("Switches+1&", "Switches+2&"), "step 2 .*“Switches 2” is not a network"),
    "a bad setting": (GOOD.replace("draw?network=Switches+1", "train?epochs=0"), "step 4 .*epochs is 0; it must be"),
    "a bad number": (GOOD.replace("draw?network=Switches+1", "train?epochs=many"), "step 4 .*epochs is many"),
    "text in place of a table": (
        GOOD.split("[seen]")[0].replace("[prediction]", "seen = 'much'\n[prediction]"),
        "table",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_one_sentence_and_the_other_lessons_stay(name, tmp_path):
    content, words = BAD[name]
    (tmp_path / "1-bad.toml").write_text(content)
    (tmp_path / "2-good.toml").write_text(GOOD)
    with pytest.raises(ValueError, match=f"^1-bad.toml is not a lesson: .*{words}"):
        read(tmp_path / "1-bad.toml")
    found = read_all(tmp_path)
    assert [lesson.name for lesson in found.lessons] == ["2-good"]
    (problem,) = found.problems
    assert "\n" not in problem and problem.endswith(".")


def test_the_log_names_a_bad_file(tmp_path, monkeypatch, caplog):
    (tmp_path / "1-bad.toml").write_text("title = 1")
    found = read_all(tmp_path)
    monkeypatch.setattr(lesson_files, "lessons", lambda: found)
    with caplog.at_level(logging.ERROR):
        lesson_files.report()
    assert [record.getMessage() for record in caplog.records] == list(found.problems) != []


def test_the_five_lessons_are_good_and_have_names_of_their_own():
    found = lessons()
    assert found.problems == ()
    titles = [lesson.title for lesson in found.lessons]
    assert len(titles) == len(set(titles)) >= 5


def test_an_address_may_be_copied_from_the_browser():
    there = parse("https://example.org/lab/switches?around=Switches+1&code=The+other%27s")
    assert (there.page, there.settings) == ("switches", {"around": "Switches 1", "code": "The other's"})
    assert parse("http://localhost:8501/?network=Classic").page == "draw"
    assert parse("runs").settings == {}


def test_a_train_address_sets_what_it_does_not_name_to_its_default():
    config = TrainConfig(ModelConfig((8, 16), 16, "transpose"), learning_rate=0.5)
    short = f"train?channels=8,16&code_size=16&unpooling=transpose&learning_rate={written(0.5)}"
    assert parse(short).settings == address(config)


def lesson(name):
    return read(FOLDER / f"{name}.toml")


def figures(name):
    return checkpoint.load(SHIPPED / f"{name}.safetensors").figures["mnist"]


def test_take_the_switches_away_says_what_was_measured():
    seen = lesson("1-switches").seen
    helped, alone = figures("switches-1"), figures("bottleneck-1")
    for value in (helped["mse"], alone["mse"], alone["pca_mse"]):
        assert number(value) in seen
    assert f"{alone['mse'] / helped['mse']:.0f} times less" in seen
    run = checkpoint.load(SHIPPED / "switches-1.safetensors")
    digits = example_pictures(Shape())
    three, eight = digits[FIRST_EXAMPLE], digits[8]
    code_of_8 = swap(run, three, eight, None, "other", "own")
    switches_of_8 = swap(run, three, eight, None, "own", "other")
    assert f"MSE to the 3:\n  {number(code_of_8.mse)}" in seen
    assert f"MSE to the 8: {number(switches_of_8.mse_to_other)}" in seen
    assert f"{run.config.model.switch_bits:,} bits" in seen and f"has {run.config.model.picture.bits:,}" in seen


def test_how_many_numbers_says_what_was_measured():
    seen, prediction = lesson("2-numbers").seen, lesson("2-numbers").prediction
    sizes = (1, 2, 8, 16, 32, 128)
    each = {size: figures(f"bottleneck-{size}") for size in sizes}
    for name in ("rmse", "ssim"):
        cells = " | ".join(number(each[size][name]) for size in sizes)
        assert cells in seen.replace("*", "")
    first = next(size for size in sizes if each[size]["rmse"] < 0.05)
    assert prediction.choices[prediction.right] == f"{first} numbers"
    assert number(each[32]["pca_mse"]) in seen and number(each[8]["mse"]) in seen
    assert each[8]["mse"] < each[32]["pca_mse"]


def test_it_has_never_seen_a_letter_says_what_was_measured():
    rows = json.loads((SHIPPED.parent / "outliers" / "outliers.json").read_text())["rows"]
    auroc = {(row["network"], row["score"]): row["auroc"] for row in rows if row["outliers"] == "letters"}
    seen = lesson("4-letters").seen
    for which in (("bottleneck-32", "error"), ("bottleneck-8", "error"), ("bottleneck-32", "code")):
        assert f"{auroc[which]:.3f}" in seen


def test_the_holes_between_digits_says_what_was_measured():
    seen, plain, variational = lesson("5-holes").seen, figures("bottleneck-16")["mse"], figures("vae-16")["mse"]
    assert f"{number(variational)} against {number(plain)}" in seen
    assert f"{variational / plain:.2f} times" in seen


def test_too_fast_to_learn_is_so_on_other_digits_too(run_of, digits):
    slow, fast = (
        TrainConfig(ModelConfig((8, 16), 16, "transpose"), "synthetic", 12, schedule="constant", learning_rate=rate)
        for rate in (0.01, 1.0)
    )
    steps = lesson("3-too-fast").steps
    told = [replace(config, dataset="mnist", epochs=1) for config in (slow, fast)]
    assert [step.address.settings for step in steps[:2]] == [address(config) for config in told]
    errors = [run_of(config, digits).history.held_out[-1][1] for config in (slow, fast)]
    assert errors[1] > 1.5 * errors[0]
