"""The log of a server: JSON objects on standard error, one a line, by Python's ``logging``."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

__all__ = ["JsonLine", "moment", "start_log"]


class JsonLine(logging.Formatter):
    """A record as one JSON object: time, level, logger, message, and its ``fields``, if the caller gave some."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line | getattr(record, "fields", {}))


def moment(seconds: float) -> str:
    """A time of ``time.time`` in ISO 8601, UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def start_log(level: str) -> None:
    """Let everything in ``cae`` from this level on be written. Called once, when a process starts."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine())
    log = logging.getLogger("cae")
    log.handlers = [handler]
    log.propagate = False  # Streamlit's own handlers would write it again
    log.setLevel(level.upper())
