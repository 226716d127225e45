"""The real worker, but with a run that meets a full GPU where its seed says so: started as a program of its own."""

import torch

from cae.jobs import worker
from cae.training.events import Preview
from cae.training.loop import train

FULL = 666  # the seed of a run that ends with the GPU's memory full
BROKEN = 667  # the seed of a run in which a library breaks


def faulty(config, *args, **options):
    for event in train(config, *args, **options):
        yield event
        if isinstance(event, Preview) and event.step and config.seed == FULL:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        if isinstance(event, Preview) and event.step and config.seed == BROKEN:
            raise RuntimeError("an internal error")


if __name__ == "__main__":
    worker.train = faulty
    worker.main()
