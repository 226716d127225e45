"""A training run as a value, its file, and comparisons of runs."""
