"""The first thing that the server does: read the operator's settings, or end with a sentence."""

from __future__ import annotations

import logging
import os
import sys

from cae.environment import Environment, environment, unknown
from cae.log import start_log

__all__ = ["start"]

log = logging.getLogger(__name__)


def start() -> Environment:
    """The settings. Ends the process, with one sentence on standard error, if one of them has a bad value."""
    try:
        settings = environment()
    except ValueError as mistake:
        sys.exit(str(mistake))
    start_log(settings.log_level)
    for name in unknown(os.environ):
        log.warning("The environment variable %s is not a setting of this app.", name)
    return settings
