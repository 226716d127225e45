"""The Doubt page without a browser: the scores of any network, and what the verdict says."""

from pathlib import Path

import numpy as np
import pytest
import torch

from cae.analysis.doubt import BOTH, ERROR, SCORES
from cae.inference import reconstruct
from cae.registry import Shape
from cae.ui.doubt import measured, verdict
from cae.ui.doubt.profile import Profile, profile
from cae.ui.parts.examples import example_pictures
from tests.ui.visiting import html, markdown, network, silent

PAGE = Path(__file__).parents[3] / "pages" / "doubt.py"
THREE = example_pictures(Shape())[3]


def small(name):
    return network(name, channels=(2, 3), code_size=4, unpooling="transpose", seed=1)


def test_a_network_without_stored_scores_is_scored_on_the_test_set(test):
    run = small("profile")
    known = profile(run, test, silent)
    assert profile(run, test, silent) is known
    scores = known.scores(run, THREE)
    assert set(scores) == set(SCORES)
    assert scores[ERROR] == pytest.approx(reconstruct(run, THREE[None]).figures[0].mse, rel=1e-4)
    for name in SCORES:
        quantiles = known.quantiles[name]
        assert len(quantiles) == 1001 and (np.diff(quantiles) >= 0).all()
    each = [known.scores(run, picture)[ERROR] for picture in test.images[:50]]
    assert 0 < np.mean([known.share_below(ERROR, one) for one in each]) < 1


@pytest.fixture
def flat():
    """A profile whose scores of test pictures are 0.001 to 1.001, equally often."""
    steps = (0.001 + torch.linspace(0, 1, 1001)).numpy()
    return Profile(None, dict.fromkeys(SCORES, steps))


def test_a_share_is_that_of_the_smaller_scores(flat):
    assert flat.share_below(BOTH, -5) == 0 and flat.share_below(BOTH, 5) == 1
    assert flat.share_below(BOTH, 0.5) == pytest.approx(0.5, abs=0.002)


def test_a_percentage_is_never_rounded_up_to_all():
    assert verdict._percent(1.0) == "99.9 %" and verdict._percent(0.99999) == "99.9 %"
    assert verdict._percent(0.0) == "0.0 %" and verdict._percent(0.123) == "12.3 %"


@pytest.mark.parametrize("value", [0.0, 1e-12, 0.5, 1e9])
@pytest.mark.parametrize("name", SCORES)
def test_a_histogram_has_a_place_for_every_score(flat, name, value):
    shown = verdict._histogram(flat, name, value)
    place = float(shown.split("--at:")[1].split('"')[0])
    assert 0 <= place <= 1
    assert ("beyond" in shown) == (place in (0, 1))


def test_the_page_judges_the_example_and_says_where_its_figures_are_from(visit):
    page = visit(small("plain"))
    assert not page.exception
    assert "has a reconstruction error of" in markdown(page)
    assert html(page).count('class="stands"') == 4
    assert "The plain error of" in markdown(page)
    assert any("is not among the networks that were measured" in one.value for one in page.caption)


def test_where_nothing_was_measured_the_page_says_how(visit, monkeypatch, tmp_path):
    monkeypatch.setattr(measured, "FILE", tmp_path / "none.json")
    page = visit(small("plain"))
    assert not page.exception
    assert any("python -m cae outliers" in one.value for one in page.code)
