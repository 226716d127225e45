"""The real worker with faults: the seed of a run says that the GPU's memory gets full, or that a library breaks.

A program of its own, which is started again and again, so the synthetic data set is made of few digits, repeated.
"""

import torch

from cae.data import synthetic
from cae.jobs import trainer, worker
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


def repeated(count, seed, progress=None, draw=synthetic.digits):
    images, labels = draw(500, seed)
    times = -(-count // len(images))
    return images.repeat(times, 1, 1, 1)[:count], labels.repeat(times)[:count]


if __name__ == "__main__":
    synthetic.digits = repeated
    trainer.train = faulty
    worker.main()
