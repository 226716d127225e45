"""This project beside the standard loop, both measured in turn: ``python -m cae bench``."""
