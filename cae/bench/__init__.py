"""This project against the loop of the tutorials, side by side in one run. ``python -m cae bench``."""
