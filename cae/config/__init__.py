"""What can be chosen: two frozen dataclasses whose fields carry their own ranges, labels and explanations.

The sidebar's widgets, the command line's flags, the checkpoint's metadata and the page's address are all derived from
these fields. A bad value fails at construction: the ``ValueError`` names the field, the value and what is allowed.
"""

from cae.config.command_line import command, flag, flags
from cae.config.model_config import Activation, ModelConfig, Pooling, Unpooling
from cae.config.train_config import KINDS, LATER, WIDEST_BLUR, Corruption, TrainConfig, without_noise

__all__ = [
    "KINDS",
    "LATER",
    "WIDEST_BLUR",
    "Activation",
    "Corruption",
    "ModelConfig",
    "Pooling",
    "TrainConfig",
    "Unpooling",
    "command",
    "flag",
    "flags",
    "without_noise",
]
