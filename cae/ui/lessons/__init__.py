"""The Lessons page: guided experiments on the app's own pages, each read from a file in ``assets/lessons``."""
