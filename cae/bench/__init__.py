"""The benchmark of this project against the standard training loop: ``python -m cae bench``."""
