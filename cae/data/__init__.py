"""Data sets: their names, their files, the synthetic digits, and what is done to pictures before a step."""
