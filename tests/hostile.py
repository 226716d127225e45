"""Checkpoints that somebody has broken, forged or mistaken for one, made from a sound one.

``REFUSED``: name → a few words that the refusal has, and how to make the file. ``READ``: name → how to make one that
is odd but harmless. The sound file is that of a network with the code size 5, as ``tests.conftest`` trains it.
"""

import gzip
import io
import json
import pickle
import struct
import zipfile

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load, save

from tests.forgery import (
    as_text,
    claiming,
    curves,
    description,
    everywhere,
    header,
    parts,
    reconfigured,
    redescribed,
    replaced,
    retensored,
    retold,
    spoilt,
    whole,
)

__all__ = ["READ", "REFUSED", "SPRUNG", "Trap"]

SPRUNG = []
SQUEEZE = "encoder.squeeze.1.weight"
NORM = "encoder.stages.0.norm."


class Trap:
    """Whoever opens it as a pickle springs it."""

    def __reduce__(self):
        return exec, ("from tests.hostile import SPRUNG; SPRUNG.append(True)",)


def shifted(sound):
    """Every tensor begins 8 bytes later: a gap at the start."""
    told, body = parts(sound)
    for name in told.keys() - {"__metadata__"}:
        told[name]["data_offsets"] = [8 + place for place in told[name]["data_offsets"]]
    return whole(told, bytes(8) + body)


def overlapping(sound):
    """Two tensors of the same size share their bytes."""
    told, body = parts(sound)
    told[NORM + "bias"]["data_offsets"] = told[NORM + "weight"]["data_offsets"]
    return whole(told, body)


def bfloat(sound):
    told, body = parts(sound)
    return whole({**told, SQUEEZE: {**told[SQUEEZE], "dtype": "BF16"}}, body)


def packed(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zip_bomb(file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(60_000_000))


def deep(levels):
    return "[" * levels + "]" * levels


def flat(sound):
    return everywhere("running_var", 0)(sound)


# ---- no checkpoint at all

NOT_ONE = "does not begin like a safetensors file"

FOREIGN = {
    "empty": (NOT_ONE, lambda sound: b""),
    "one byte": (NOT_ONE, lambda sound: b"{"),
    "text": (NOT_ONE, lambda sound: b"This is no network.\n" * 100),
    "web page": (NOT_ONE, lambda sound: b"<!doctype html><title>404 Not Found</title>" * 50),
    "picture": (NOT_ONE, lambda sound: packed(lambda file: Image.new("L", (28, 28)).save(file, "PNG"))),
    "raw pickle": (NOT_ONE, lambda sound: pickle.dumps(Trap())),
    "pickled weights": (NOT_ONE, lambda sound: pickle.dumps({**load(sound), "trap": Trap()})),
    "torch's own file": (NOT_ONE, lambda sound: packed(lambda file: torch.save({"trap": Trap()}, file))),
    "torch's old file": (
        NOT_ONE,
        lambda sound: packed(lambda file: torch.save(Trap(), file, _use_new_zipfile_serialization=False)),
    ),
    "numpy's file": (NOT_ONE, lambda sound: packed(lambda file: np.savez(file, **load(sound)))),
    "numpy's pickle": (NOT_ONE, lambda sound: packed(lambda file: np.save(file, np.array(Trap()), allow_pickle=True))),
    "gzip": (NOT_ONE, gzip.compress),
    "zip bomb": (NOT_ONE, lambda sound: packed(zip_bomb)),
    "bytes all alike": (NOT_ONE, lambda sound: b"\xff" * 10_000),
    "foreign safetensors": ("no description", lambda sound: save(load(sound))),
    "foreign safetensors with metadata": ("no description", lambda sound: save(load(sound), {"format": "pt"})),
}

# ---- the file as a whole

SHAPE = {
    **{
        f"cut short after {tenth} tenths": (
            "cut short|begin",
            lambda sound, tenth=tenth: sound[: len(sound) * tenth // 10],
        )
        for tenth in range(1, 10)
    },
    "cut short by one byte": ("cut short", lambda sound: sound[:-1]),
    "cut short in the header": ("cut short", lambda sound: sound[:100]),
    "more behind": ("damaged", lambda sound: sound + b"and more"),
    "too large": ("larger than 40 MB", lambda sound: sound + bytes(40_000_000)),
    "header claims 100 MB": ("claims 100,000,000 bytes", lambda sound: struct.pack("<Q", 10**8) + sound[8:]),
    "header claims all there is": ("claims", lambda sound: struct.pack("<Q", 2**64 - 1) + sound[8:]),
    "header claims a little more": ("cut short", lambda sound: struct.pack("<Q", len(sound) - 7) + sound[8:]),
    "header of 100 MB of spaces": ("larger than 40 MB", header(lambda text: text + b" " * 10**8)),
    "header of 30 MB of spaces": ("claims 30,", header(lambda text: text + b" " * 30_000_000)),
    "header of nothing": ("begin", header(lambda text: b"")),
}

# ---- the header

UNREAD = "its header cannot be read"

HEADER = {
    "header is no JSON": (UNREAD, header(lambda text: b"{" * len(text))),
    "header breaks off": (UNREAD, header(lambda text: text[:-1])),
    "header is not UTF-8": (UNREAD, header(lambda text: text.replace(b"F32", b"\xff\xfe2", 1))),
    "header is UTF-16": (UNREAD, header(lambda text: text.decode().encode("utf-16-le"))),
    "header is too deep": (UNREAD, header(lambda text: b'{"a":' + deep(40_000).encode() + b"}")),
    "header of empty lists": ("too many parts", header(lambda text: b'{"a":[' + b"[]," * 3_900_000 + b"0]}")),
    "header of empty texts": ("too many parts", header(lambda text: b'{"a":[' + b'"ab",' * 2_300_000 + b"0]}")),
    "header of numbers": ("no description", header(lambda text: b'{"a":[' + b"999," * 2_900_000 + b"0]}")),
    "header of wide characters": (
        "no description",
        header(lambda text: b'{"a":"' + ("😀" * 2_900_000).encode() + b'"}'),
    ),
    "a tensor twice": (UNREAD, header(lambda text: text[:-1] + f', "{SQUEEZE}": {{}}}}'.encode())),
    "metadata twice": (UNREAD, header(lambda text: text[:-1] + b', "__metadata__": {}}')),
    "a number of 5,000 digits": (UNREAD, header(lambda text: text[:-1] + b', "a": ' + b"9" * 5000 + b"}")),
    "no number in the header": (UNREAD, header(lambda text: text[:-1] + b', "a": NaN}')),
    "metadata is a list": ("no description", lambda sound: whole({**parts(sound)[0], "__metadata__": []}, b"")),
    "metadata is a number": ("no description", lambda sound: whole({"__metadata__": {"cae": 3}}, b"")),
    **{
        f"description is {text[:20] or 'empty'}": ("no description", lambda sound, text=text: as_text(sound, text))
        for text in ("", "{", "null", "[]", "3", '"text"', deep(20_000), '{"steps": NaN}', '{"steps": -Infinity}')
    },
    "description says a thing twice": ("no description", replaced('{\\"format', '{\\"steps\\": 3, \\"format')),
    "description of millions of numbers": (
        "history.losses",
        lambda sound: redescribed(sound, history={"losses": [0] * 3_000_000, "held_out": [], "epochs": []}),
    ),
    "description of another format": ("format is cae-run-9", retold(format="cae-run-9")),
    "description of no format": ("format is none", retold(format=None)),
}

# ---- the tensors

TENSORS = {
    "overlapping tensors": ("damaged", overlapping),
    "a gap before the tensors": ("damaged", shifted),
    "offsets beyond the end": ("damaged", claiming(SQUEEZE, data_offsets=[0, 10**12])),
    "offsets below zero": ("damaged", claiming(SQUEEZE, data_offsets=[-8, 8])),
    "offsets reversed": ("damaged", claiming(SQUEEZE, data_offsets=[80, 0])),
    "offsets beyond 64 bits": ("damaged", claiming(SQUEEZE, data_offsets=[0, 2**70])),
    "offsets in words": ("damaged", claiming(SQUEEZE, data_offsets=["0", "8"])),
    "no offsets": ("damaged", claiming(SQUEEZE, data_offsets=None)),
    "a tensor that is a number": (SQUEEZE, lambda sound: whole({**parts(sound)[0], SQUEEZE: 3}, parts(sound)[1])),
    "a tensor without a type": (SQUEEZE, claiming(SQUEEZE, dtype=None)),
    "a tensor of an unknown type": (SQUEEZE, claiming(SQUEEZE, dtype="F\n" * 500)),
    "a tensor without a shape": (SQUEEZE, claiming(SQUEEZE, shape=None)),
    "a shape below zero": (SQUEEZE, claiming(SQUEEZE, shape=[-5, -294])),
    "a shape of millions": (SQUEEZE, claiming(SQUEEZE, shape=[1] * 1_000_000)),
    "a shape of fractions": ("damaged", replaced('"shape": [5, ', '"shape": [5.0, ')),
    "wrong shape": (SQUEEZE, spoilt(SQUEEZE, lambda one: one[:1])),
    "transposed": (SQUEEZE, spoilt(SQUEEZE, lambda one: one.T)),
    "F64": (SQUEEZE, spoilt(SQUEEZE, lambda one: one.astype(np.float64))),
    "F16 of a vector": (NORM + "weight", spoilt(NORM + "weight", lambda one: one.astype(np.float16))),
    "F16 with an infinite value": ("not numbers", spoilt(SQUEEZE, lambda one: np.full(one.shape, np.inf, np.float16))),
    "BF16": (SQUEEZE, bfloat),
    "I32": (SQUEEZE, spoilt(SQUEEZE, lambda one: one.astype(np.int32))),
    "a counter in fractions": (NORM, spoilt(NORM + "num_batches_tracked", lambda one: one.astype(np.float32))),
    "a counter below zero": (NORM, spoilt(NORM + "num_batches_tracked", lambda one: one * 0 - 1)),
    "not a number": ("not numbers", spoilt(SQUEEZE, lambda one: np.where(one == one.max(), np.nan, one))),
    "infinite": ("not numbers", spoilt(SQUEEZE, lambda one: np.where(one == one.max(), np.inf, one))),
    "infinite below zero": ("not numbers", spoilt(SQUEEZE, lambda one: np.where(one == one.max(), -np.inf, one))),
    "a variance below zero": (NORM + "running_var", spoilt(NORM + "running_var", lambda one: -one - 1)),
    "one weight of 1e38": ("overflow", spoilt(SQUEEZE, lambda one: np.where(one == one.max(), np.float32(1e38), one))),
    "all weights 1e9": ("overflow", everywhere("weight", 1e9)),
    "biases of 1e38": ("overflow", everywhere("bias", -1e38)),
    "means of 1e38": ("overflow", everywhere("running_mean", 3e38)),
    "no variance under large scales": ("overflow", lambda sound: everywhere("norm.weight", 1e30)(flat(sound))),
    "a tensor missing": (SQUEEZE, lambda sound: retensored(sound, **{SQUEEZE: None})),
    "a tensor too many": ("stowaway", lambda sound: retensored(sound, stowaway=np.zeros(3, np.float32))),
    "a tensor with a hostile name": (
        "do not fit",
        lambda sound: retensored(sound, **{"\x1b[2J\n" * 5000: np.zeros(3, np.float32)}),
    ),
    "no tensors": ("do not fit", lambda sound: save({}, {"cae": json.dumps(description(sound))})),
    "another network's tensors": ("do not fit|needs", reconfigured("model", channels=[4, 7])),
    "a network without a code": ("do not fit", reconfigured("model", code_size=None)),
}

# ---- the description

CONFIG = {
    "channels out of bounds": ("channels is", reconfigured("model", channels=[129])),
    "channels beyond all bounds": ("channels is", reconfigured("model", channels=[10**9] * 4)),
    "channels without end": ("channels is", reconfigured("model", channels=[1] * 500_000)),
    "channels are text": ("channels is", reconfigured("model", channels="16")),
    "channels in lists": ("channels is", reconfigured("model", channels=[[1]])),
    "channels too deep": ("channels is", reconfigured("model", channels=json.loads(deep(400)))),
    "channels true": ("channels is", reconfigured("model", channels=[True])),
    "code size out of bounds": ("code_size is", reconfigured("model", code_size=513)),
    "code size is text": ("code_size is", reconfigured("model", code_size="5")),
    "code size of 4,000 digits": ("code_size is", reconfigured("model", code_size=10**4000)),
    "an unpooling of its own": ("unpooling is", reconfigured("model", unpooling="magic\n\x1b[2J" * 100)),
    "an unknown field in the model": ("exactly the fields", reconfigured("model", extra=1)),
    "an unknown field": ("exactly the fields", reconfigured(extra=1)),
    "epochs out of bounds": ("epochs is", reconfigured(epochs=10**6)),
    "epochs are text": ("epochs is", reconfigured(epochs="3")),
    "epochs true": ("epochs is", reconfigured(epochs=True)),
    "a learning rate beyond numbers": ("learning_rate is", reconfigured(learning_rate=10**400)),
    "a learning rate that overflows": ("learning_rate is", replaced('rate\\": 0.008', 'rate\\": 8e999')),
    "a data set elsewhere": ("dataset is", reconfigured(dataset="../../etc/passwd")),
    "a data set in a list": ("dataset is", reconfigured(dataset=["mnist"])),
    "a model that is a list": ("exactly the fields", reconfigured(model=[])),
    "a seed that is a dictionary": ("seed is", reconfigured(seed={})),
    **{
        f"the config is {config!r}": ("exactly the fields", retold(config=config))
        for config in (None, [], "text", 3, {})
    },
}

STORY = {
    "no history": ("history is", retold(history=None)),
    "a history that is a list": ("history is", retold(history=[])),
    "half a history": ("history.held_out", retold(history={"losses": [0.1]})),
    "losses in words": ("history.losses", curves(losses=["0.1"])),
    "losses below zero": ("history.losses", curves(losses=[-0.1])),
    "losses beyond numbers": ("history.losses", curves(losses=[10**400])),
    "losses that are true": ("history.losses", curves(losses=[True])),
    "divergences beside some losses": ("history.kl", curves(kl=[0.1] * 7)),
    "divergences in words": ("history.kl", curves(kl=["0.1"] * 3)),
    "held-out divergences out of order": ("history.held_out_kl", curves(held_out_kl=[[3, 1.0], [3, 1.0]])),
    "losses under names": ("history.losses", curves(losses={"a": 1})),
    "pairs of three": ("history.held_out", curves(held_out=[[1, 2, 3]])),
    "pairs of one": ("history.held_out", curves(held_out=[1])),
    "pairs of text": ("history.held_out", curves(held_out=["ab"])),
    "steps in fractions": ("history.epochs", curves(epochs=[[1.5, 0.1]])),
    "steps below zero": ("history.epochs", curves(epochs=[[-1, 0.1]])),
    "steps that go back": ("history.held_out", curves(held_out=[[5, 0.1], [3, 0.1]])),
    "steps that stand still": ("history.held_out", curves(held_out=[[5, 0.1], [5, 0.1]])),
    "steps beyond all runs": ("history.held_out", curves(held_out=[[10**18, 0.1]])),
    "pairs without end": ("too many parts", curves(held_out=[[step, 0.1] for step in range(200_000)])),
    "fewer steps than none": ("steps is -1", retold(steps=-1)),
    "steps are text": ("steps is many", retold(steps="many")),
    "steps are true": ("steps is True", retold(steps=True)),
    "no steps per epoch": ("steps_per_epoch is", retold(steps_per_epoch=[])),
    "no time": ("seconds is none", retold(seconds=None)),
    "time below zero": ("seconds is -1", retold(seconds=-1.0)),
    "time that overflows": ("seconds is inf", replaced('seconds\\": ', 'seconds\\": 1e999, \\"was\\": ')),
    "speed in words": ("images_per_second is fast", retold(images_per_second="fast")),
    "a name that is a number": ("name is 3", retold(name=3)),
    "a device that is a list": ("device is", retold(device=["CPU"])),
    "a command of another program": ("command is rm -rf", retold(command="rm -rf ~")),
    "a command that never ends": ("command is", retold(command='python -m cae train --out "run')),
    "a command that is no text": ("command is", retold(command=["python"])),
    "no figures": ("figures is none", retold(figures=None)),
    "figures in a list": ("figures is", retold(figures=[1])),
    "figures of another data set": ("figures are of \\x1b", retold(figures={"\x1b[2J\n" * 99: {"mse": 1.0}})),
    "figures in words": ("mnist is good", retold(figures={"mnist": "good"})),
    "figures of another kind": ("figures hold fid", retold(figures={"mnist": {"fid": 1.0}})),
    "figures that are text": ("figures hold mse small", retold(figures={"mnist": {"mse": "small"}})),
    "figures in figures": ("figures hold mse", retold(figures={"mnist": {"mse": {"mse": 0.1}}})),
    "figures beyond numbers": ("figures hold mse", retold(figures={"mnist": {"mse": 10**400}})),
}

REFUSED = {**FOREIGN, **SHAPE, **HEADER, **TENSORS, **CONFIG, **STORY}

# ---- odd, but harmless

READ = {
    "as it is": lambda sound: sound,
    "spaces behind the header": header(lambda text: text + b" " * 1_000_000),
    "more metadata": lambda sound: whole(
        {**parts(sound)[0], "__metadata__": {**parts(sound)[0]["__metadata__"], "format": "pt"}}, parts(sound)[1]
    ),
    "an unknown word in the description": retold(mood="sunny"),
    "no versions": retold(versions=None),
    "another ending": retold(ending="\x1b[2J"),
    "an ending in a list": retold(ending=["complete"]),
    "an empty name": retold(name=" \n\t"),
    "a name with control characters": retold(name="\x1b[2J\x00\x07my\x9b run\x7f"),
    "a name on many lines": retold(name="my\nrun\r\nis\u2028long\x0b"),
    "a name with markup": retold(name="<script>alert(1)</script> [here](javascript:alert(1)) **$x$**"),
    "a name from right to left": retold(name="run\u202egnp.exe\u2066"),
    "a name with half a character": retold(name="run \ud83d"),
    "a very long name": retold(name="name " * 200_000),
    "a device on many lines": retold(device="CPU\n" * 1000),
    "a command with a second one": retold(command="python -m cae train --out a.safetensors\nrm -rf ~; reboot"),
    "a command in a command": retold(command='python -m cae train --out "$(reboot)`reboot`" && reboot'),
    "a figure that is not known": retold(figures={"mnist": {"mse": None}}),
    "no figures yet": retold(figures={}),
    "nothing learnt yet": curves(losses=[]),
    "weights of zero": everywhere("weight", 0),
    "no variance": flat,
    "large weights": everywhere("weight", 100),
    "biases of 1e20": everywhere("bias", 1e20),
}
