"""The notebook that trains a run again in plain PyTorch: the cells say what this run did, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from cae.config import TrainConfig
from cae.data.augmentation import warp
from cae.data.corruption import DAMAGES
from cae.engine.muon import Muon
from cae.engine.plain import SMALLEST_CYCLE
from cae.export.excerpt import excerpt
from cae.export.goal import TOLERANCE, Goal, goal
from cae.export.layers import Layers
from cae.export.notebook import Cell, code, notebook, text
from cae.export.pictures import pictures
from cae.runs.run import EXACT_NORMS, Run
from cae.training.exact_norms import PART
from cae.training.loop import EVALUATION_BATCH

__all__ = ["to_notebook"]

SHOWN = 10  # pictures in the last cell


def to_notebook(run: Run, layers: Layers) -> bytes:
    """The file ``network.ipynb``. It needs ``network.py`` beside it."""
    return notebook(_cells(run, goal(run), len(layers.used_pools)))


def _cells(run: Run, aim: Goal, switches: int) -> Iterator[Cell]:
    config = run.config
    yield text(f"""
# Train this network again

This notebook trains the network in `network.py` from the beginning, with the settings of the run that made
`weights.safetensors`. It is plain PyTorch, and needs `pip install torch torchvision safetensors pillow`.

{_aim(aim)}
""")
    yield code("""
from itertools import islice

import torch
from torch.nn import functional as F

from network import Network

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
""")
    yield from pictures(config.dataset, config.model.picture)
    if config.warp:
        yield text(f"""
## New pictures from old

Each training picture is distorted in a new random way every time, with a standard deviation of up to {config.warp:g}
pixels. So a long training overfits less.
""")
        yield code(excerpt(warp))
    if config.damages:
        yield text(f"""
## Damage

The network sees damaged pictures, and learns to redraw them as they were. The damage is `{config.corruption}` with a
strength of {config.strength:g}.
""")
        yield code(excerpt(DAMAGES[config.corruption]))
    if config.optimizer == "muon":
        yield text("""
## Muon

Muon takes the steps of the convolutions' kernels, and Adam all others (Jordan et al., 2024).
""")
        yield code(excerpt(Muon, Adam="torch.optim.Adam"))
    yield from _training(run, aim, switches)
    yield from _result(run, aim)


def _aim(aim: Goal) -> str:
    if aim.error is None:
        return "The file of the run has no curve, so this notebook cannot be compared with it."
    which = f"the first {aim.pictures} validation pictures" if aim.pictures else "the validation pictures"
    return f"""
The run's mean squared error (MSE) was **{aim.error:.6f}** on {which}, after step {aim.step:,}. The notebook takes the
same steps: its first weights, the order of the pictures and all random numbers are the same. But other machines and
kernels round differently, so expect the same error within {TOLERANCE:.0%}. A GPU has other random numbers, too.
""".strip()


def _training(run: Run, aim: Goal, switches: int) -> Iterator[Cell]:
    config = run.config
    cycle = config.schedule == "one-cycle" and not 0 < run.steps < SMALLEST_CYCLE
    steps = f"min({aim.step}, total)  # the run kept its network of this step" if aim.step < run.steps else "total"
    rate = (
        "The learning rate rises to its peak, then falls to nearly zero: one cycle (Smith and Topin, 2018)."
        if cycle
        else "The learning rate stays the same."
    )
    loss = (
        "The code is drawn from the Gaussian that the encoder gives. The loss is the squared error, and "
        f"{config.model.beta:g} times the KL divergence of that Gaussian from a standard one (Higgins et al., 2017), "
        "both divided by the number of pixels."
        if config.model.variational
        else "The loss is the mean squared error."
    )
    yield text(f"""
## Training

{config.optimizer.capitalize()} takes steps on batches of {config.batch_size} pictures, in a new random order in each
epoch. {rate} {loss}
""")
    yield code("\n".join(_preparation(config, steps, cycle)))
    yield code(f'''
@torch.inference_mode()
def error(pictures):
    """The mean squared error over pictures, uint8 (N, C, S, S)."""
    network.eval()
    squares = 0.0
    for part in pictures.split({EVALUATION_BATCH}):
        originals = part.float() / 255
        squares += F.mse_loss(network(originals), originals, reduction="sum").item()
    network.train()
    return squares / pictures.numel()


def batches():
    """The places of the pictures in each batch. What does not fill a batch is left out until the next epoch."""
    while True:
        order = torch.randperm(len(train), generator=chance, device=device)
        yield from order[: steps_per_epoch * batch_size].split(batch_size)
''')
    yield code("\n".join(_loop(config, cycle, switches)))
    if EXACT_NORMS in run.finish:
        yield text("""
## The batch norms

In training, the batch norms averaged what they saw in small batches. At its end, the run measured their means and
variances over all training pictures: see Wu and Johnson, "Rethinking 'Batch' in BatchNorm" (2021), section 3.
""")
        yield code("\n".join(_exact_norms(config)))


def _preparation(config: TrainConfig, steps: str, cycle: bool) -> Iterator[str]:
    yield f"batch_size, epochs = {config.batch_size}, {config.epochs}"
    yield "steps_per_epoch = len(train) // batch_size"
    yield "total = epochs * steps_per_epoch"
    yield f"steps = {steps}"
    yield ""
    yield f"torch.manual_seed({config.seed})  # of the first weights"
    yield f"chance = torch.Generator(device).manual_seed({config.seed})  # of all else"
    yield "network = Network().to(device, memory_format=torch.channels_last)  # the faster layout for convolutions"
    optimizer = "Muon(network" if config.optimizer == "muon" else "torch.optim.Adam(network.parameters()"
    yield f"optimizer = {optimizer}, lr={config.learning_rate!r})"
    if cycle:
        how = f"max_lr={config.learning_rate!r}, total_steps=total + 1, cycle_momentum=False"
        yield f"schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, {how})"


def _loop(config: TrainConfig, cycle: bool, switches: int) -> Iterator[str]:
    given = "originals"
    if config.damages:
        yield f"strength = torch.full((1, 1, 1, 1), {config.strength!r}, device=device)"
    yield "network.train()"
    yield "for step, places in enumerate(islice(batches(), steps), 1):"
    yield "    originals = train[places].float() / 255"
    if config.warp:
        yield f"    originals = warp(originals, {config.warp!r}, chance)"
    if config.damages:
        given = "damaged"
        yield f"    damaged = {DAMAGES[config.corruption].__name__}(originals, strength, chance)"
    if config.model.variational:
        also = "".join(f", switches{number}" for number in range(1, switches + 1))
        yield f"    mean, log_variance{also} = network.posterior({given})"
        yield "    noise = torch.randn(mean.shape, generator=chance, device=device)"
        yield f"    reconstructions = network.decode(mean + (log_variance / 2).exp() * noise{also})"
        yield "    kl = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean() / 2"
        weight = f"{config.model.beta!r} / originals[0].numel()"
        yield f"    loss = F.mse_loss(reconstructions, originals) + {weight} * kl"
    else:
        yield f"    loss = F.mse_loss(network({given}), originals)"
    yield "    optimizer.zero_grad()"
    yield "    loss.backward()"
    yield "    optimizer.step()"
    if cycle:
        yield "    schedule.step()"
    yield "    if step % steps_per_epoch == 0 or step == steps:"
    yield '        print(f"step {step:,} of {steps:,}, MSE on validation {error(validation):.5f}")'


def _exact_norms(config: TrainConfig) -> Iterator[str]:
    given = "part.float() / 255"
    if config.damages:
        given = f"{DAMAGES[config.corruption].__name__}({given}, strength, chance)"
    yield "network.eval()"
    yield "for norm in network.modules():"
    yield "    if isinstance(norm, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):"
    yield "        norm.reset_running_stats()"
    yield "        norm.momentum = None  # the mean of all parts"
    yield "        norm.train()"
    yield "with torch.inference_mode():"
    yield f"    for part in train.chunk(-(-len(train) // {PART})):"
    yield f"        network({given})"
    yield "network.eval()"


def _result(run: Run, aim: Goal) -> Iterator[Cell]:
    yield text("## The result")
    lines = []
    if aim.error is not None:
        some = f"validation[:{aim.pictures}]" if aim.pictures else "validation"
        lines += [
            f"reached, expected = error({some}), {aim.error!r}",
            'print(f"MSE on validation: {reached:.6f}. The run had {expected:.6f}: {reached / expected - 1:+.1%}.")',
        ]
    stored = (run.figures.get(run.config.dataset) or {}).get("mse")
    told = f" The run had {stored:.6f}." if stored is not None else ""
    yield code("\n".join([*lines, f'print(f"MSE on test: {{error(test):.6f}}.{told}")']))
    yield text("Test pictures above, what the network makes of them below:")
    yield code("\n".join(_sheet(run.config)))
    yield text("The new weights, for `network.load(Path(...))`:")
    yield code("""
from safetensors.torch import save_file

network.eval()
save_file({name: value.contiguous().cpu() for name, value in network.state_dict().items()}, "new-weights.safetensors")
""")


def _sheet(config: TrainConfig) -> Iterator[str]:
    """The lines of a cell that shows some test pictures over their reconstructions."""
    side = config.model.picture.side
    yield "from PIL import Image"
    yield ""
    yield "network.eval()"
    yield "with torch.inference_mode():"
    yield f"    originals = test[:{SHOWN}].float() / 255"
    yield "    both = torch.stack([originals, network(originals)])  # (2, N, C, S, S)"
    yield f"sheet = both.permute(0, 3, 1, 4, 2).reshape(2 * {side}, -1, {config.model.picture.channels})"
    yield "pixels = (sheet * 255).round().byte().cpu().squeeze(-1).numpy()"
    yield "Image.fromarray(pixels).resize((3 * pixels.shape[1], 3 * pixels.shape[0]), Image.Resampling.NEAREST)"
