"""No figure without its information budget."""

from cae.config import ModelConfig
from cae.ui.networks.words import budget


def test_switches_are_counted_and_named_as_no_compression():
    text = budget(ModelConfig((16, 32)))
    assert "1,568 numbers" in text
    assert "9,408 bits" in text  # 16·14·14·2 + 32·7·7·2
    assert "not compression" in text


def test_a_real_bottleneck_has_nothing_around_it():
    text = budget(ModelConfig((16, 32), code_size=1, unpooling="transpose"))
    assert "1 number;" in text
    assert "Nothing bypasses it" in text
