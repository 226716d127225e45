"""Metrics, PCA, a whole test set measured, and the study of code sizes and unpoolings."""
