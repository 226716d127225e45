"""What the operator of the app sets with environment variables: one frozen value, ``Environment``."""

from cae.environment.rules import Rules
from cae.environment.settings import DEVICES, MEGABYTE, Environment, environment, unknown, without_secrets
from cae.environment.variable import variables

__all__ = ["DEVICES", "MEGABYTE", "Environment", "Rules", "environment", "unknown", "variables", "without_secrets"]
