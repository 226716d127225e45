"""Scores of how unusual a picture is: what each means, and how well those that come with the app find outliers."""

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from cae.analysis.doubt import BOTH, CODE, ERROR, FOR_ITS_INK, SCORES, Doubt
from cae.analysis.latent import codes
from cae.config import ModelConfig, TrainConfig
from cae.data.outliers import OUTLIERS, outliers
from cae.evaluation.roc import auroc
from cae.runs import checkpoint
from cae.training.loop import initialised

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assets" / "outliers"
NETWORKS = ("classic", "bottleneck-32", "bottleneck-8", "bottleneck-2")


@pytest.fixture(scope="module", params=["switches", "transpose"])
def model(request):
    config = ModelConfig((4, 6), 5, request.param)
    return initialised(TrainConfig(config, seed=1)).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def doubt(model, digits):
    return Doubt.fit(model, digits.train.images, digits.validation.images)


def test_the_error_is_the_mse(model, doubt, digits):
    images = digits.test.images[:20].float() / 255
    found = doubt.scores(model, digits.test.images[:20])
    assert set(found) == set(SCORES)
    torch.testing.assert_close(found[ERROR], (model(images) - images).square().mean((1, 2, 3)))


def test_a_usual_digit_has_the_error_of_its_ink_and_other_scores_around_nothing(model, doubt, digits):
    found = doubt.scores(model, digits.validation.images)
    assert float(found[FOR_ITS_INK].log().mean()) == pytest.approx(0, abs=1e-3)
    assert float(found[BOTH].mean()) == pytest.approx(0, abs=1e-2)
    ink = digits.validation.images.float().mean((1, 2, 3)).log()
    excess = found[FOR_ITS_INK].log()
    assert abs(float(torch.corrcoef(torch.stack([ink, excess]))[0, 1])) < 1e-2  # the ink has no say in it any more


def test_the_code_is_rare_where_its_density_is_low(model, doubt, digits):
    images = digits.test.images[:30]
    places = doubt.density.directions.project(codes(model, images))
    expected = -doubt.density.mixture.log_density(places)
    torch.testing.assert_close(doubt.scores(model, images)[CODE], expected)


def test_any_picture_has_finite_scores(model, doubt):
    extreme = torch.stack([torch.zeros(1, 28, 28), torch.full((1, 28, 28), 255)]).byte()
    for values in doubt.scores(model, extreme).values():
        assert values.isfinite().all()


def test_what_is_stored_gives_the_same_scores(model, doubt, digits):
    again = Doubt.from_tensors(doubt.tensors())
    one, other = (each.scores(model, digits.test.images[:20]) for each in (doubt, again))
    for name in SCORES:
        assert torch.equal(one[name], other[name])


@pytest.mark.parametrize("kind", OUTLIERS)
def test_outliers_are_as_many_as_the_pictures_and_depend_on_the_seed_alone(kind, digits):
    images = digits.test.images[:30]
    made, again = (outliers(kind, images, digits.train.images, seed) for seed in (1, 1))
    assert made.shape == images.shape and made.dtype == torch.uint8
    assert torch.equal(made, again) and not torch.equal(made, images)


def test_other_outliers_are_refused(digits):
    with pytest.raises(ValueError, match="There are no outliers called cats"):
        outliers("cats", digits.test.images[:2], digits.test.images, 0)


# ---- what comes with the app


@pytest.fixture(scope="module")
def told():
    return json.loads((FOLDER / "outliers.json").read_text())


def stored(name):
    with safe_open(FOLDER / f"{name}.safetensors", "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118


@pytest.mark.parametrize("name", NETWORKS)
def test_the_stored_scores_are_those_of_the_shipped_network(name):
    _, about = stored(name)
    assert about["network"] == checkpoint.load(ROOT / "assets" / "models" / f"{name}.safetensors").digest


def test_every_network_score_and_kind_was_measured(told):
    rows = {(row["network"], row["score"], row["outliers"]) for row in told["rows"]}
    assert rows == {(network, score, kind) for network in NETWORKS for score in SCORES for kind in OUTLIERS}
    assert (told["dataset"], told["images"]) == ("mnist", 10_000)


def test_where_the_plain_error_fails_another_score_finds_more(told):
    found = {(row["network"], row["score"], row["outliers"]): row["auroc"] for row in told["rows"]}
    assert found["classic", ERROR, "rotated"] < 0.7 and found["bottleneck-32", ERROR, "letters"] < 0.7
    assert found["classic", CODE, "rotated"] > found["classic", ERROR, "rotated"] + 0.2
    assert found["bottleneck-32", CODE, "letters"] > found["bottleneck-32", ERROR, "letters"] + 0.2


@pytest.mark.mnist
@pytest.mark.parametrize("name", ["classic", "bottleneck-2"])
def test_the_figures_come_out_again_on_a_part_of_the_test_set(mnist, told, name):
    model = checkpoint.build(checkpoint.load(ROOT / "assets" / "models" / f"{name}.safetensors"))
    tensors, _ = stored(name)
    doubt = Doubt.from_tensors(tensors)
    torch.set_num_threads(2)
    images = mnist.test.images[::5]
    usual = doubt.scores(model, images)
    for kind in ("rotated", "letters"):
        unusual = doubt.scores(model, outliers(kind, images, images, seed=5))
        for score in SCORES:
            row = next(
                row for row in told["rows"] if (row["network"], row["score"], row["outliers"]) == (name, score, kind)
            )
            assert auroc(usual[score], unusual[score]) == pytest.approx(row["auroc"], abs=0.03)
    quantiles = tensors[f"quantiles {ERROR}"]
    assert float((usual[ERROR] < quantiles[500]).float().mean()) == pytest.approx(0.5, abs=0.05)
