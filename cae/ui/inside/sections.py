"""The sections of the Inside page: what each stage of a network makes of one picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cae.analysis.layers import REFINEMENT, Layer, layers
from cae.analysis.receptive_field import Rows, everything, receptive_fields
from cae.config import ModelConfig
from cae.images import levels, pixels
from cae.inference import network, on_thread
from cae.runs.run import Run
from cae.ui.inside import maps, notes
from cae.ui.inside.section import Section, View
from cae.ui.parts import palette
from cae.ui.parts.images import Picture, sheet, signed
from cae.ui.parts.text import number

if TYPE_CHECKING:
    from cae.analysis.activations import Activations
    from cae.model import ConvAutoencoder

__all__ = ["sections"]

CAPTIONED = 32  # numbers in a code that are still written under their squares


def sections(run: Run, digit: Picture) -> tuple[Section, ...]:
    """The picture, uint8 (S, S) or (S, S, 3), then each stage of the network in the order in which it passes them."""
    return on_thread(_sections, run, digit)


def _sections(run: Run, digit: Picture) -> tuple[Section, ...]:
    from cae.analysis.activations import activations

    model = network(run)
    seen = activations(model, pixels(digit[None])[0])
    return (_input(model.config, digit), *_encoder(model, seen), _code(model.config, seen), *_decoder(model, seen))


def _input(config: ModelConfig, digit: Picture) -> Section:
    shape = config.picture
    itself: Rows = tuple((row, row) for row in range(shape.side))  # the receptive field of a pixel
    colours = "each with red, green and blue from 0 to 1" if shape.channels == 3 else "0 is black, 1 is white"
    view = View("Pixels", digit[None], f"{shape.side**2} pixels: {colours}.", itself, 1.0)
    size = f"{shape.side}×{shape.side}"
    return Section("picture", "What the network sees", "1 picture", size, digit, 1.0, palette.ORIGINAL, (view,), ())


def _encoder(model: ConvAutoencoder, seen: Activations) -> Iterator[Section]:
    config, fields = model.config, receptive_fields(model.config).encoder
    for stage, (at, field) in enumerate(zip(seen.encoder, fields, strict=True)):
        white = maps.white_of(at.features)
        features = maps.grey(at.features, white)
        bits = config.switch_bits_by_stage[stage] if config.switch_bits else 0
        views = [View("Features", features, notes.features(features, white), field.before, white)]
        if at.switches is not None:
            windows = tuple(
                field.after[row // 2] if row // 2 < len(field.after) else None for row in range(features.shape[1])
            )
            where = maps.winners(at.features, at.switches)
            views.append(View("Switches", where, notes.switches(bits), windows))
            views.append(View("After pooling", maps.grey(at.pooled, white), notes.pooled(), field.after, white))
        if config.blocks:
            white = maps.white_of(at.result)
            after = maps.grey(at.result, white)
            views.append(View("After residual blocks", after, notes.blocks(config, after), field.result, white))
        views.append(_kernels("Filters", model, f"encoder.stages.{stage}.convolution", outputs=0))
        yield Section(
            f"encoder-{stage}",
            f"Encoder, stage {stage + 1}",
            notes.many_maps(len(features)),
            notes.size(features),
            maps.busiest(features),
            maps.share(features),
            palette.RECONSTRUCTION,
            tuple(views),
            _layers(config, "encoder", stage),
            bits,
        )


def _code(config: ModelConfig, seen: Activations) -> Section:
    section = _code_as_maps if config.code_size is None else _code_as_numbers
    return section(config, seen)


def _code_as_maps(config: ModelConfig, seen: Activations) -> Section:
    white = maps.white_of(seen.code)
    code = maps.grey(seen.code, white)
    view = View("The code", code, notes.code_as_maps(config), receptive_fields(config).encoder[-1].result, white)
    return Section(
        "code",
        "The code",
        notes.many_maps(len(code)),
        notes.size(code),
        maps.busiest(code),
        maps.share(code),
        palette.TRAINING,
        (view,),
        _layers(config, "code"),
    )


def _code_as_numbers(config: ModelConfig, seen: Activations) -> Section:
    values = seen.code.numpy()
    squares = signed(values / (float(np.abs(values).max()) or 1.0))[:, None, None]
    captions = tuple(map(number, values.tolist())) if len(values) <= CAPTIONED else ()
    white = maps.white_of(seen.spread)
    spread = maps.grey(seen.spread, white)
    whole = (everything(config),)
    face = sheet(squares, columns=maps.columns(len(squares)))
    count, size = notes.many_numbers(len(values)).split()
    return Section(
        "code",
        "The code",
        count,
        size,
        face,
        maps.share(face[None]),
        palette.TRAINING,
        (
            View("Numbers", squares, notes.code_as_numbers(config), whole, captions=captions),
            View("Maps made of them", spread, notes.spread(spread), whole * spread.shape[1], white),
        ),
        _layers(config, "code"),
    )


def _decoder(model: ConvAutoencoder, seen: Activations) -> Iterator[Section]:
    config, fields, last = model.config, receptive_fields(model.config).decoder, len(seen.decoder) - 1
    for place, (at, field) in enumerate(zip(seen.decoder, fields, strict=True)):
        stage, is_last = len(config.channels) - 1 - place, place == last
        refines = stage == REFINEMENT
        white = 1.0 if is_last else maps.white_of(at.maps)
        after = levels(at.maps[None]) if is_last else maps.grey(at.maps, white)
        if is_last:
            error = float((at.maps - seen.picture).square().mean())
            views = [View("What comes back", after, notes.reconstruction(error), field.result, white)]
        else:
            views = [View("Maps", after, notes.after_convolution(config, after), field.result, white)]
        if not refines and config.unpooling != "transpose":
            white = maps.white_of(at.unpooled)
            views.append(View("Unpooled", maps.grey(at.unpooled, white), notes.unpooled(config), field.before, white))
        module = "decoder.refine.0" if refines else f"decoder.stages.{place}.convolution"
        views.append(_kernels("Kernels", model, module, outputs=1))
        yield Section(
            "refinement" if refines else f"decoder-{stage}",
            f"Decoder, {'refinement' if refines else f'stage {stage + 1}'}" + (": what comes back" if is_last else ""),
            "1 picture" if is_last else notes.many_maps(len(after)),
            notes.size(after),
            maps.busiest(after),
            maps.share(after),
            palette.RECONSTRUCTION,
            tuple(views),
            _layers(config, "decoder", stage),
        )


def _kernels(name: str, model: ConvAutoencoder, module: str, *, outputs: int) -> View:
    """A convolution's weights; ``outputs`` is the axis of its tensor that counts the maps which it makes."""
    weights = model.get_parameter(f"{module}.weight").detach().movedim(outputs, 0).numpy()
    pictures, limit = maps.kernels(weights)
    return View(name, pictures, notes.kernels(weights.shape, limit))


def _layers(config: ModelConfig, part: str, stage: int | None = None) -> tuple[Layer, ...]:
    return tuple(one for one in layers(config) if one.part == part and stage in (None, one.stage))
