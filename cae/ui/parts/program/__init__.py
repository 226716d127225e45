"""The network in the page: the browser computes it, as a program, while a hand moves."""
