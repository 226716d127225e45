"""Messages arrive at the other end of the pipe unchanged, to the last bit."""

import io
import os
import threading
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from cae.config import TrainConfig
from cae.jobs import wire
from cae.jobs.messages import (
    VOCABULARY,
    Dismiss,
    Ended,
    FromWorker,
    Gone,
    Hire,
    Measure,
    Measured,
    Order,
    Pause,
    Paused,
    Places,
    Preparing,
    Ready,
    Refused,
    Resume,
    Share,
    Stop,
    Substituted,
    ToWorker,
    Unreachable,
)
from cae.training.events import Epoch, Finished, Preview, Started, Step

PICTURES = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
WEIGHTS = {
    "kernel": np.random.default_rng(1).standard_normal((4, 1, 3, 3)).astype(np.float32),
    "count": np.array(7, np.int64),
    "nothing": np.empty((0, 2), np.float32),
    "special": np.array([np.nan, np.inf, -0.0, 1e-45], np.float32),
}
MESSAGES = [
    Order(1, TrainConfig().as_dict(), PICTURES),
    Order(2, TrainConfig().as_dict(), PICTURES[:0]),
    Stop(3),
    Pause(3),
    Resume(3),
    Ready("CPU, 2 threads, float32"),
    Paused(3),
    Preparing(0.25, "Downloading train-images-idx3-ubyte.gz"),
    Substituted("synthetic", "Kein Netz – “nothing”\nfound."),
    Ended(4, "", stopped=True),
    Ended(4, "The memory is full.", stopped=False, retiring=True),
    Gone(),
    Hire(5),
    Dismiss(5),
    Places(8, 3),
    Unreachable("No Ray cluster answers at CAE_RAY_ADDRESS=auto."),
    ToWorker(5, Order(1, TrainConfig().as_dict(), PICTURES, own=(PICTURES, PICTURES[:1]))),
    FromWorker(5, Preview(0, 0.1, PICTURES, WEIGHTS)),
    Measure(TrainConfig().as_dict()),
    Share(0.25),
    Measured({"figures": {"mse": 1 / 3}, "kl": None, "device": "CPU"}),
    Refused("The data set is too small."),
    Started(860, 430, "CPU", PICTURES),
    Step(3, (0.1, 1 / 3, 5e-324), 0.5, 1234.5),
    Preview(0, 0.1, PICTURES[:, ::-1], WEIGHTS),
    Epoch(1, 430, 0.03, 0.02),
    Finished("diverged", "Training diverged.", 1.5),
]


def same(one, other):
    """Equal to the last bit, arrays and what holds them included."""
    if isinstance(one, (list, tuple)):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(same, one, other))
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return one == other


def test_every_kind_of_message_is_tried():
    assert {type(message) for message in MESSAGES} == set(VOCABULARY)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_arrives_as_it_was_sent(message):
    pipe = io.BytesIO()
    wire.send(pipe, message)
    pipe.seek(0)
    assert same(message, wire.receive(pipe))
    assert pipe.read() == b""


def test_an_order_still_holds_a_config():
    pipe = io.BytesIO()
    wire.send(pipe, MESSAGES[0])
    pipe.seek(0)
    assert TrainConfig.from_dict(wire.receive(pipe).config) == TrainConfig()


def test_many_messages_keep_their_order_through_a_real_pipe():
    reading, writing = os.pipe()

    def speak():
        with os.fdopen(writing, "wb") as stream:
            for message in MESSAGES * 20:
                wire.send(stream, message)

    speaker = threading.Thread(target=speak)
    speaker.start()
    with os.fdopen(reading, "rb") as stream:
        heard = [wire.receive(stream) for _ in MESSAGES * 20]
        with pytest.raises(EOFError):
            wire.receive(stream)
    speaker.join()
    assert all(map(same, MESSAGES * 20, heard))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.9, 0.999])
def test_a_message_broken_off_is_the_end(share):
    pipe = io.BytesIO()
    wire.send(pipe, MESSAGES[0])
    content = pipe.getvalue()
    with pytest.raises(EOFError):
        wire.receive(io.BytesIO(content[: int(len(content) * share)]))


def test_messages_for_a_process_that_has_ended_are_lost():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream:
        for message in MESSAGES:
            wire.send(stream, message)
