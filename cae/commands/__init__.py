"""The commands of the command line: each takes its options and returns its result as plain values.

A user's mistake raises ``ValueError`` or ``OSError`` with a sentence. Progress goes to standard error. Only commands
that need torch import it, so that ``--help`` answers at once.
"""

from cae.commands.export import export
from cae.commands.latent import latent
from cae.commands.measure import bench, evaluate, study
from cae.commands.options import config_of
from cae.commands.outliers import outliers
from cae.commands.pictures import program, reconstruct
from cae.commands.repair import repair
from cae.commands.train import data, train

__all__ = [
    "bench",
    "config_of",
    "data",
    "evaluate",
    "export",
    "latent",
    "outliers",
    "program",
    "reconstruct",
    "repair",
    "study",
    "train",
]
