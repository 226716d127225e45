"""The training loop and the events that it yields."""
