"""Inside a network: activations, receptive fields, its layers, and what code and switches each carry."""
