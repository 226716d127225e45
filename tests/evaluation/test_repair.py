"""Repairs measured: every way meets the same damage, the simple ways are at their best, and the table says so."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cae.config import KINDS
from cae.data.corruption import corrupt
from cae.data.datasets import Dataset
from cae.evaluation import repair
from cae.evaluation.pca import PCA
from cae.evaluation.repair import DAMAGED, MEDIAN, PCA_WAY, SIMPLE, STRENGTHS, TOTAL_VARIATION, Table, measure, read
from cae.runs import checkpoint

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "assets" / "repair.json"
DAMAGES = [("none", 0.0), ("gaussian", 0.4), ("salt-and-pepper", 0.2)]


@pytest.fixture(scope="module")
def small(digits):
    return Dataset("synthetic", digits.train, digits.validation[:40], digits.test[:60])


@pytest.fixture(scope="module")
def rows(small):
    return tuple(measure({"copy": lambda images: images}, small, DAMAGES, seed=3))


def test_every_damage_has_a_row_for_every_way(rows):
    ways = (DAMAGED, *SIMPLE, "copy")
    assert [(row.kind, row.strength, row.way) for row in rows] == [(*damage, way) for damage in DAMAGES for way in ways]


def test_every_way_meets_the_same_damaged_pictures(rows, small):
    figures = {(row.kind, row.way): row.figures for row in rows}
    for kind, strength in DAMAGES:
        assert figures[kind, DAMAGED] == figures[kind, "copy"]
        clean = small.test.images.float() / 255
        damaged = corrupt(clean, kind, strength, torch.Generator().manual_seed(3))
        assert figures[kind, DAMAGED].mse == pytest.approx(float((damaged - clean).square().mean()), rel=1e-5)
    assert figures["none", DAMAGED].mse == 0


def test_a_simple_way_has_the_parameter_that_is_best_on_validation_pictures(rows, small):
    clean = small.validation.images.float() / 255
    damaged = corrupt(clean, "gaussian", 0.4, torch.Generator().manual_seed(3))
    pca = PCA.fit(small.train.images)
    for row in rows:
        if row.kind == "gaussian" and row.way in (MEDIAN, TOTAL_VARIATION):
            errors = {}
            for value in repair.PARAMETERS[row.way]:
                parameters = {name: values[0] for name, values in repair.PARAMETERS.items()} | {row.way: value}
                way = repair.simple_ways(pca, parameters)[row.way]
                errors[value] = float((way(damaged) - clean).square().mean())
            assert row.parameter == min(errors, key=errors.get)


def test_the_simple_ways_repair_what_they_are_made_for(rows):
    error = {(row.kind, row.way): row.figures.mse for row in rows}
    for way in SIMPLE:
        assert error["gaussian", way] < error["gaussian", DAMAGED]
    assert error["salt-and-pepper", MEDIAN] < error["salt-and-pepper", TOTAL_VARIATION]


def test_a_median_removes_a_speck_and_keeps_an_edge(digits):
    picture = torch.zeros(1, 1, 28, 28)
    picture[..., 14:] = 1
    specked = picture.clone()
    specked[0, 0, 5, 5] = 1
    way = repair.simple_ways(PCA.fit(digits.train.images), {MEDIAN: 3, TOTAL_VARIATION: 0.1})[MEDIAN]
    assert torch.equal(way(specked)[:, :, 1:-1, :-1], picture[:, :, 1:-1, :-1])


def test_a_table_is_read_as_it_was_written(rows, tmp_path):
    table = Table("synthetic", 60, 3, rows)
    (tmp_path / "table.json").write_text(json.dumps(table.as_dict()))
    assert read(tmp_path / "table.json") == table
    assert [row.strength for row in table.curve("gaussian", MEDIAN)] == [0.0, 0.4]
    assert table.at("gaussian", 0.3, "copy").strength == 0.4 and table.at("gaussian", 0.1, "copy").kind == "none"


# ---- the table that comes with the app


@pytest.fixture(scope="module")
def table():
    return read(TABLE)


def test_the_table_has_every_damage_and_every_way(table):
    networks = {"bottleneck-32", "denoiser-32", "restorer-32"}
    for kind in KINDS:
        for way in {DAMAGED, *SIMPLE, *networks}:
            assert tuple(row.strength for row in table.curve(kind, way)) == STRENGTHS
    assert (table.dataset, table.images) == ("mnist", 10_000)


def test_the_denoiser_earns_its_place(table):
    at = {way: table.at("gaussian", 0.4, way).figures.mse for way in (*SIMPLE, "bottleneck-32", "denoiser-32")}
    assert at["denoiser-32"] < at["bottleneck-32"] / 2
    assert at["denoiser-32"] < min(at[way] for way in SIMPLE)


def test_the_restorer_earns_its_place(table):
    """On the kinds that the denoiser was not trained for, it is better than the denoiser and the plain network."""
    for kind in ("rectangle", "rows", "blur", "low-resolution"):
        at = {way: table.at(kind, 0.4, way).figures.mse for way in ("bottleneck-32", "denoiser-32", "restorer-32")}
        assert at["restorer-32"] == min(at.values()), kind


@pytest.mark.mnist
@pytest.mark.parametrize("name", ["bottleneck-32", "denoiser-32", "restorer-32", *SIMPLE])
def test_the_figures_come_out_again_on_a_part_of_the_test_set(mnist, table, name):
    torch.set_num_threads(2)
    row = table.at("gaussian", 0.4, name)
    clean = mnist.test.images[::10].float() / 255
    damaged = corrupt(clean, "gaussian", 0.4, torch.Generator().manual_seed(1))
    if name == PCA_WAY:
        way = repair.simple_ways(PCA.fit(mnist.train.images), {MEDIAN: 3, TOTAL_VARIATION: 0.1})[name]
    elif name in SIMPLE:
        way = repair.simple_ways(None, {name: row.parameter} | {MEDIAN: row.parameter, TOTAL_VARIATION: row.parameter})[
            name
        ]
    else:
        way = checkpoint.build(checkpoint.load(ROOT / "assets" / "models" / f"{name}.safetensors"))
    with torch.inference_mode():
        found = float((way(damaged) - clean).square().mean())
    assert found == pytest.approx(row.figures.mse, rel=0.1)
    assert np.isfinite(found)
