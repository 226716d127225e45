"""A study that ends early ends in words, leaves no process, and keeps what was measured."""

import json
import signal

import pytest

from cae.evaluation.study import read
from tests.processors import one_processor
from tests.studies import MEASURED, study, write_pictures


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("study") / "pictures")


def test_a_killed_study_goes_on_from_what_is_on_disk(words, tmp_path):
    out, part = tmp_path / "table.json", tmp_path / "table.json.part"
    with one_processor():
        with study(*words, 0, "--out", out) as first:
            first.until(MEASURED)
            assert first.send(signal.SIGKILL) == -signal.SIGKILL
        lines = part.read_bytes().split(b"\n")[:-1]
        assert 1 <= len(lines) < 3 and not out.exists()
        kept = [json.loads(line) for line in lines]
        for number, one in enumerate(kept):  # what no run would find: so nobody can have trained it again
            one["unit"]["figures"]["mse"] = 0.5 + number
        part.write_text("".join(json.dumps(one) + "\n" for one in kept))
        with study(*words, 0, "--out", out) as second:
            table = second.result()
    assert f"{part} has {len(kept)} of 3 runs already." in second.told
    assert [row["mse"] >= 0.5 for row in table["rows"]] == [number < len(kept) for number in range(3)]
    assert json.loads(json.dumps(read(out).as_dict())) == table
    assert not part.exists()


def test_control_c_ends_in_words_without_a_process_left_and_keeps_what_was_measured(words, tmp_path):
    out, part = tmp_path / "table.json", tmp_path / "table.json.part"
    with study(*words, 0, "--out", out) as stopped:
        stopped.until(MEASURED)
        assert stopped.send(signal.SIGINT) == 130
    assert stopped.told.endswith(f"Stopped; the finished runs are in {part}. Run the same command again to continue.\n")
    assert "Traceback" not in stopped.told
    assert part.read_bytes().count(b"\n") >= 1 and not out.exists()
