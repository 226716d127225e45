"""What a test needs and a machine may lack: the test is skipped, or fails in continuous integration."""

import os

import pytest


def need(condition, reason):
    """Skip the test unless ``condition`` holds; where the environment variable CI is set, fail it."""
    if condition:
        return
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
