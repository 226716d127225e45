"""The Train page: buttons, status, and the curves and pictures of a run."""
