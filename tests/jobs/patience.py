"""Wait for another process by polling."""

import time

PATIENCE = 120  # seconds until a test gives up; nothing is expected to take as long


def until(condition):
    """Wait for the first true answer and give it back."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < deadline, "this never came true"
        time.sleep(0.02)
    return answer
