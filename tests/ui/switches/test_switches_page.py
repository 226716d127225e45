"""The Switches page as a visitor sees it, with every control changed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cae.analysis.ablation import average_code, partners, reconstruct
from cae.data import datasets
from cae.drawing.drawing import Drawing
from cae.evaluation.metrics import mse
from cae.runs import checkpoint
from cae.ui.parts.text import number
from cae.ui.switches import study_chart
from cae.ui.switches.swap_table import answer
from cae.ui.visitor.sketch import Sketch
from tests.jobs.patience import until
from tests.ui.switches.test_study_chart import study
from tests.ui.visiting import html, markdown, network

PAGE = Path(__file__).parents[3] / "pages" / "switches.py"
OPTIONS = {
    "code": ("own", "zero", "average", "other"),
    "switches": ("own", "fixed", "shuffled", "other"),
    "other": (0, 1, 2, 3),
}


@pytest.fixture(autouse=True)
def no_study(monkeypatch, tmp_path):
    """Nothing is measured but by the tests that say so."""
    monkeypatch.setattr(study_chart, "STUDY", tmp_path / "study.json")


def rows_of_pictures(page):
    return [one.proto.body for one in page.get("html") if "<figure" in one.proto.body]


def test_the_budget_has_a_bar_for_the_image_the_code_and_every_pooling(visit):
    page = visit(network("helped", code_size=2, channels=(4, 6)))
    assert not page.exception
    bars = html(page)
    assert all(words in bars for words in ("6,272 bits", "64 bits", "1,568 bits", "588 bits"))
    assert bars.count("Switches, pooling") == 2


def test_a_network_without_switches_says_that_nothing_bypasses_its_code(visit):
    page = visit(network("honest", channels=(4, 6), code_size=2, unpooling="transpose"))
    assert not page.exception
    assert ">Switches<small>none<" in html(page) and "Yes: nothing bypasses" in markdown(page)
    assert page.button_group(key="switches").disabled
    assert "It has no switches</th>" in html(page)


@pytest.mark.parametrize(
    ("key", "unpooling"),
    [("code", "switches"), ("switches", "switches"), ("other", "switches"), ("code", "transpose"), ("other", "fixed")],
)
def test_every_control_changes_the_picture(visit, key, unpooling):
    # Of a seed: by chance, two codes of an untrained network may decode to the same grey levels.
    page = visit(network("one", channels=(4, 6), seed=1, code_size=8, unpooling=unpooling))
    page.button_group(key="code").set_value("other" if key == "other" else "own").run()
    seen = set()
    for option in OPTIONS[key]:
        page.button_group(key=key).set_value(option).run()
        assert not page.exception
        seen.add(rows_of_pictures(page)[-1])
    assert len(seen) == 4


def test_everything_follows_the_chosen_test_picture(visit):
    helped, alone = pair()
    page = visit(helped, alone)
    assert all("Your digit" in row for row in rows_of_pictures(page))
    before = rows_of_pictures(page)
    page.number_input(key="picture").set_value(17).run()
    assert not page.exception
    label = datasets.load("synthetic").test.labels[16]
    after = rows_of_pictures(page)
    assert len(after) == 3
    assert all(f"Test picture 17, a{'n' * (label == 8)} {label}" in row for row in after)
    assert not any(row in before for row in after)
    assert all(f">{caption}<" in after[1] for caption in ("Code and switches", "Code alone", "Switches alone"))
    assert "knows nothing of test picture 17:" in markdown(page)
    page.number_input(key="picture").set_value(None).run()
    assert rows_of_pictures(page) == before


def test_an_empty_canvas_leaves_an_example_and_says_so(visit):
    page = visit(network("one"))
    page.session_state["sketch"] = Sketch(Drawing(()))
    page.run()
    assert not page.exception
    assert "The canvas is empty" in page.info[0].value
    assert all("An example" in row and "Your digit" not in row for row in rows_of_pictures(page))
    page.number_input(key="picture").set_value(3).run()
    assert not page.info


@pytest.mark.parametrize("asked", ["inf", "-inf", "nan", "1e400", "9" * 400, "0", "-3", "201", "1.5", "two", "", "²"])
def test_an_address_with_an_impossible_picture_shows_the_visitors_own(visit, asked):
    page = visit(network("one"))
    page.query_params["picture"] = asked
    page.run()
    assert not page.exception
    assert "Your digit" in rows_of_pictures(page)[0]


def pair():
    """What the look needs: two networks, trained alike, with a code of one number."""
    helped, alone = network("switches-1", code_size=1), network("bottleneck-1", code_size=1, unpooling="transpose")
    stored = {"mse": 0.0071, "pca_mse": 0.0582}
    return replace(helped, figures={"synthetic": stored}), replace(
        alone, figures={"synthetic": {**stored, "mse": 0.0593}}
    )


def test_one_look_shows_both_networks_and_pca_with_figures_over_the_test_set(visit):
    page = visit(*pair())
    assert not page.exception
    assert page.header[0].value == "A code of 1 number, with switches and without"
    first = rows_of_pictures(page)[0]
    assert all(
        f">{caption}<" in first for caption in ("Your digit", "With switches", "Without switches", "PCA, 1 number")
    )
    assert first.count("MSE 0.") == 3
    assert "MSE 0." in first and "1,568 bits bypass<" in first and "nothing bypasses<" in first
    assert "trained in the same way" in markdown(page) and "1,568 bits of switches" in markdown(page)
    assert "the MSE is **0.00710** with switches and **0.0593** without" in markdown(page)
    assert "The MSE of PCA with as many numbers is 0.0582" in markdown(page)


def test_the_look_says_nothing_of_likeness_where_there_is_none(visit):
    helped, alone = pair()
    page = visit(helped, replace(alone, config=replace(alone.config, epochs=5), figures={}))
    assert not page.exception
    assert "trained in the same way" not in markdown(page) and "code of both networks" in markdown(page)
    assert "the MSE is **" not in markdown(page)


def test_without_its_networks_there_is_no_look(visit):
    page = visit(network("one", code_size=1))
    assert not page.exception
    assert len(rows_of_pictures(page)) == 2
    assert "with switches and without" not in [one.value for one in page.header]


def test_the_table_has_the_mean_error_of_every_exchange(visit):
    run = network("one", channels=(4, 6), code_size=3)
    page = visit(run)
    until(lambda: "…" not in html(page.run()))
    assert not page.exception
    test = datasets.load("synthetic").test
    model, pictures = checkpoint.build(run), test.images.float() / 255
    others, average = pictures[partners(test.labels.tolist())], average_code(model, pictures)
    for code in ("own", "average"):
        for switches in ("own", "fixed", "other"):
            back = reconstruct(model, pictures, others, average, code=code, switches=switches)
            assert f"<td>{number(float(mse(pictures, back).mean()))}</td>" in html(page)
    assert "Over the first 200 test pictures of synthetic digits" in markdown(page)


@pytest.mark.parametrize(
    ("code", "fixed", "other", "words"),
    [
        (0.02, 0.03, 0.05, "more from the **switches**"),
        (0.06, 0.03, 0.05, "more from the **code**"),
        (0.04, 0.03, 0.05, "draws from both."),
        (0.04, 0.05, 0.03, "draws from both."),
    ],
)
def test_what_a_network_draws_from_is_what_it_misses_most(code, fixed, other, words):
    found = np.array([[0.001, fixed, 0.04, other], [code, 0.1, 0.1, 0.1]])
    assert words in answer(found, 500, "mnist")


def test_where_the_study_is_missing_there_is_the_command_that_measures_it(visit):
    page = visit(network("one"))
    assert not page.exception
    assert "not been measured" in markdown(page)
    assert page.code[0].value.startswith("python -m cae study ")


def test_every_row_of_the_study_has_its_figures_and_its_command(visit):
    table = study(lambda size: 0.01 / size, lambda size: 0.06 / size)
    study_chart.STUDY.write_text(json.dumps(table.as_dict()))
    page = visit(network("one"))
    assert not page.exception
    assert "below even that of PCA with 32 numbers" in markdown(page)
    assert "2,352 bits bypass" in html(page)
    seen = set()
    for row in table.rows:
        assert number(row.mse) in html(page) and f"± {number(row.spread)}" in html(page)
        model = row.config.model
        page.button_group(key="unpool").set_value(model.unpooling).run()
        page.button_group(key="size").set_value(str(model.code_size or "none")).run()
        assert page.code[0].value == row.command
        seen.add(row.command)
    assert len(seen) == 18
