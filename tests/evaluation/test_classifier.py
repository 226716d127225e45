"""The classifier of digits: what is shipped recognises digits; it can be trained anew."""

import torch

from cae.evaluation.classifier import Classifier, features, shipped, train

EPOCHS = 12


def right(model, split):
    """The share of pictures that are recognised."""
    with torch.inference_mode():
        return float((model(split.images.float() / 255).argmax(1) == split.labels).float().mean())


def test_the_shipped_one_recognises_the_test_digits_of_mnist(mnist):
    assert right(shipped(), mnist.test) > 0.99


def test_the_features_are_those_of_the_hidden_layer_for_bytes_and_shares_alike(digits):
    found = features(digits.test.images)
    assert found.shape == (200, Classifier.SIZE)
    assert torch.allclose(found, features(digits.test.images.float() / 255), atol=1e-4)
    with torch.inference_mode():
        logits = shipped()(digits.test.images.float() / 255)
        assert torch.allclose(shipped().out(found.relu()), logits, atol=1e-4)


def test_it_is_trained_from_a_seed(digits):
    def weights_after_an_epoch():
        model = next(train(digits.train, EPOCHS, seed=1))
        return torch.cat([one.flatten() for one in model.parameters()])

    *_, model = train(digits.train, EPOCHS, seed=1)
    assert right(model, digits.test) > 0.9
    assert torch.equal(weights_after_an_epoch(), weights_after_an_epoch())
