"""The sentences that stand under the pictures of the Inside page."""

from __future__ import annotations

from cae.config import ModelConfig
from cae.ui.inside.maps import silent
from cae.ui.parts.images import Picture
from cae.ui.parts.text import number

__all__ = [
    "after_convolution",
    "blocks",
    "code_as_maps",
    "code_as_numbers",
    "features",
    "kernels",
    "many_maps",
    "many_numbers",
    "pooled",
    "reconstruction",
    "size",
    "spread",
    "switches",
    "unpooled",
]


def many_maps(count: int) -> str:
    """``1 map``, ``2 maps``."""
    return f"{count} map{'s' * (count != 1)}"


def many_numbers(count: int) -> str:
    """``1 number``, ``2 numbers``."""
    return f"{count:,} number{'s' * (count != 1)}"


def size(maps: Picture) -> str:
    """Height × width of one map in pixels."""
    return f"{maps.shape[1]}×{maps.shape[2]}"


def features(maps: Picture, white: float) -> str:
    return f"Bright where the filter's pattern was found. White means {number(white)}.{_dark(maps)}"


def switches(bits: int) -> str:
    told = (
        f"The decoder gets them: 2 bits a window, {bits:,} bits in all." if bits else "The decoder does not get them."
    )
    return f"Orange: where the maximum of each 2×2 window was; dim where it is not above zero. {told}"


def pooled() -> str:
    return "The maximum of each 2×2 window."


def blocks(config: ModelConfig, maps: Picture) -> str:
    count = "one residual block" if config.blocks == 1 else f"{config.blocks} residual blocks"
    return f"What {count} made of these maps, by adding corrections. The next stage gets them.{_dark(maps)}"


def code_as_maps(config: ModelConfig) -> str:
    maps = many_maps(config.channels[-1])
    return f"The last feature map is the code: {many_numbers(config.features)} in {maps}.{_bypass(config)}"


def code_as_numbers(config: ModelConfig) -> str:
    return (
        f"Everything that the code holds of this picture: {many_numbers(config.code_numbers)}. Orange is above zero, "
        f"blue below.{_bypass(config)}"
    )


def spread(maps: Picture) -> str:
    return f"The maps that the decoder makes of the code, before its first stage.{_dark(maps)}"


def unpooled(config: ModelConfig) -> str:
    if config.unpooling == "switches":
        return "Each value is put back where its maximum was; all other pixels are zero."
    return "Each value is put in the top left corner of its window; all other pixels are zero."


def after_convolution(config: ModelConfig, maps: Picture) -> str:
    activation = "ReLU" if config.activation == "relu" else "SiLU"
    layers = f"transposed convolution, batch norm and {activation}"
    return f"The maps after {layers}{', and residual blocks' * bool(config.blocks)}.{_dark(maps)}"


def reconstruction(error: float) -> str:
    return f"The reconstruction. Its MSE to the input is {number(error)}."


def kernels(shape: tuple[int, ...], limit: float) -> str:
    """For weights of the shape (outputs, inputs, K, K), of which ``limit`` has the full colour."""
    outputs, inputs, height, width = shape
    of_what = "each map" if outputs > 1 else "the picture"
    what = f"{height}×{width} weights"
    many = f"{inputs} kernels of {what}, one for each map before" if inputs > 1 else f"one kernel of {what}"
    return f"For {of_what}, {many}. Orange is above zero, blue below; the full colour means {number(limit)} or more."


def _bypass(config: ModelConfig) -> str:
    return " The switches bypass it." if config.switch_bits else " Nothing bypasses it."


def _dark(maps: Picture) -> str:
    count = silent(maps)
    return f" {count} of the {many_maps(len(maps))} stay dark for this picture." if count else ""
