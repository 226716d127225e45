"""The study's table: every network of it, each row the same when its own command repeats it."""

import json
import shlex

import pytest
import torch

from cae import cli
from cae.config import ModelConfig, TrainConfig
from cae.data.datasets import Dataset
from cae.device import Compute
from cae.evaluation import study, unit
from tests.processors import one_processor

ALL = {(kind, size) for kind in study.UNPOOLINGS for size in study.CODE_SIZES}


def answer(capsys, *words):
    assert cli.main(words) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def here():
    """With one processor, a study needs no other processes."""
    with one_processor():
        yield


@pytest.fixture
def few(few_digits, monkeypatch):
    """The quick setting, quicker: less than two batches to train on."""
    monkeypatch.setattr(study, "QUICK", {"train": 160, "validation": 20, "test": 50})


def test_the_table_has_every_network_and_its_file_is_read_back_as_it_was(few, tmp_path, capsys):
    path = tmp_path / "study.json"
    words = "study --quick --json --dataset synthetic --seeds 3 --out"
    told = answer(capsys, *words.split(), str(path))
    back = study.read(path)
    assert json.loads(json.dumps(back.as_dict())) == told == json.loads(path.read_text())
    assert {(row.config.model.unpooling, row.config.model.code_size) for row in back.rows} == ALL
    assert back.quick and back.images == 50 and back.dataset == "synthetic"
    for row in back.rows:
        size = row.config.model.code_size
        assert row is back.at(row.config.model.unpooling, size)
        assert (row.pca is None) == (size is None)
        assert 0 < row.mse < 1 and row.spread == 0 and row.seeds == (3,)
    # A longer code is never worse for PCA, and it is the same one for all three networks of a size.
    by_size = [{row.pca.mse for row in back.rows if row.config.model.code_size == size} for size in (1, 2, 8, 32, 128)]
    errors = [one for (one,) in by_size]
    assert errors == sorted(errors, reverse=True)


def test_a_row_is_repeated_by_its_own_command(few, capsys):
    words = "study --quick --json --dataset synthetic --seeds 0,7 --code-size 8 --channels 8,16 --noise 0.1"
    rows = answer(capsys, *words.split())["rows"]
    assert [row["config"]["model"]["unpooling"] for row in rows] == list(study.UNPOOLINGS)
    for row in rows:
        assert row["spread"] > 0
        again = answer(capsys, *shlex.split(row["command"])[3:], "--quick", "--json")["rows"]
        assert again == [row]


def test_the_study_of_a_variational_network_tells_its_kl_divergence(few, capsys):
    words = "study --quick --json --dataset synthetic --seeds 0,1 --code-size 4 --unpooling transpose --beta 0.5"
    (row,) = answer(capsys, *words.split())["rows"]
    assert row["config"]["model"]["beta"] == 0.5 and "--beta 0.5" in row["command"]
    assert len(row["kl"]) == 2 and min(row["kl"]) > 0


def test_a_rows_figures_are_the_mean_of_its_seeds(digits):
    config = TrainConfig(dataset="synthetic", batch_size=200)
    few = study.quick(digits)
    few = Dataset("synthetic", digits.train[:400], few.validation, few.test)
    (row,) = study.rows([config], (0, 1), few, unit.here(Compute(torch.device("cpu"))).units)
    one, other = row.figures
    assert one != other
    assert row.mse == pytest.approx((one.mse + other.mse) / 2)
    assert row.ssim == pytest.approx((one.ssim + other.ssim) / 2)
    assert row.spread == pytest.approx(abs(one.mse - other.mse))
    assert row.pca is None


def test_rows_come_as_their_last_seed_does_and_the_table_has_the_order_of_the_grid(digits):
    base = TrainConfig(ModelConfig((2,)), dataset="synthetic", batch_size=200)
    grid = list(study.configs(base, ("fixed", "transpose"), (2, None)))
    compute = Compute(torch.device("cpu"))

    def from_behind(configs, dataset, progress):
        yield from unit.here(compute).units(configs[::-1], dataset, progress)

    shares = []
    rows = list(study.rows(grid, (0, 1), digits, from_behind, lambda share, words: shares.append(share)))
    assert [row.config for row in rows] == grid[::-1]
    assert shares == sorted(shares) and shares[-1] == 1
    table = study.Study.of(grid, rows, digits, quick=False)
    assert table.rows == tuple(study.rows(grid, (0, 1), digits, unit.here(compute).units))
    assert table.device == str(compute)


def test_for_people_the_table_has_a_line_for_each_row(few, capsys):
    words = "study --quick --dataset synthetic --seeds 0 --code-size 2 --unpooling fixed"
    assert cli.main(words.split()) == 0
    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split()[:3] == ["unpooling", "code", "MSE"]
    assert row.split()[:2] == ["fixed", "2"] and row.split()[-1] == "0"


@pytest.mark.parametrize(
    ("seeds", "word"), [("", "empty"), ("0,", "empty"), ("a", "a"), ("-1", "-1"), ("0,0.5", "0.5")]
)
def test_bad_seeds_are_refused_in_one_line(seeds, word, capsys):
    assert cli.main(["study", "--quick", "--dataset", "synthetic", f"--seeds={seeds}"]) == 2
    assert capsys.readouterr().err == f"seeds is {word}; it must be a whole number from 0 to 2147483647.\n"
