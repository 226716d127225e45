"""Metrics, PCA, the measurement of a test set, and the study of code sizes and unpoolings."""
