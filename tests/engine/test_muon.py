"""Muon takes orthogonal steps with the kernels of convolutions, and Adam's with all else."""

import copy

import pytest
import torch
from torch import nn

from cae.config import ModelConfig, TrainConfig
from cae.engine.adam import Adam
from cae.engine.muon import Muon, orthogonal
from cae.model import ConvAutoencoder
from cae.training.events import Step
from cae.training.loop import train

RATE = 0.02


@pytest.fixture
def network():
    torch.manual_seed(0)
    return ConvAutoencoder(ModelConfig((4, 6), code_size=5, unpooling="transpose", dense=7, refine=3))


def with_gradients(network):
    """The network with the gradients of a batch."""
    pictures = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    (network(pictures) - pictures).square().mean().backward()
    return network


def kernels(network):
    """The kernels of the convolutions before a batch norm, outputs first: (outputs, inputs, K, K)."""
    return [
        one.weight.detach().transpose(0, 1) if isinstance(one, nn.ConvTranspose2d) else one.weight.detach()
        for one in network.modules()
        if isinstance(one, (nn.Conv2d, nn.ConvTranspose2d)) and one.bias is None
    ]


@pytest.mark.parametrize("shape", [(6, 40), (40, 6), (8, 8), (1, 9), (5, 1)], ids=str)
def test_a_matrix_becomes_orthogonal_in_its_own_directions(shape):
    matrix = 1e-6 * torch.randn(shape, generator=torch.Generator().manual_seed(0))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    turned = left.T @ orthogonal(matrix) @ right.T
    size = turned.diagonal()
    assert float(size.min()) >= 0.68 and float(size.max()) <= 1.21
    torch.testing.assert_close(turned, torch.diag(size), rtol=0, atol=1e-4)


def test_without_a_gradient_there_is_no_direction():
    assert torch.equal(orthogonal(torch.zeros(3, 5)), torch.zeros(3, 5))


def test_a_kernel_keeps_its_norm_and_moves_by_the_learning_rate(network):
    before = [one.clone() for one in kernels(network)]
    Muon(with_gradients(network), RATE).step()
    assert len(before) == 4  # two of the encoder, two of the decoder; the refinement's makes the picture
    for old, new in zip(before, kernels(network), strict=True):
        old = old * len(old) ** 0.5 / old.norm()
        lengths = torch.linalg.svdvals((new - old).flatten(1)) / RATE / max(1, len(old) / old[0].numel()) ** 0.5
        assert float(lengths.min()) > 0.6 and float(lengths.max()) < 1.3


@pytest.mark.parametrize("rate", [RATE, torch.tensor(RATE)], ids=["a number", "on the device, as in a graph"])
def test_all_other_parameters_take_the_steps_of_adam(network, rate):
    with_gradients(network)
    other = copy.deepcopy(network)
    for one, copied in zip(network.parameters(), other.parameters(), strict=True):
        copied.grad = one.grad.clone()
    muon = Muon(network, rate)
    muon.step()
    Adam(other.parameters(), RATE).step()
    own = {id(kernel) for kernel, _ in muon.kernels}
    for one, copied in zip(network.parameters(), other.parameters(), strict=True):
        if id(one) not in own:
            torch.testing.assert_close(one, copied)
    muon.zero_grad()
    assert all(one.grad is None for one in network.parameters())


@pytest.mark.parametrize("unpooling", ["switches", "fixed", "transpose"])
def test_a_network_learns_by_it(digits, unpooling):
    config = TrainConfig(
        ModelConfig((4, 6), unpooling=unpooling), epochs=1, batch_size=8, learning_rate=RATE, optimizer="muon"
    )
    losses = [error for event in train(config, digits) if isinstance(event, Step) for error in event.losses]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
