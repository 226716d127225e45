"""A network in words: what it is, how its training went, and what it cannot do. Only what its config and run say."""

from __future__ import annotations

from collections.abc import Iterator

from cae.config import IMAGE_BITS, IMAGE_SIDE, ModelConfig, TrainConfig
from cae.data.names import TITLES
from cae.runs.run import Run
from cae.ui.parts.text import duration

__all__ = ["ENDINGS", "about", "budget", "in_short", "limits", "outcome", "training", "what"]

ENDINGS = {
    "": "unfinished",
    "complete": "complete",
    "stopped": "stopped",
    "out of time": "finished early",
    "diverged": "diverged",
}
PIXELS = IMAGE_SIDE**2
MET = {
    "mnist": "It has met MNIST's digits only: white on black, fitted into 20×20 pixels and centred, about upright.",
    "fashion-mnist": "It has met Fashion-MNIST's clothes only: ten kinds, each alone on black and upright.",
    "synthetic": "It has met drawn digits only, never a person's handwriting: white on black, fitted into 20×20 pixels "
    "and centred, about upright.",
}


def what(config: TrainConfig) -> str:
    """What the network is, in one sentence; one more for each thing that was done to the pictures it learnt from."""
    model, stages = config.model, len(config.model.channels)
    told = f", helped by {model.switch_bits:,} bits that say where the maxima were" if model.switch_bits else ""
    refined = ", and one more layer refines it" if model.refine else ""
    bent = " Each picture was bent a little, in another way whenever it was met." if config.warp else ""
    noise = " It was given pictures with noise, and had to draw them without." if config.noise else ""
    return (
        f"A convolutional autoencoder: {stages} stage{'s' * (stages != 1)} squeeze{'s' * (stages == 1)} a picture of "
        f"{IMAGE_SIDE}×{IMAGE_SIDE} pixels into {model.code_numbers:,} number{'s' * (model.code_numbers != 1)}, and as "
        f"many draw it again from {'it' if model.code_numbers == 1 else 'them'}{told}{refined}.{bent}{noise}"
    )


def training(run: Run) -> str:
    """On what it was trained, how much of it, for how long and on which device."""
    config = run.config
    epoch = run.steps_per_epoch * config.batch_size
    each = f"{epoch:,} pictures of {TITLES[config.dataset]} in an epoch" if epoch else TITLES[config.dataset]
    seen = f", {run.step * config.batch_size:,} in all" if run.step else ""
    return (
        f"It learnt from {each}{seen}. That took {duration(run.seconds)} on {run.device or 'an unknown device'}, "
        f"from seed {config.seed}."
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
            return f"Finished early, {after}: its time was up."
        case "diverged":
            return f"Diverged {after}: the losses grew instead of falling, and the best network until then was kept."
    return "Unfinished."


def limits(run: Run) -> Iterator[str]:
    """What the network cannot do, a sentence each."""
    config, model = run.config, run.config.model
    yield f"{MET[config.dataset]} Its figures say nothing of other pictures."
    yield "No label was ever shown to it: it cannot say what a picture is of."
    if not config.noise:
        yield "It has never met a damaged picture: it was not taught to repair one."
    if model.switch_bits:
        yield "It cannot draw from its code alone: its decoder needs the switches of the picture itself."
    if model.code_numbers >= PIXELS:
        yield f"Its code is no bottleneck: {model.code_numbers:,} numbers, for a picture of {PIXELS} pixels."
    if run.ending != "complete":
        yield "It did not learn to the end: with all of its steps it might do better."


def about(run: Run) -> str:
    """The network in one line, and whether it learnt to the end."""
    ending = "" if run.ending == "complete" else f", {ENDINGS[run.ending]}"
    return f"{in_short(run.config)}{ending}."


def in_short(config: TrainConfig) -> str:
    """The settings that say most: which network, on what and for how long."""
    model = config.model
    layers = "–".join(map(str, model.channels))
    numbers = f"{model.code_numbers:,} number{'s' * (model.code_numbers != 1)} in the code"
    epochs = f"{config.epochs} epoch{'s' * (config.epochs != 1)}"
    return f"Channels {layers}, {numbers}. {epochs} of {TITLES[config.dataset]}"


def budget(model: ModelConfig) -> str:
    """What passes through the code and what goes around it: belongs beside every figure of the network."""
    code = f"The code is {model.code_numbers:,} number{'s' * (model.code_numbers != 1)}; the image has 784 pixels."
    if not model.switch_bits:
        return f"{code} Nothing bypasses it."
    return (
        f"{code} {model.switch_bits:,} bits of pooling switches bypass it (the whole image has {IMAGE_BITS:,} bits), "
        "so a good figure here is not compression."
    )
