"""Digits from nothing: codes drawn by chance, how real their pictures look, and what the KL term costs and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cae.config import TrainConfig
from cae.data.download import Progress
from cae.images import levels, pixels
from cae.inference import network, on_thread
from cae.registry import worded
from cae.runs.run import Run
from cae.ui.latent.training import Training, training_codes, training_pictures, waiting
from cae.ui.networks.shipped import shipped
from cae.ui.parts import links, palette
from cae.ui.parts.images import Picture
from cae.ui.parts.loss_lines import ELBO
from cae.ui.parts.test_set import BATCH, TestSet
from cae.ui.parts.text import number, plain
from cae.ui.parts.tiles import strip
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from cae.analysis.samples import Judged, Source

__all__ = ["from_nothing"]

JUDGED = 2_000  # samples of each kind, and as many test pictures
SHOWN = 10


@dataclass(frozen=True, eq=False)
class Samples:
    """What codes are drawn from, and the judgement of the pictures, of test digits and of their reconstructions."""

    sources: Mapping[str, Source]
    judged: Mapping[str, Judged]


def from_nothing(run: Run, test: TestSet) -> None:
    """Samples with their figures and a button for others; below, the network with and without a KL term."""
    other = _partner(run)
    with waiting() as report:
        training = training_pictures(test.name, report)
        codes = training_codes(run, training, report)
        found = _samples(run, test, training, codes).result(report)
    seed = st.session_state.setdefault("samples-seed", 1)
    words = {
        source: worded(text, test.name) for source, text in _words(run.config.model.variational, len(codes)).items()
    }
    for name, source in found.sources.items():
        st.markdown(f"**{name}.** {words[name]}")
        names = [f"{SHOWN} pictures, decoded from codes drawn by chance: {name}"]
        strip([on_thread(_drawn, run, source, seed)], [palette.RECONSTRUCTION], names)
    st.button("Other samples", on_click=_reseed, help="Draw other codes by chance.")
    if not found.judged:
        return
    st.html(_table(found.judged))
    st.caption(
        f"Fréchet distance: between {JUDGED:,} pictures and the other test pictures, in the features of a small "
        "classifier of digits that was trained on MNIST; 0 if the features have the same distribution. (It is not "
        "the FID, which needs an Inception network.) Nearest: the mean MSE to the nearest training picture; 0 for "
        "copies. Blurred pictures are near to many others, so only both columns together tell."
    )
    if other:
        with waiting() as report:
            codes = training_codes(other, training, report)
            beside = _samples(other, test, training, codes).result(report)
        pair = {run: found, other: beside}
        _what_it_costs({one: pair[one] for one in sorted(pair, key=lambda one: one.config.model.beta)}, test.name)
    elif run.config.model.code_size and not run.config.model.variational:
        _offer_beta(run)


def _words(variational: bool, count: int) -> dict[str, str]:
    """What each source is, and why it works or fails for this kind of network."""
    from cae.analysis.samples import COMPONENTS, FITTED, MIXTURE, STANDARD

    why = (
        "This is the prior of a variational network: in training, the KL term has pulled the codes there."
        if variational
        else "The codes of a plain network can be anywhere else, so its decoder was not trained on such codes."
    )
    return {
        STANDARD: f"Each number of the code is chosen at random from N(0, 1), whatever the digits are. {why}",
        FITTED: f"It has the mean and the covariance of {count:,} training codes. It also reaches the holes between "
        "them, where the decoder had little or no training.",
        MIXTURE: f"It has {COMPONENTS} Gaussians, which were fitted to the same codes: it leaves most holes out.",
    }


def _partner(run: Run) -> Run | None:
    """A shipped network with the same settings, but with a KL term where this one has none, or the other way round."""
    same = (one for one in shipped().values() if _without_beta(one.config) == _without_beta(run.config))
    return next((one for one in same if one.config.model.variational != run.config.model.variational), None)


def _without_beta(config: TrainConfig) -> TrainConfig:
    return replace(config, model=replace(config.model, beta=0.0))


def _what_it_costs(both: Mapping[Run, Samples], dataset: str) -> None:
    """Two networks side by side, which differ in ``beta`` only: the plain one, and then the variational one."""
    first, last = (plain(run.title) for run in both)
    _, variational = both
    st.header("What does it cost to fill the holes?")
    st.write(
        f"{first} and {last} have the same decoder and the same training, but {last} is a variational autoencoder: "
        f"it was trained with a KL term, whose weight (beta) was {variational.config.model.beta:g}."
    )
    columns = [_figures(run, both[run], dataset) for run in both]
    rows = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{one[name]}</td>" for one in columns)}</tr>'
        for name in columns[0]
    )
    heads = "".join(f'<th scope="col">{escape(run.title)}</th>' for run in both)
    st.html(f'<table class="exchanged samples"><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>')
    st.write(_verdict(both, dataset))
    st.caption(f"The lower a Fréchet distance, the more real are the samples. Each network is one training run. {ELBO}")


def _verdict(both: Mapping[Run, Samples], dataset: str) -> str:
    """What the KL term gives and what it costs. ``both`` are the plain network and then the variational one."""
    sentences = []
    for name in next(iter(both.values())).sources:
        distances = {run: samples.judged[name].distance for run, samples in both.items()}
        near, far = sorted(distances, key=lambda run: distances[run])
        ratio = distances[far] / max(distances[near], 1e-9)
        found = "the two differ by less than 10 %"
        if ratio >= 1.1:
            less = f"is {ratio:.1f} times less than that of {plain(far.title)}"
            found = f"the Fréchet distance of {plain(near.title)} {less}"
        sentences.append(f"With codes from a {name[0].lower()}{name[1:]}, {found}.")
    before, after = (run.figures.get(dataset, {}).get("mse") for run in both)
    if before and after:
        sentences.append(f"With the KL term, the test MSE is {after / before:.2f} times as large.")
    return " ".join(sentences)


def _figures(run: Run, found: Samples, dataset: str) -> dict[str, str]:
    """What is compared, in words, and its figures as text."""
    measured = run.figures.get(dataset, {})
    mse, kl = measured.get("mse"), measured.get("kl")
    return {
        "Test MSE": number(mse) if mse else "not measured",
        "KL, nats a picture": "–" if kl is None else f"{kl:.1f}",
        **{f"Fréchet distance, {name}": number(found.judged[name].distance) for name in found.sources},
    }


def _offer_beta(run: Run) -> None:
    """A link that trains the network again with a KL term."""
    config = replace(run.config, model=replace(run.config.model, beta=1.0))
    st.caption("A variational autoencoder is trained to have its codes near a standard Gaussian.")
    links.to_train(st.container(), config, "Train this network with a KL term")


def _reseed() -> None:
    st.session_state["samples-seed"] += 1


def _table(judged: Mapping[str, Judged]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{number(one.distance)}</td><td>{number(one.nearest)}</td></tr>'
        for name, one in judged.items()
    )
    heads = '<tr><th></th><th scope="col">Fréchet distance</th><th scope="col">Nearest</th></tr>'
    return f'<table class="exchanged samples"><thead>{heads}</thead><tbody>{rows}</tbody></table>'


def _drawn(run: Run, source: Source, seed: int) -> Picture:
    import torch

    from cae.analysis.latent import decode

    with torch.inference_mode():
        return levels(decode(network(run), source(SHOWN, seed)))


def _samples(run: Run, test: TestSet, training: Training, codes: Tensor) -> Task[Samples]:
    work = partial(_fit_and_judge, run, test, training, codes)
    return test.kept.get("samples", run.digest, lambda: Task(work))


def _fit_and_judge(run: Run, test: TestSet, training: Training, codes: Tensor, progress: Progress) -> Samples:
    from cae.analysis.samples import DIGITS, judge, sources

    model = network(run)
    found = sources(codes, lambda share: progress(share / 3, "Fitting a mixture"))
    if test.name not in DIGITS:
        return Samples(found, {})
    words = f"{plain(run.title)}: judging {JUDGED:,} pictures of each kind"
    judged = judge(
        model,
        found,
        pixels(test.images),
        pixels(training.images),
        JUDGED,
        lambda share: progress((1 + 2 * share) / 3, words),
        BATCH,
    )
    return Samples(found, judged)
