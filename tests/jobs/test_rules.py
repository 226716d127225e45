"""The limits of the training service can be set with environment variables."""

from dataclasses import fields

import pytest

from cae.jobs import Rules


def test_without_variables_the_rules_are_the_usual_ones():
    assert Rules.from_environment({"CAE_DATA_DIR": "data", "CAE_TIME_BUDGET": ""}) == Rules()
    assert Rules().time_budget == 180


@pytest.mark.parametrize("field", fields(Rules), ids=lambda field: field.name)
def test_every_rule_has_its_variable(field):
    rules = Rules.from_environment({f"CAE_{field.name.upper()}": "7"})
    assert getattr(rules, field.name) == 7
    assert type(getattr(rules, field.name)) is type(field.default)


@pytest.mark.parametrize(
    ("name", "text"),
    [("CAE_TIME_BUDGET", text) for text in ("0", "-1", "nan", "inf", "soon")] + [("CAE_WAITING_LIMIT", "1.5")],
)
def test_what_is_no_number_above_zero_is_refused_with_its_name(name, text):
    with pytest.raises(ValueError, match=f"{name} is {text}; it must be a .*number above 0"):
        Rules.from_environment({name: text})
