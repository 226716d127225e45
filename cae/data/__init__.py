"""Data sets: names, files and synthetic digits; augmentation and corruption of training pictures."""
