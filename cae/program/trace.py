"""The steps of a network, recorded while it reconstructs one picture: every layer of the model is known from this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode, resolve_name

from cae.model import ConvAutoencoder, convolve_and_pool, normalise, top_left, unpool_and_convolve
from cae.program.steps import Step, Steps

__all__ = ["trace"]

COMPOSITE = (convolve_and_pool, normalise, unpool_and_convolve)
WITHOUT_VALUES = (Tensor.dim, Tensor.shape.__get__, Tensor.device.__get__)  # type: ignore[attr-defined]
WINDOW = 2  # pixels: the side of a pooling window


def trace(model: ConvAutoencoder) -> Steps:
    """The model's steps for one picture, with running statistics in the batch norms.

    Raises ``ValueError`` for an operation that a program cannot have.
    """
    shape = model.config.picture
    picture = shape.channels, shape.side, shape.side
    given = torch.zeros(1, *picture)
    training = model.training
    try:
        with torch.inference_mode(), _Recorder(model.eval(), given) as recorder:
            code, switches = model.encode(given)
            encode = recorder.take()
            model.decode(code, switches)
            return Steps(picture, encode, recorder.take())
    finally:
        model.train(training)


class _Recorder(TorchFunctionMode):
    """Writes down every operation on ``value``, the one result so far. Others (on constants) are not recorded."""

    def __init__(self, model: ConvAutoencoder, value: Tensor) -> None:
        super().__init__()
        self.names = {id(tensor): name for name, tensor in model.state_dict(keep_vars=True).items()}
        self.value = value
        self.pools: list[Tensor] = []  # the places that each max-pool has returned
        self.steps: list[Step] = []
        self.results: list[Tensor] = []  # of these steps

    def take(self) -> tuple[Step, ...]:
        """The steps since the last call."""
        steps, self.steps, self.results = tuple(self.steps), [], []
        return steps

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function in COMPOSITE:
            with self:
                return function.__wrapped__(*args, **kwargs)
        result = function(*args, **kwargs)
        if function in WITHOUT_VALUES or not any(one is self.value for one in (*args, *kwargs.values())):
            return result
        if function not in _RECORDED:
            raise ValueError(f"{resolve_name(function)} cannot be part of a program.")
        self.value = result[0] if isinstance(result, tuple) else result
        self.steps.append(_RECORDED[function](self, result, *args, **kwargs))
        self.results.append(self.value)
        return result

    def step(self, kind: Any, result: Tensor, parameters: Mapping[str, Any] | None = None, **numbers: Any) -> Step:
        named = {role: self.names[id(tensor)] for role, tensor in (parameters or {}).items() if tensor is not None}
        return Step(kind, tuple(result.shape[1:]), named, numbers)


def _convolution(note: _Recorder, result: Tensor, maps: Tensor, weight: Tensor, bias: Any, *how: Any) -> Step:
    stride, padding, dilation, groups = how
    _require(tuple(dilation) == (1, 1) and groups == 1, "a convolution with dilation or groups")
    return note.step("convolution", result, {"weight": weight, "bias": bias}, **_square(stride, padding, weight))


def _transposed(note: _Recorder, result: Tensor, maps: Tensor, weight: Tensor, bias: Any, *how: Any) -> Step:
    stride, padding, _output_padding, groups, dilation = how  # the result's shape tells of the output padding
    _require(tuple(dilation) == (1, 1) and groups == 1, "a transposed convolution with dilation or groups")
    parameters = {"weight": weight, "bias": bias}
    return note.step("transposed convolution", result, parameters, **_square(stride, padding, weight))


def _square(stride: Any, padding: Any, weight: Tensor) -> dict[str, int]:
    even = stride[0] == stride[1] and padding[0] == padding[1] and weight.shape[2] == weight.shape[3]
    _require(even, "a convolution with unequal sides")
    return {"stride": int(stride[0]), "padding": int(padding[0])}


def _linear(note: _Recorder, result: Tensor, vector: Tensor, weight: Tensor, bias: Any = None) -> Step:
    return note.step("linear", result, {"weight": weight, "bias": bias})


def _batch_norm(note: _Recorder, result: Tensor, maps: Tensor, mean: Any, variance: Any, **rest: Any) -> Step:
    parameters = {"mean": mean, "variance": variance, "weight": rest["weight"], "bias": rest["bias"]}
    return note.step("batch norm", result, parameters, epsilon=rest["eps"])


def _max_pool(note: _Recorder, result: tuple[Tensor, Tensor], maps: Tensor, window: int, **rest: Any) -> Step:
    plain = window == WINDOW and rest["stride"] in (None, WINDOW) and rest["padding"] == 0 and rest["dilation"] == 1
    _require(plain and not rest["ceil_mode"], "a max-pool with other than 2×2 windows")
    pooled, places = result
    note.pools.append(places)
    return note.step("max-pool", pooled)


def _max_unpool(note: _Recorder, result: Tensor, maps: Tensor, places: Tensor, *_: Any, **__: Any) -> Step:
    pools = [number for number, one in enumerate(note.pools) if one is places]
    if not pools:
        _require(torch.equal(places, top_left(maps, result.shape[-1])), "a max-unpool with unknown places")
    return note.step("max-unpool", result, pool=pools[0] if pools else None)


def _add(note: _Recorder, result: Tensor, values: Tensor, changed: Any, *_: Any, **__: Any) -> Step:
    sources = [place for place, one in enumerate(note.results) if one is values]
    _require(bool(sources), "an addition of something else than an earlier result")
    return note.step("add", result, source=sources[-1])


def _plain(kind: str) -> Callable[..., Step]:
    return lambda note, result, *_, **__: note.step(kind, result)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"{what} cannot be part of a program.")


_RECORDED: dict[Any, Callable[..., Step]] = {
    F.conv2d: _convolution,
    F.conv_transpose2d: _transposed,
    F.linear: _linear,
    F.batch_norm: _batch_norm,
    F.max_pool2d_with_indices: _max_pool,
    F.max_unpool2d: _max_unpool,
    F.relu: _plain("relu"),
    F.silu: _plain("silu"),
    torch.sigmoid: _plain("sigmoid"),
    Tensor.add: _add,
    Tensor.flatten: _plain("flatten"),
    Tensor.unflatten: _plain("unflatten"),
}
