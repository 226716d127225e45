"""A network cut open for one picture: the sections of the Inside page, as pictures and words.

A section is a place that the picture passes: the picture itself, each encoder stage, the code, each decoder stage. It
can be looked at in several ways, and each such view is a set of small pictures of one size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cae.analysis.layers import REFINEMENT, Layer, layers
from cae.analysis.receptive_field import EVERYTHING, Rows, receptive_fields
from cae.config import IMAGE_SIDE, ModelConfig
from cae.inference import network, on_thread, pixels
from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.images import Picture, data_url, sheet, signed
from cae.ui.parts.text import number

if TYPE_CHECKING:
    from torch import Tensor

    from cae.analysis.activations import Activations
    from cae.model import ConvAutoencoder

__all__ = ["Section", "View", "sections"]

CAPTIONED = 32  # numbers in a code that are still written under their squares
FULL = 0.98  # of the weights are paler than the full colour: a few large ones would darken all others
ORANGE = np.array([255, 176, 32], np.float64)  # of a switch, bright enough for a black ground


@dataclass(frozen=True, eq=False)
class View:
    """Small pictures (N, H, W) or (N, H, W, 3), one for each map.

    ``rows`` says what a unit in each row sees, where the pixels are units; ``white`` is the value of a white one.
    """

    name: str
    pictures: Picture
    note: str
    rows: Rows | None = None
    white: float | None = None
    captions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the browser; the pictures lie side by side in one."""
        count, height, width = self.pictures.shape[:3]
        told = {name: getattr(self, name) for name in ("name", "note", "rows", "white", "captions")}
        sprite = data_url(sheet(self.pictures, columns=count))
        return {**told, "sprite": sprite, "count": count, "height": height, "width": width}


@dataclass(frozen=True, eq=False)
class Section:
    """``count`` things of ``size`` each; ``face`` stands for them in the row. ``around`` are bits that leave here."""

    key: str
    title: str
    count: str
    size: str
    face: Picture
    share: float  # how large to draw it, where 1 is the picture
    tone: str
    views: tuple[View, ...]
    layers: tuple[Layer, ...]
    around: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the browser."""
        told = {name: getattr(self, name) for name in ("key", "title", "count", "size", "share", "tone", "around")}
        height, width = self.face.shape[:2]
        face = {"sprite": data_url(self.face), "height": height, "width": width}
        return {
            **told,
            "face": face,
            "views": [view.as_dict() for view in self.views],
            "layers": [asdict(layer) for layer in self.layers],
        }


def sections(run: Run, digit: Picture) -> tuple[Section, ...]:
    """What happens to the digit, uint8 (28, 28), in the run's network, place by place."""
    return on_thread(_sections, run, digit)


def _sections(run: Run, digit: Picture) -> tuple[Section, ...]:
    from cae.analysis.activations import activations

    model = network(run)
    seen = activations(model, pixels(digit[None])[0])
    return (_picture(digit), *_encoder(model, seen), _code(model.config, seen), *_decoder(model, seen))


def _picture(digit: Picture) -> Section:
    view = View("Pixels", digit[None], "784 pixels: 0 is black, 1 is white.", sight_of_pixels(), 1.0)
    size = f"{IMAGE_SIDE}×{IMAGE_SIDE}"
    return Section("picture", "What the network sees", "1 picture", size, digit, 1.0, palette.ORIGINAL, (view,), ())


def sight_of_pixels() -> Rows:
    """A pixel sees itself."""
    return tuple((row, row) for row in range(IMAGE_SIDE))


def _encoder(model: ConvAutoencoder, seen: Activations) -> Iterator[Section]:
    config, fields = model.config, receptive_fields(model.config).encoder
    for stage, (maps, field) in enumerate(zip(seen.encoder, fields, strict=True)):
        white = _top(maps.features)
        features, pooled = _grey(maps.features, white), _grey(maps.pooled, white)
        found = f"Bright: here the map's filter found its pattern. White is {number(white)}.{_silent(features)}"
        views = [View("Features", features, found, field.before, white)]
        bits = config.switch_bits_by_stage[stage] if config.switch_bits else 0
        if maps.switches is not None:
            told = f"The decoder is told: 2 bits a window, {bits:,} in all." if bits else "The decoder is not told."
            winners = f"Orange: which of every four neighbours is the largest; dim where none is above zero. {told}"
            windows = tuple(
                field.after[row // 2] if row // 2 < len(field.after) else None for row in range(features.shape[1])
            )
            views.append(View("Switches", _winners(maps.features, maps.switches), winners, windows))
            largest = "The largest of every four neighbours."
            views.append(View("After pooling", pooled, largest, field.after, white))
        views.append(_weights("Filters", model, f"encoder.stages.{stage}.convolution", 0))
        yield Section(
            f"encoder-{stage}",
            f"Encoder, stage {stage + 1}",
            _maps(len(features)),
            _size(features),
            _busiest(features),
            _share(features),
            palette.RECONSTRUCTION,
            tuple(views),
            _layers(config, "encoder", stage),
            bits,
        )


def _code(config: ModelConfig, seen: Activations) -> Section:
    aside = " The switches go around it." if config.switch_bits else " Nothing goes around it."
    views: tuple[View, ...]
    if config.code_size is None:
        maps = _grey(seen.code, _top(seen.code))
        note = f"The last feature map is the code: {config.features:,} numbers, {_maps(len(maps))}.{aside}"
        view = View("The code", maps, note, receptive_fields(config).encoder[-1].after, _top(seen.code))
        views, face, count, size, share = (view,), _busiest(maps), _maps(len(maps)), _size(maps), _share(maps)
    else:
        values = seen.code.numpy()
        limit = float(np.abs(values).max()) or 1.0
        squares = signed(values / limit)[:, None, None]
        captions = tuple(map(number, values.tolist())) if len(values) <= CAPTIONED else ()
        many = f"{len(values):,} number{'s' * (len(values) != 1)}"
        note = f"All that the code holds of the digit: {many}. Orange is above zero, blue below.{aside}"
        spread = _grey(seen.spread, _top(seen.spread))
        made = f"What the decoder makes of the code, before its first stage.{_silent(spread)}"
        whole = (EVERYTHING,)
        views = (
            View("Numbers", squares, note, whole, captions=captions),
            View("Maps made of them", spread, made, whole * spread.shape[1], _top(seen.spread)),
        )
        face = sheet(squares, columns=_columns(len(squares)))
        count, size, share = f"{len(values):,}", "number" + "s" * (len(values) != 1), _share(face[None])
    return Section("code", "The code", count, size, face, share, palette.TRAINING, views, _layers(config, "code"))


def _decoder(model: ConvAutoencoder, seen: Activations) -> Iterator[Section]:
    config, fields, last = model.config, receptive_fields(model.config).decoder, len(seen.decoder) - 1
    for place, (maps, field) in enumerate(zip(seen.decoder, fields, strict=True)):
        stage, views = len(config.channels) - 1 - place, []
        if stage != REFINEMENT and config.unpooling != "transpose":
            white = _top(maps.unpooled)
            unpooled = _grey(maps.unpooled, white)
            note = (
                "Every value returns to the place that its switch names; the rest is zero."
                if config.unpooling == "switches"
                else "Every value goes to the top left of its window; the rest is zero."
            )
            views.append(View("Unpooled", unpooled, note, field.before, white))
        white = 1.0 if place == last else _top(maps.maps)
        after = _grey(maps.maps, white)
        error = float((maps.maps - seen.picture).square().mean()) if place == last else 0.0
        note = (
            f"The reconstruction: its MSE to the picture is {number(error)}."
            if place == last
            else _stamped(config, after)
        )
        views.insert(0, View("What comes back" if place == last else "Maps", after, note, field.after, white))
        module = "decoder.refine.0" if stage == REFINEMENT else f"decoder.stages.{place}.convolution"
        views.append(_weights("Stamps", model, module, 1))
        name = "refinement" if stage == REFINEMENT else f"stage {stage + 1}"
        yield Section(
            "refinement" if stage == REFINEMENT else f"decoder-{stage}",
            f"Decoder, {name}" + (": what comes back" if place == last else ""),
            "1 picture" if place == last else _maps(len(after)),
            _size(after),
            _busiest(after),
            _share(after),
            palette.RECONSTRUCTION,
            tuple(views),
            _layers(config, "decoder", stage),
        )


def _stamped(config: ModelConfig, maps: Picture) -> str:
    bent = "ReLU" if config.activation == "relu" else "SiLU"
    return f"What the stamps of the maps before add up to, after norm and {bent}.{_silent(maps)}"


def _weights(name: str, model: ConvAutoencoder, module: str, outputs: int) -> View:
    """A convolution's weights; ``outputs`` is the axis of its tensor that counts the maps which it makes."""
    weights = model.get_parameter(f"{module}.weight").detach().movedim(outputs, 0).numpy()
    made, given = weights.shape[:2]
    limit = float(np.quantile(np.abs(weights), FULL)) or 1.0
    tiles = signed(weights / limit)
    cells = np.stack([sheet(tile, columns=_columns(given), gap=1 if given > 1 else 0) for tile in tiles])
    kind, size = name.lower()[:-1], f"{weights.shape[2]}×{weights.shape[3]}"
    whose = "each map" if made > 1 else "the picture"
    many = f"{given} {kind}s of {size} weights, one for each map before" if given > 1 else f"a {kind} of {size} weights"
    colours = f"Orange is above zero, blue below, the full colour {number(limit)} or more."
    return View(name, cells, f"For {whose}, {many}. {colours}")


def _top(maps: Tensor) -> float:
    """The value to show as white: the largest, or 1 where none is above zero."""
    largest = float(maps.max())
    return largest if largest > 0 else 1.0


def _grey(maps: Tensor, white: float) -> Picture:
    """Float (C, S, S) → uint8; black is 0, or below."""
    return _bytes((maps.numpy() / white).clip(0, 1) * 255)


def _winners(features: Tensor, switches: Tensor) -> Picture:
    """The features dimmed, (C, S, S) → (C, S, S, 3), with the winner of every window in orange."""
    import torch

    ground = _grey(features, _top(features)) // 2
    flat = features.flatten(1)
    places = switches.flatten(1)
    alive = (flat.gather(1, places) > 0).numpy()
    painted = np.repeat(ground.reshape(len(ground), -1, 1), 3, axis=2)
    strength = torch.zeros_like(flat).scatter_(1, places, torch.from_numpy(np.where(alive, 1.0, 0.35)).float()).numpy()
    colours = np.where(strength[..., None] > 0, strength[..., None] * ORANGE, painted)
    return _bytes(colours).reshape(*ground.shape, 3)


def _bytes(values: NDArray[np.floating[Any]]) -> Picture:
    rounded: Picture = np.rint(values).astype(np.uint8)
    return rounded


def _busiest(maps: Picture) -> Picture:
    """The map with the most contrast, to stand for the others; a map's edge often has some of its own."""
    edge = maps.shape[1] // 5
    contrasts = maps[:, edge : maps.shape[1] - edge, edge : maps.shape[2] - edge].std(axis=(1, 2))
    busiest: Picture = maps[int(contrasts.argmax())]
    return busiest


def _silent(maps: Picture) -> str:
    silent = int((maps.reshape(len(maps), -1).max(axis=1) == 0).sum())
    return f" {silent} of the {_maps(len(maps))} stay dark for this picture." if silent else ""


def _layers(config: ModelConfig, part: str, stage: int | None = None) -> tuple[Layer, ...]:
    return tuple(one for one in layers(config) if one.part == part and stage in (None, one.stage))


def _columns(count: int) -> int:
    return int(np.ceil(np.sqrt(count)))


def _maps(count: int) -> str:
    return f"{count} map{'s' * (count != 1)}"


def _size(maps: Picture) -> str:
    return f"{maps.shape[1]}×{maps.shape[2]}"


def _share(maps: Picture) -> float:
    """Drawn by the root of its side: a map of one pixel must still be seen."""
    return float(np.sqrt(min(maps.shape[1], IMAGE_SIDE) / IMAGE_SIDE))
