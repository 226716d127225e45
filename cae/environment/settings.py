"""Everything that an operator can set, with its defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cae.environment.rules import Rules
from cae.environment.variable import (
    PREFIX,
    Amount,
    Cluster,
    Count,
    Folder,
    OneOf,
    Origins,
    Secret,
    Switch,
    given,
    variable,
    variables,
)

__all__ = ["DEVICES", "MEGABYTE", "Environment", "environment", "unknown", "without_secrets"]

DEVICES = ("cuda", "mps", "cpu")  # of torch, the fastest first
LEVELS = ("debug", "info", "warning", "error")
MEGABYTE = 1_000_000  # bytes
MEGABYTES = Count(1_000_000, unit=" MB")


@dataclass(frozen=True)
class Environment:
    """The operator's settings; ``rules`` are those of the training service."""

    data_dir: Path = variable(Path("data"), "folder of the data sets", Folder())
    cache_dir: Path | None = variable(
        None, "folder of the compiled kernels; it must belong to the app's user alone", Folder()
    )
    device: str = variable("auto", "device to train on; `auto` is the fastest that there is", OneOf(("auto", *DEVICES)))
    threads: int | None = variable(None, "threads of a training run on a CPU", Count(256))
    uploads: bool = variable(True, "whether visitors can upload photos, pictures and networks", Switch())
    upload_mb: int = variable(200, "most of one upload of a visitor's own pictures, all files together", MEGABYTES)
    pictures_mb: int = variable(1_000, "memory for the own pictures of all visitors together", MEGABYTES)
    runs_each: int = variable(12, "finished runs kept per visitor", Count(1_000))
    runs_mb: int = variable(1_000, "memory for the finished runs of all visitors together", MEGABYTES)
    framed_by: tuple[str, ...] = variable(
        ("https://huggingface.co",), "other sites that may show the app in a frame", Origins()
    )
    log_level: str = variable("info", "least important messages in the log", OneOf(LEVELS))
    status_token: str = variable("", "password of the status page; without it, there is no such page", Secret())
    ray_address: str = variable("", "Ray cluster that trains; without it, this machine does", Cluster())
    ray_cpus: float = variable(1.0, "processors of the cluster for each run, and as many threads", Amount(0.5, 256))
    ray_gpus: float = variable(0.0, "GPUs of the cluster for each run; 0.25 is a quarter of one", Amount(0, 8))
    rules: Rules = Rules()

    @classmethod
    def read(cls, texts: Mapping[str, str]) -> Environment:
        """The settings that these variables give. Raises ``ValueError`` with a sentence about the first bad value."""
        own = {"cache_dir": _usual_cache(texts)} | given(cls, texts)
        return cls(**own, rules=Rules(**given(Rules, texts)))


def environment() -> Environment:
    """The settings of this process. Raises ``ValueError`` with a sentence; the start of the app has checked them."""
    return Environment.read(os.environ)


def unknown(texts: Mapping[str, str]) -> list[str]:
    """Names that look like a setting and are none: most likely a slip of the pen."""
    known = {name for config in (Environment, Rules) for name, _, _ in variables(config)}
    return sorted(name for name in texts if name.startswith(PREFIX) and name not in known)


def without_secrets(texts: Mapping[str, str]) -> dict[str, str]:
    """These variables for another process, which need not know the secrets."""
    secret = {name for name, _, about in variables(Environment) if isinstance(about.kind, Secret)}
    return {name: text for name, text in texts.items() if name not in secret}


def _usual_cache(texts: Mapping[str, str]) -> Path | None:
    """None for a user without a home."""
    home = texts.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser() if _has_home() else "")
    return Path(home) / "squeeze" if home else None


def _has_home() -> bool:
    return not os.path.expanduser("~").startswith("~")  # noqa: PTH111, Path's raises an error instead
