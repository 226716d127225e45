"""Adam without the compiler is PyTorch's Adam."""

import subprocess
import sys

import pytest
import torch

from cae.engine.adam import Adam

TRAINS = """
import sys
from cae.config import TrainConfig
from cae.data.datasets import Dataset, Split
from cae.data.synthetic import digits
from cae.training.loop import train
some = Split(*digits(30, seed=0))
for _ in train(TrainConfig(batch_size=8), Dataset("synthetic", some[:10], some[10:20], some[20:])):
    pass
print([name for name in ("torch._dynamo", "torchvision", "sympy") if name in sys.modules])
"""


@pytest.mark.parametrize("fused", [False, True])
def test_it_takes_the_same_steps(fused):
    inputs = torch.rand(20, 8, generator=torch.Generator().manual_seed(0))

    def weights_after_steps(kind):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(8, 5), torch.nn.ReLU(), torch.nn.Linear(5, 8))
        optimizer = kind(model.parameters(), 1e-2, fused=fused)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=11, cycle_momentum=False)
        for _ in range(10):
            optimizer.zero_grad(set_to_none=True)
            (model(inputs) - inputs).square().mean().backward()
            optimizer.step()
            schedule.step()
        return torch.cat([one.detach().flatten() for one in model.parameters()])

    assert torch.equal(weights_after_steps(Adam), weights_after_steps(torch.optim.Adam))


def test_who_trains_does_not_wait_for_the_compiler():
    done = subprocess.run([sys.executable, "-c", TRAINS], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
