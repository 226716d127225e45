"""The value that a run leaves, and its file."""
