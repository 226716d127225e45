"""What a test needs and a machine may lack: a reason to skip at a desk, a failure in continuous integration."""

import os

import pytest


def need(condition, reason):
    """Skip the test unless ``condition`` holds; where the environment variable CI is set, fail it."""
    if condition:
        return
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
