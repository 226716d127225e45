"""The select box for a network, its card, and its description in words."""
