"""Data sets: names, files, synthetic digits and own pictures; augmentation and corruption of training pictures."""
