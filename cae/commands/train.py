"""``data`` and ``train``: get a data set, train a network and save it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cae.commands.measure import measured
from cae.commands.options import config_of, dataset_of, shape_given
from cae.commands.terminal import Bar, check_writable
from cae.config import command
from cae.half import rounded

if TYPE_CHECKING:
    from cae.data.datasets import Dataset
    from cae.runs.run import Run

__all__ = ["data", "train"]


def data(options: argparse.Namespace) -> dict[str, Any]:
    with Bar() as bar:
        dataset = dataset_of(options.dataset, shape_given(options.dataset, options), options.data_dir, bar)
    sizes = {split: len(getattr(dataset, split)) for split in ("train", "validation", "test")}
    return {"dataset": dataset.name, **sizes, "shape": str(dataset.shape), "classes": len(dataset.classes)}


def train(options: argparse.Namespace) -> dict[str, Any]:
    config = config_of(options)
    from cae.device import choose
    from cae.runs import checkpoint
    from cae.runs.run import Run
    from cae.training.events import Epoch, Finished, Step
    from cae.training.loop import train as steps

    compute = choose(options.device)
    check_writable(options.out)
    run = Run(config, name=options.name or options.out.stem, command=command(config, str(options.out)))
    message = ""
    try:
        with Bar() as bar:
            dataset = dataset_of(config.dataset, config.model.picture, options.data_dir, bar)
            for event in steps(config, dataset, compute=compute):
                run = run.after(event)
                match event:
                    case Step():
                        speed = f"{event.images_per_second:,.0f} images/s"
                        bar(event.step / run.steps, f"loss {event.loss:.4f}  {speed}")
                    case Epoch():
                        kl = "" if event.kl is None else f"  KL {event.kl:.2f} nats"
                        bar.line(f"epoch {event.epoch}/{config.epochs}  held-out MSE {event.held_out:.5f}{kl}")
                    case Finished():
                        message = event.message
    except KeyboardInterrupt:
        if not run.weights:
            raise
        checkpoint.save(replace(run, ending="stopped"), options.out)
        raise KeyboardInterrupt(f"Stopped; what the network had learnt is in {options.out}.") from None
    if run.ending == "diverged":
        if run.weights:
            checkpoint.save(run, options.out)
        raise ValueError(message)
    if options.exact_norms or options.half:
        run = _finished(run, dataset, options)
    checkpoint.save(run, options.out)
    if options.evaluate:
        run = replace(run, figures={config.dataset: measured(run, dataset, compute)})
        checkpoint.save(run, options.out)
    return {
        "out": str(options.out),
        "steps": run.step,
        "seconds": round(run.seconds, 2),
        "device": run.device,
        "train_loss": run.history.losses[-1],
        "held_out_mse": run.history.epochs[-1][1],
        **({"held_out_kl": run.history.held_out_kl[-1][1]} if config.model.variational else {}),
        **(run.figures.get(config.dataset) or {}),
    }


def _finished(run: Run, dataset: Dataset, options: argparse.Namespace) -> Run:
    """The run with what the flags say of its weights, which changes its last held-out MSE."""
    from cae.runs import checkpoint
    from cae.runs.run import EXACT_NORMS, HALF
    from cae.training.exact_norms import exact_norms
    from cae.training.loop import held_out

    weights, told = run.weights, run.command
    if options.exact_norms:
        weights, told = exact_norms(run.config, weights, dataset.train.images), f"{told} {EXACT_NORMS}"
    if options.half:
        weights, told = {name: rounded(values) for name, values in weights.items()}, f"{told} {HALF}"
    run = replace(run, weights=weights, command=told)
    error = held_out(checkpoint.build(run), dataset.validation.images).mse
    return replace(run, history=replace(run.history, epochs=(*run.history.epochs[:-1], (run.step, error))))
