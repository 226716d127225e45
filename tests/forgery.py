"""Forge checkpoints: change something in a sound file and write it again.

The functions named by a participle (``spoilt``, ``claiming``, …) return a function: sound file → forged file.
"""

import json
import struct

import numpy as np
from safetensors.numpy import load, save


def parts(sound):
    """The header as plain values, and the bytes of the tensors."""
    size = int.from_bytes(sound[:8], "little")
    return json.loads(sound[8 : 8 + size]), sound[8 + size :]


def whole(header, body):
    """A file of these parts; a header that is not bytes is written as JSON."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def description(content):
    return json.loads(parts(content)[0]["__metadata__"]["cae"])


def as_text(sound, text):
    """The same tensors, with this text in place of the description."""
    header, body = parts(sound)
    return whole({**header, "__metadata__": {"cae": text}}, body)


def redescribed(sound, **changes):
    return as_text(sound, json.dumps({**description(sound), **changes}))


def retensored(sound, **changes):
    """The same description, with other tensors; None takes one away."""
    tensors = {name: value for name, value in {**load(sound), **changes}.items() if value is not None}
    return save(tensors, {"cae": json.dumps(description(sound))})


def spoilt(name, change):
    """Makes a file in which ``change`` has been done to one tensor."""
    return lambda sound: retensored(sound, **{name: np.ascontiguousarray(change(load(sound)[name]))})


def claiming(name, **claims):
    """Makes a file whose header tells something else of one tensor; None takes a claim away."""

    def make(sound):
        header, body = parts(sound)
        told = {key: value for key, value in {**header[name], **claims}.items() if value is not None}
        return whole({**header, name: told}, body)

    return make


def reconfigured(part=None, **changes):
    def make(sound):
        config = description(sound)["config"]
        (config[part] if part else config).update(changes)
        return redescribed(sound, config=config)

    return make


def retold(**changes):
    return lambda sound: redescribed(sound, **changes)


def curves(**changes):
    return lambda sound: redescribed(sound, history={"losses": [0.1], "held_out": [], "epochs": [], **changes})


def replaced(old, new):
    """Makes a file in whose header one text stands for another."""

    def make(sound):
        header, body = parts(sound)
        text = json.dumps(header)
        assert old in text
        return whole(text.replace(old, new, 1).encode(), body)

    return make


def header(make):
    """Makes a file with another header before the same tensors."""
    return lambda sound: whole(make(json.dumps(parts(sound)[0]).encode()), parts(sound)[1])


def everywhere(kind, number):
    """Makes a file in which every tensor whose name ends so has this value throughout."""

    def make(sound):
        changed = {name: np.full_like(value, number) for name, value in load(sound).items() if name.endswith(kind)}
        return retensored(sound, **changed)

    return make
