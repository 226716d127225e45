"""Networks as the browser gets them: what is sent, under which address."""

import gzip
import json

import numpy as np
import pytest

from cae.config import ModelConfig, TrainConfig
from cae.program.file import parse
from cae.program.trace import trace
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.ui.parts.content import CONTENT_ROUTE, KEPT
from cae.ui.parts.program.in_the_page import FOLDER, RUNTIME_ROUTE, STEPS, in_the_page, shipped_in_the_page
from tests.program.networks import SHIPPED
from tests.ui.asking import request
from tests.ui.visiting import network


def fetch(path):
    return request([CONTENT_ROUTE, RUNTIME_ROUTE], path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_network_is_the_same_before_torch_is_loaded(path):
    run = checkpoint.load(path)
    assert json.loads(STEPS.read_text()).get(path.stem) == json.loads(
        json.dumps(trace(checkpoint.build(run)).as_dict())
    )
    assert shipped_in_the_page(path.stem) == in_the_page(run)


def test_the_address_leads_to_the_network_compressed_and_to_be_kept():
    run = network("mine", channels=(2, 3), code_size=4, unpooling="transpose")
    address = in_the_page(run)["program"]
    for prefix in ("/", "/lab/cae/"):
        status, headers, body = fetch(prefix + address)
        assert status == 200
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]
        assert parse(gzip.decompress(body)).picture == (28, 28, 1)


def test_other_weights_have_another_address():
    one, other = (network("same", channels=(2,)) for _ in range(2))
    assert in_the_page(one) == in_the_page(one)
    assert in_the_page(one) != in_the_page(other)


def test_equal_networks_have_one_address():
    one = network("one", channels=(2,))
    other = Run(one.config, "other", {name: np.array(value) for name, value in one.weights.items()})
    assert in_the_page(one) == in_the_page(other)


@pytest.mark.parametrize(
    "large",
    [
        ModelConfig((128,), code_size=8, unpooling="transpose", dense=99),  # too many weights to be sent
        ModelConfig((128, 128), code_size=8, unpooling="fixed", refine=128),  # too many multiply-adds
    ],
)
def test_a_large_network_stays_on_the_server(large):
    assert in_the_page(Run(TrainConfig(large))) is None


def test_old_programs_are_dropped_and_made_again_when_they_are_asked_for():
    first = network("first", channels=(1,))
    address = in_the_page(first)["program"]
    for number in range(KEPT):
        in_the_page(network(f"another {number}", channels=(1,)))
    assert fetch(f"/{address}")[0] == 404
    assert in_the_page(first)["program"] == address
    assert fetch(f"/{address}")[0] == 200


def test_the_runtime_is_served_and_nothing_else():
    status, headers, body = fetch(f"/{FOLDER}/worker.js")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    assert b"runtime.js" in gzip.decompress(body)
    for name in ("in_the_page.py", "../in_the_page.py", "nothing.js", "nothing.safetensors"):
        assert fetch(f"/{FOLDER}/{name}")[0] == 404
