"""The benchmark runs both loops for real, and its table says what it found."""

import json
import os

import pytest

from cae import cli
from cae.bench import waits
from cae.bench.comparison import spread
from cae.bench.table import table


def test_the_quick_benchmark_measures_both_loops_and_says_so(mnist, capsys):
    assert cli.main(["bench", "--quick", "--no-app", "--json", "--data-dir", os.environ["CAE_DATA_DIR"]]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["quick"] and found["app"] is None and found["dataset"] == "mnist"
    throughput = found["throughput"]
    for name in ("ours", "standard", "standard, 2 workers", "ratio", "share_of_peak", "peak_gflops"):
        assert 0 < throughput[name]["min"] <= throughput[name]["median"] <= throughput[name]["max"]
    best = max(("standard", "standard, 2 workers"), key=lambda name: throughput[name]["median"])
    assert found["standard_is"] == best
    quality = found["quality"]
    assert 0 < quality["mse"] < 1 and quality["never"] == 0
    assert quality["ratio"]["median"] == pytest.approx(quality["standard_seconds"] / quality["seconds"]["median"])
    assert all(time > 0 for ways in found["inference_ms"].values() for time in ways.values())
    words = table(found)
    assert f"{throughput['ours']['median']:,.0f}" in words and "mean nothing" in words


def test_a_data_set_that_torchvision_does_not_have_is_refused(capsys):
    assert cli.main(["bench", "--dataset", "synthetic"]) == 2
    assert capsys.readouterr().err == (
        "dataset is synthetic; the standard loop needs one of mnist, fashion-mnist, kmnist.\n"
    )


def test_where_the_tests_are_not_the_table_says_that_the_app_was_not_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(waits, "ROOT", tmp_path)
    found = waits.waits(quick=True)
    assert found.keys() == {"missing"}
    result = {
        "quick": False,
        "dataset": "mnist",
        "device": "CPU",
        "standard_is": "standard",
        "throughput": dict.fromkeys(
            ("ours", "standard", "ratio", "share_of_peak", "peak_gflops"), spread([1.0, 3.0, 2.0])
        ),
        "quality": {"mse": 0.001, "standard_epochs": 5, "standard_seconds": 9.0, "seconds": spread([]), "ratio": {}},
        "inference_ms": {"1": {"network": 0.5}},
        "app": found,
    }
    lines = table(result).splitlines()
    assert any(line.startswith("the app") and found["missing"] in line for line in lines)
    assert any(line.startswith("the same quality") and "never" in line for line in lines)
    assert "2.00×  1.00× to 3.00×" in next(line for line in lines if "training: ratio" in line)
