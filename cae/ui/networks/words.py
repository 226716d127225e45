"""A network in words: what it is, how it was trained, and its limits. All from its config and its run."""

from __future__ import annotations

from collections.abc import Iterator

from cae import registry
from cae.config import ModelConfig, TrainConfig
from cae.registry import is_drawn
from cae.runs.run import Run
from cae.ui.parts.damage import damage
from cae.ui.parts.text import duration

__all__ = ["ENDINGS", "about", "budget", "in_short", "limits", "of_drawings", "outcome", "training", "what"]

ENDINGS = {
    "": "unfinished",
    "complete": "complete",
    "stopped": "stopped",
    "out of time": "finished early",
    "diverged": "diverged",
}
TRAINED_ON = {
    "mnist": "the digits of MNIST only: white on black, upright, centred, fitted into 20×20 pixels",
    "fashion-mnist": "the clothes of Fashion-MNIST only: ten kinds, one item each, upright on black",
    "kmnist": "the characters of KMNIST only: ten kinds, white on black, upright",
    "emnist-letters": "the letters of EMNIST only: capital and small, white on black, upright, centred",
    "emnist-balanced": "the digits and letters of EMNIST only: white on black, upright, centred",
    "cifar-10": "the photos of CIFAR-10 only: ten kinds of animals and vehicles, small and in colour",
    "svhn": "the photos of SVHN only: digits of house numbers, in colour",
    "synthetic": "digits drawn by this program only, not on handwriting. They are white on black, upright, centred and "
    "fitted into 20×20 pixels",
}
OWN = "pictures of one person's own, which are not part of this app"


def what(config: TrainConfig) -> str:
    """What the network is, in one sentence, and one more for each way in which its training pictures were changed."""
    model, stages = config.model, len(config.model.channels)
    bits = model.switch_bits
    switches = f", helped by {bits:,} bits of switches (where each maximum was)" if bits else ""
    refined = ", and one more layer refines it" if model.refine else ""
    blocks = " Residual blocks after the stages correct their maps." * bool(model.blocks)
    warped = " Each training picture was bent a little, differently in every epoch." if config.warp else ""
    damaged = _damaged(config) if config.damages else ""
    kind = "variational convolutional" if model.variational else "convolutional"
    spread = f" A KL term of weight {model.beta:g} kept its codes close to a standard Gaussian." * model.variational
    return (
        f"A {kind} autoencoder: {stages} stage{'s' * (stages != 1)} squeeze{'s' * (stages == 1)} a picture of "
        f"{model.picture} into {model.code_numbers:,} number{'s' * (model.code_numbers != 1)}, and as "
        f"many redraw it from {'it' if model.code_numbers == 1 else 'them'}{switches}{refined}."
        f"{blocks}{spread}{warped}{damaged}"
    )


def _damaged(config: TrainConfig) -> str:
    kind = damage(config.corruption, config.strength, config.model.picture.side)
    return f" Each training picture was damaged ({kind}), and the network had to redraw the undamaged one."


def training(run: Run) -> str:
    """The data set, the number of pictures, the time, the device and the seed."""
    config = run.config
    epoch = run.steps_per_epoch * config.batch_size
    each = (
        f"{epoch:,} pictures of {registry.title(config.dataset)} in an epoch"
        if epoch
        else registry.title(config.dataset)
    )
    seen = f", {run.step * config.batch_size:,} in all" if run.step else ""
    return (
        f"It was trained on {each}{seen}. That took {duration(run.seconds)} on {run.device or 'an unknown device'}. "
        f"The seed was {config.seed}."
    )


def outcome(run: Run) -> str:
    """How the run ended."""
    after = f"after {run.step:,} of {run.steps:,} steps" if run.steps else f"after {run.step:,} steps"
    match run.ending:
        case "complete":
            return f"Complete: all {run.step:,} steps were taken." if run.step else "Complete."
        case "stopped":
            return f"Stopped {after}."
        case "out of time":
            return f"Finished early, {after}: the time limit was reached."
        case "diverged":
            return f"Diverged {after}: the losses grew instead of falling. The best network until then was kept."
    return "Unfinished."


def limits(run: Run) -> Iterator[str]:
    """The limits of the network, one at a time."""
    config, model = run.config, run.config.model
    yield f"It was trained on {TRAINED_ON.get(config.dataset, OWN)}. Its figures hold for such pictures only."
    yield "It was trained without labels: it cannot say what a picture shows."
    if not config.damages:
        yield "It was never trained on damaged pictures, so it was not taught to repair one."
    if model.switch_bits:
        yield "It cannot draw from its code alone: its decoder also needs the switches of the picture."
    if model.variational:
        yield "Its pictures are blurrier than those of the same network without the KL term: some of its code is noise."
    if model.code_numbers >= model.picture.values:
        numbers = f"it has {model.code_numbers:,} numbers, and a picture has {model.picture.values:,}"
        yield f"Its code is no bottleneck: {numbers}."
    if run.ending != "complete":
        yield "It was not trained to the end. With all of its steps it might do better."


def about(run: Run) -> str:
    """The network in one line, and how its run ended if it is not complete."""
    ending = "" if run.ending == "complete" else f", {ENDINGS[run.ending]}"
    return f"{in_short(run.config)}{ending}."


def in_short(config: TrainConfig) -> str:
    """The main settings: channels, code size, epochs and data set."""
    model = config.model
    layers = "–".join(map(str, model.channels))
    numbers = f"{model.code_numbers:,} number{'s' * (model.code_numbers != 1)} in the code"
    epochs = f"{config.epochs} epoch{'s' * (config.epochs != 1)}"
    return f"Channels {layers}, {numbers}. {epochs} of {registry.title(config.dataset)}"


def of_drawings(config: TrainConfig) -> str:
    """What a drawing is to a network that was trained on nothing that anybody draws; empty for others."""
    if is_drawn(config.dataset):
        return ""
    return (
        f"This network was trained on {TRAINED_ON.get(config.dataset, OWN)}. It has never met a drawing: it redraws "
        "yours from what it learnt there."
    )


def budget(model: ModelConfig) -> str:
    """The size of the code and the bits of switches that bypass it; shown with every figure of the network."""
    code = (
        f"The code is {model.code_numbers:,} number{'s' * (model.code_numbers != 1)}; the picture has {_size(model)}."
    )
    if not model.switch_bits:
        return f"{code} Nothing bypasses it."
    return (
        f"{code} {model.switch_bits:,} bits of pooling switches bypass it (the whole picture has "
        f"{model.picture.bits:,} bits), so a good figure here is not compression."
    )


def _size(model: ModelConfig) -> str:
    """The numbers in a picture: of a grey one, its pixels."""
    shape = model.picture
    if shape.channels == 1:
        return f"{shape.side**2:,} pixels"
    return f"{shape.side**2:,} pixels, each with {shape.channels} numbers"
