"""The engines: a step is Adam's, and a captured step is the plain one."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cae.config import ModelConfig, TrainConfig
from cae.device import Compute, choose
from cae.engine import Engine, engine
from cae.training.loop import initialised

CONFIG = TrainConfig(ModelConfig((4, 8)), dataset="synthetic", epochs=2, batch_size=100)
CPU = Compute(torch.device("cpu"))
STEPS = 12

on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no NVIDIA GPU")


def trained(kind, config, images, compute=CPU, steps=STEPS):
    """The losses of some steps, and the weights after them."""
    model = initialised(config).to(compute.device).to(memory_format=compute.memory_format)
    learner = kind(config, model, images.to(compute.device), compute, STEPS)
    for _ in range(steps):
        learner.step()
    return learner.losses.cpu().numpy(), {name: value.cpu() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("schedule", ["constant", "one-cycle"])
def test_a_step_is_the_one_that_torch_would_take(digits, schedule):
    config, images = replace(CONFIG, schedule=schedule), digits.train.images
    model = initialised(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    rates = {
        "constant": lambda: torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0),
        "one-cycle": lambda: torch.optim.lr_scheduler.OneCycleLR(
            optimizer, config.learning_rate, STEPS + 1, cycle_momentum=False
        ),
    }[schedule]()
    chance, expected = torch.Generator().manual_seed(config.seed), []
    for _ in range(2):
        for places in torch.randperm(600, generator=chance).split(100):
            originals = images[places].float() / 255
            loss = nn.functional.mse_loss(model(originals), originals)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rates.step()
            expected.append(loss.item())
    losses, _ = trained(Engine, config, images)
    np.testing.assert_allclose(losses, expected, rtol=1e-3)


def test_a_step_with_a_kl_term_descends_on_the_negative_elbo(digits):
    """One step of plain gradient descent, whose direction is the gradient: that of squared error plus beta times KL."""
    config = TrainConfig(ModelConfig((4, 8), 3, "transpose", beta=2.0), "synthetic", batch_size=100)
    images, model = digits.train.images[:100], initialised(config)
    learner = Engine(config, model, images, CPU, 1)
    learner.optimizer = torch.optim.SGD(model.parameters(), 0.1)
    learner.schedule = torch.optim.lr_scheduler.ConstantLR(learner.optimizer, 1.0)
    before = copy.deepcopy(model)
    learner.step()
    chance = torch.Generator().manual_seed(config.seed)
    originals = images[torch.randperm(100, generator=chance)].float() / 255
    posterior, _ = before.posterior(originals)
    error = (before.decode(posterior.sample(chance)) - originals).square().flatten(1).sum(1).mean()
    kl = posterior.kl().mean()
    ((error + 2 * kl) / 784).backward()
    assert float(learner.losses[0]) == pytest.approx(error.item() / 784, rel=1e-4)
    assert float(learner.kl[0]) == pytest.approx(kl.item(), rel=1e-4)
    for (name, now), then in zip(model.named_parameters(), before.parameters(), strict=True):
        torch.testing.assert_close(now, then - 0.1 * then.grad, rtol=1e-3, atol=1e-6, msg=name)


def test_the_pictures_that_do_not_fill_a_batch_wait_for_another_epoch(digits):
    config = replace(CONFIG, batch_size=250)  # of 600
    learner = engine(config, initialised(config), digits.train.images, CPU, 4)
    seen, learn = [], learner._learn
    learner._learn = lambda places: seen.append(places.tolist()) or learn(places)
    for _ in range(4):
        learner.step()
    for epoch in (seen[:2], seen[2:]):
        assert len({place for batch in epoch for place in batch}) == 500
    assert seen[:2] != seen[2:]


def test_losses_are_filled_step_by_step(digits):
    losses, _ = trained(engine, CONFIG, digits.train.images, steps=5)
    assert (losses[:5] > 0).all() and (losses[5:] == 0).all()


@pytest.mark.parametrize(
    ("changes", "copied"),
    [({"warp": 3.0}, True), ({"corruption": "gaussian"}, False), ({"corruption": "mixed"}, False)],
    ids=str,
)
def test_what_is_bent_is_drawn_as_it_is_bent_and_what_is_damaged_without_the_damage(digits, changes, copied):
    """Seen by a network that copies what it is given: that is right of a bent picture, and wrong of a damaged one."""

    class Copies(nn.Module):
        def __init__(self):
            super().__init__()
            self.nothing = nn.Parameter(torch.zeros(()))

        def forward(self, images):
            return images + self.nothing

    learner = Engine(replace(CONFIG, **changes), Copies(), digits.train.images, CPU, STEPS)
    learner.step()
    assert (float(learner.losses[0]) == 0) == copied


@on_a_gpu
@pytest.mark.parametrize(
    "changes",
    [{}, {"corruption": "gaussian"}, {"corruption": "mixed"}, {"warp": 1.0}, {"optimizer": "muon"}],
    ids=str,
)
@pytest.mark.parametrize(
    "model",
    [
        ModelConfig((4, 8)),
        ModelConfig((4, 8), code_size=6, unpooling="transpose", pooling="stride", dense=16),
        ModelConfig((4, 8), code_size=6, unpooling="transpose", beta=1.0),
    ],
    ids=["switches", "bottleneck", "variational"],
)
def test_a_captured_step_is_the_plain_one(digits, model, changes):
    from cae.engine.captured import CapturedEngine

    config, gpu = replace(CONFIG, model=model, **changes), choose("cuda")
    assert isinstance(
        engine(config, initialised(config).to(gpu.device), digits.train.images.to(gpu.device), gpu, STEPS),
        CapturedEngine,
    )
    plain, plain_weights = trained(Engine, config, digits.train.images, gpu)
    captured, captured_weights = trained(CapturedEngine, config, digits.train.images, gpu)
    np.testing.assert_allclose(captured, plain, rtol=1e-3)
    for name, value in plain_weights.items():
        torch.testing.assert_close(captured_weights[name], value, rtol=1e-2, atol=1e-3)


@on_a_gpu
def test_a_step_that_cannot_be_captured_is_taken_plainly(digits):
    gpu = choose("cuda")

    class Waits(nn.Module):
        def forward(self, images):
            assert images.sum().item() > 0  # waits for the device, which a capture forbids
            return images

    model = initialised(CONFIG).to(gpu.device)
    model.encoder = nn.Sequential(Waits(), model.encoder)
    before = copy.deepcopy(model.state_dict())
    learner = engine(CONFIG, model, digits.train.images.to(gpu.device), gpu, STEPS)
    assert type(learner) is Engine
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name])
    learner.step()
    assert learner.losses[0] > 0
