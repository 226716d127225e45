"""A study on a real cluster: a lost node costs its own runs alone, and an address without a cluster is a mistake."""

import json
import socket

import pytest

from cae import cli
from tests.processors import one_processor
from tests.studies import MEASURED, TOLERANCE, study, write_pictures


def test_a_node_is_lost_and_the_table_is_that_of_one_machine(two_nodes, tmp_path, capsys):
    words = [*write_pictures(tmp_path / "pictures"), "0"]
    with one_processor():
        assert cli.main(words) == 0
    alone = json.loads(capsys.readouterr().out)
    # Runs that need more than a processor find room on the nodes of this test only, one at a time.
    lost = two_nodes.add_node(cpus=2)
    with study(*words, CAE_RAY_ADDRESS=two_nodes.address, CAE_RAY_CPUS="1.5") as spread:
        spread.until(MEASURED)
        other = two_nodes.add_node(cpus=2)
        two_nodes.lose(lost)
        table = spread.result()
    two_nodes.lose(other)
    assert len(table["rows"]) == len(alone["rows"]) == 3
    for row, same in zip(table["rows"], alone["rows"], strict=True):
        assert row["command"] == same["command"]
        for found, expected in zip(row["figures"], same["figures"], strict=True):
            assert found == pytest.approx(expected, rel=TOLERANCE)
    assert "Traceback" not in spread.told


def test_an_address_without_a_cluster_is_a_mistake_in_one_sentence(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as once:
        address = f"127.0.0.1:{once.getsockname()[1]}"
    monkeypatch.setenv("CAE_RAY_ADDRESS", address)
    assert cli.main(["study", "--dataset", "synthetic"]) == 2
    assert capsys.readouterr().err == f"No Ray cluster answers at CAE_RAY_ADDRESS={address}.\n"
