"""The shipped table of the study is complete, was measured in full, and its commands repeat it."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cae import cli, commands
from cae.device import choose
from cae.evaluation import study
from cae.evaluation.unit import here
from cae.registry import DATASETS

TABLE = Path(__file__).parents[2] / "assets" / "study.json"
NETWORKS = [(kind, size) for size in study.CODE_SIZES for kind in study.UNPOOLINGS]
ALIKE = 0.02  # how far the same run's MSE may be on another machine, as a share


@pytest.fixture(scope="module")
def table():
    return study.read(TABLE)


def test_it_has_every_network_measured_in_earnest(table):
    assert not table.quick
    assert table.dataset in DATASETS and table.images >= 5000 and table.device
    assert [(row.config.model.unpooling, row.config.model.code_size) for row in table.rows] == NETWORKS
    for row in table.rows:
        assert len(row.seeds) == len(set(row.seeds)) == len(row.figures) >= 3
        assert all(0 < one.mse < 0.1 and one.rmse == pytest.approx(one.mse**0.5) for one in row.figures)
        assert all(0 < one.ssim < 1 for one in row.figures)
        assert (row.pca is None) == (row.config.model.pca_size is None)


def test_its_networks_differ_in_unpooling_and_code_size_alone(table):
    alike = [replace(row.config.model, unpooling="transpose", code_size=None) for row in table.rows]
    assert len({replace(row.config, model=model) for row, model in zip(table.rows, alike, strict=True)}) == 1
    assert {row.config.dataset for row in table.rows} == {table.dataset}
    assert len({row.seeds for row in table.rows}) == 1


def test_every_rows_command_asks_for_that_row_and_no_other(table):
    for row in table.rows:
        words = shlex.split(row.command)
        assert words[:4] == ["python", "-m", "cae", "study"]
        options = cli._options(words[3:])
        model = row.config.model
        again = list(study.configs(commands.config_of(options), [model.unpooling], [model.code_size]))
        assert again == [row.config]
        assert (options.unpooling, options.code_size) == (model.unpooling, str(model.code_size or "none"))
        assert options.seeds == ",".join(map(str, row.seeds)) and not options.quick


def test_what_it_tells_readers_follows_from_its_figures(table):
    told = json.loads(TABLE.read_text())
    assert told == json.loads(json.dumps(table.as_dict()))


@pytest.mark.mnist
def test_its_cheapest_row_comes_out_again(table, mnist):
    row = min(table.rows, key=lambda row: row.config.model.multiply_adds)
    compute = choose("cpu")
    torch.set_num_threads(1)  # beside other processes two threads wait for each other, and take many times as long
    (again,) = study.rows([row.config], row.seeds[:1], mnist, here(compute).units)
    assert again.mse == pytest.approx(row.figures[0].mse, abs=max(row.spread, ALIKE * row.mse))
