"""The connection of this process to a Ray cluster. The process should be one of its own: see ``connect``."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cae.environment import Environment

__all__ = ["connect", "fitting", "resources", "threads", "unreachable"]

REACHED = 3.0  # seconds in which the head node must accept a connection
# Ray tells nobody what it is used for; after so many seconds without the head node it ends this process.
RAY = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_gcs_rpc_server_reconnect_timeout_s": "15"}
NOT_INSTALLED = (
    "CAE_RAY_ADDRESS is set, but Ray is not installed: python -m pip install -r requirements-ray.txt installs it."
)


def connect(settings: Environment, code: Sequence[str] = ()) -> None:
    """Make this process a driver of the cluster ``settings.ray_address``.

    The nodes get the code of this package, and that of the packages in the folders ``code``.

    When the cluster is gone, Ray ends the whole process. So whoever must live on connects in a child process.

    Raises ``ConnectionError`` with a sentence if there is no such cluster.
    """
    if find_spec("ray") is None:
        raise ConnectionError(NOT_INSTALLED)
    address = settings.ray_address
    if address != "auto":
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), REACHED).close()
        except OSError:  # Ray itself would end the process instead of saying so
            raise ConnectionError(unreachable(address)) from None
    for name, value in RAY.items():
        os.environ.setdefault(name, value)  # Ray reads them when it is imported
    import ray

    package = Path(__file__).parents[2]
    try:
        ray.init(
            address,
            log_to_driver=False,
            configure_logging=False,
            runtime_env={"py_modules": [str(package), *code], "env_vars": _told(settings)},
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ConnectionError(unreachable(address)) from error


def unreachable(address: str) -> str:
    """The sentence that there is no cluster at this address."""
    return f"No Ray cluster answers at CAE_RAY_ADDRESS={address}."


def resources(settings: Environment) -> dict[str, Any]:
    """What one run asks of the cluster, as options of a Ray task or actor."""
    return {"num_cpus": settings.ray_cpus, "num_gpus": settings.ray_gpus}


def threads(asked: Mapping[str, float]) -> int:
    """Threads of a run that asks for these ``resources``."""
    return max(1, math.floor(asked["num_cpus"]))


def fitting(there: Mapping[str, float], asked: Mapping[str, float]) -> int:
    """How many runs that ask for these ``resources`` fit into ``there``, as Ray tells what there is."""
    names = {"CPU": asked["num_cpus"], "GPU": asked["num_gpus"]}
    return int(min(there.get(name, 0.0) / each for name, each in names.items() if each))


def _told(settings: Environment) -> dict[str, str]:
    """The settings that the nodes need. They have disks, devices and home folders of their own."""
    return {"CAE_LOG_LEVEL": settings.log_level} | ({} if settings.ray_gpus else {"CAE_DEVICE": "cpu"})
