"""``outliers``: how well each score of a network finds pictures that do not belong to its data set."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cae.commands.options import dataset_of, networks, shape_of
from cae.commands.terminal import Bar
from cae.registry import Shape

if TYPE_CHECKING:
    from torch import Tensor

    from cae.analysis.doubt import Doubt
    from cae.runs.run import Run

__all__ = ["outliers"]

ALARMS = [round((step / 40) ** 2, 6) for step in range(41)]  # shares of false alarms; denser where there are few
CLOTHES = "fashion-mnist"


def outliers(options: argparse.Namespace) -> dict[str, Any]:
    import torch

    from cae.analysis.doubt import Doubt
    from cae.data.outliers import OF_ANY_SHAPE, OUTLIERS
    from cae.data.outliers import outliers as made
    from cae.evaluation.roc import auroc, found_at
    from cae.files import write_whole
    from cae.runs import checkpoint

    runs = networks(options.checkpoints)
    name = options.dataset or next(iter(runs.values())).config.dataset
    out = options.out
    if out and out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; --out needs the name of a folder.")
    rows = []
    with Bar() as bar:
        digits = dataset_of(name, shape_of(runs), options.data_dir, bar)
        kinds = OUTLIERS if digits.shape == Shape() else OF_ANY_SHAPE
        clothes = dataset_of(CLOTHES, Shape(), options.data_dir, bar).test.images if "clothes" in kinds else None
        if out:
            out.mkdir(parents=True, exist_ok=True)
        sets = {kind: made(kind, digits.test.images, clothes, options.seed) for kind in kinds}
        for done, (title, run) in enumerate(runs.items()):
            model = checkpoint.build(run)

            def report(share: float, done: int = done, title: str = title) -> None:
                bar((done + share) / len(runs), title)

            doubt = Doubt.fit(model, digits.train.images, digits.validation.images, lambda share: report(share / 2))
            usual = doubt.scores(model, digits.test.images)
            for number, (kind, images) in enumerate(sets.items()):
                report((1 + number / len(sets)) / 2)
                for score, values in doubt.scores(model, images).items():
                    found = found_at(usual[score], values, torch.tensor(ALARMS)).tolist()
                    figures = {"auroc": auroc(usual[score], values), "found": [round(one, 4) for one in found]}
                    rows.append({"network": title, "score": score, "outliers": kind, **figures})
            if out:
                write_whole(out / f"{title}.safetensors", _profile(run, doubt, usual))
    told = {"dataset": name, "images": len(digits.test), "seed": options.seed, "alarms": ALARMS, "rows": rows}
    if out:
        write_whole(out / "outliers.json", json.dumps(told, indent=0).encode())
    return told


def _profile(run: Run, doubt: Doubt, usual: dict[str, Tensor]) -> bytes:
    """The scores' parameters and the quantiles of the test pictures' scores, for the app."""
    from safetensors.torch import save

    from cae.analysis.doubt import quantiles

    ends = {f"quantiles {name}": values for name, values in quantiles(usual).items()}
    tensors = {name: value.contiguous() for name, value in {**doubt.tensors(), **ends}.items()}
    return save(tensors, {"network": run.digest})
