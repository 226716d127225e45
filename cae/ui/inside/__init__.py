"""The Inside page: one picture through every layer of a network."""
