"""The Runs page: two runs side by side, and every run of the visitor."""
