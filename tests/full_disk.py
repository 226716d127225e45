"""A disk without space, as far as one process and its children can see."""

from contextlib import contextmanager


@contextmanager
def files_no_larger_than(size):
    """Within the context, writing more than ``size`` bytes into a file fails, as on a full disk."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
