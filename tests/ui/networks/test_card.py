"""The card of a network is complete, has a sentence for what is missing, and escapes untrusted text."""

from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cae.config import TrainConfig, command
from cae.runs.run import History
from cae.ui.parts.text import plain
from tests.ui.visiting import html, markdown, network

FIGURES = {"mse": 0.0029, "rmse": 0.054, "psnr": 26.2, "ssim": 0.969}
PCA = {"pca_mse": 0.0168, "pca_rmse": 0.13, "pca_psnr": 18.0, "pca_ssim": None}
SHOWN = "the network of the test"  # in the session


def page():
    import streamlit as st

    from cae.ui.networks.card import card

    card(st.session_state["the network of the test"])


@pytest.fixture
def show():
    """A function: a run → its card, as a page of its own."""

    def show(run):
        app = AppTest.from_function(page, default_timeout=30)
        app.session_state[SHOWN] = run
        return app.run()

    return show


def trained(**model):
    curve = History(losses=(0.1, 0.05), held_out=((1, 0.09), (2, 0.04)), epochs=((2, 0.0412),))
    return replace(
        network("my-net", channels=(4, 8), code_size=8, unpooling="transpose", **model),
        history=curve,
        steps=2,
        steps_per_epoch=2,
        ending="complete",
        device="CPU, 2 threads, float32",
        figures={"mnist": {**FIGURES, **PCA}},
    )


def test_the_card_of_a_variational_network_tells_both_parts_of_its_loss(show):
    run = trained(beta=0.5)
    history = replace(run.history, kl=(20.0, 10.0), held_out_kl=((1, 15.0), (2, 8.0)))
    measured = {"mnist": {**FIGURES, **PCA, "reconstruction": 12.34, "kl": 8.76}}
    card = show(replace(run, history=history, figures=measured))
    assert not card.exception
    words = markdown(card)
    assert "variational convolutional autoencoder" in words and "KL term of weight 0.5" in words
    assert "negative ELBO is 21.1 nats, up to a constant: 12.3 of squared error" in words
    assert any("evidence lower bound" in one.value for one in card.caption)
    assert "Beta" in html(card) and "blurrier" in words


def test_a_card_says_everything(show):
    run = trained()
    card = show(run)
    assert not card.exception
    words, markup = markdown(card), html(card)
    assert "0.0412" in words and "CPU\\, 2 threads\\, float32" in words
    assert "Nothing bypasses it" in card.caption[0].value
    assert all(one in markup for one in ("Test pictures of MNIST", ">My net<", ">PCA 8<", "0.00290", "0.0168", "–"))
    assert all(label in markup for label in ("Channels", "4,8", "Unpooling", "Learning rate", "Seed", "Multiply-adds"))
    assert "nothing bypasses the code" in markup
    assert f"{run.config.model.parameters:,}" in markup and "Max-pooling" in markup
    assert card.code[0].value == command(run.config, "my-net.safetensors")


def test_a_network_without_figures_says_so(show):
    card = show(replace(trained(), figures={}))
    assert not card.exception
    assert "No test figures are stored" in markdown(card)
    assert '<table class="scores"' not in html(card)


def test_a_network_without_a_curve_says_so(show):
    card = show(replace(trained(), history=History(), figures={"mnist": dict.fromkeys(FIGURES)}))
    assert not card.exception
    assert "the file has no curve" in markdown(card)


def test_a_network_too_large_for_pca_has_none_beside_it(show):
    card = show(replace(network("classic", channels=(16, 32)), figures={"mnist": FIGURES}))
    assert ">Classic<" in html(card) and ">PCA" not in html(card)


def test_what_a_file_says_never_becomes_markup(show):
    evil = "<img src=x onerror=alert(1)> [click](http://a) **b**"
    card = show(replace(trained(), name=evil, device=evil, command=evil))
    assert not card.exception
    assert "<img src=x" not in html(card)
    assert evil not in markdown(card) and plain(evil) in markdown(card)
    assert "onerror" not in card.code[0].value.split("--out")[0]


@pytest.fixture
def page_with_choice(monkeypatch):
    def sidebar():
        import streamlit as st

        from cae.ui.networks import choice

        choice.choose()
        st.button("Run the page again")

    from cae.ui.networks import shipped

    runs = {run.name: run for run in (trained(), network("other", code_size=2))}
    monkeypatch.setattr(shipped, "shipped", lambda: runs)
    st.cache_resource.clear()
    return AppTest.from_function(sidebar, default_timeout=30).run()


def test_the_card_opens_and_stays_open_when_the_page_runs_again(page_with_choice):
    app = page_with_choice
    assert not app.code
    app.sidebar.button(key="about-network").click().run()
    assert not app.exception
    assert app.code[0].value.startswith("python -m cae train")
    app.button[0].click().run()
    assert app.code


def test_it_is_the_card_of_the_network_that_is_chosen(page_with_choice):
    app = page_with_choice
    app.sidebar.selectbox(key="network").select("other").run()
    app.sidebar.button(key="about-network").click().run()
    config = TrainConfig(network("other", code_size=2).config.model, dataset="synthetic")
    assert app.code[0].value == command(config, "other.safetensors")
