"""The choice of a network, its card, and its description in words."""
