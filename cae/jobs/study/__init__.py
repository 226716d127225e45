"""The runs of a study in processes beside each other."""
