"""A network as a program: a flat list of operations with their weights, which the page's runtime computes."""
