"""The operator's settings: each has its variable, and an absurd value ends the start with one sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cae import cli
from cae.environment import Environment, Rules, environment, unknown, variables, without_secrets
from cae.environment.variable import Amount, Cluster, Count, Folder, OneOf, Origins, Seconds, Secret, Switch
from cae.ui.operator.start import start

ROOT = Path(__file__).parents[2]
EVERY = [(config, *one) for config in (Environment, Rules) for one in variables(config)]
LONG = "1" * 5000
FOUND_OUT = {  # when the app starts
    "cache_dir": "`squeeze/` in `$XDG_CACHE_HOME`, or else in `~/.cache`",
    "threads": "one for each processor",
}
ABSURD = {
    Count: ("", " ", "0", "-1", "1.5", "abc", "1e99", "nan", "inf", "1_000", "٣", "99999999", LONG),
    Seconds: ("", " ", "0", "-1", "abc", "1e99", "nan", "inf", "1_000", "٣", "604800.5", LONG),
    Amount: ("", " ", "-1", "abc", "1e99", "nan", "inf", "1_000", "٣", "300", LONG),
    Cluster: (
        "",
        " ",
        "abc",
        "ray://head:10001",
        "head:",
        "head:0",
        "head:65536",
        "head:6379 ",
        ":6379",
        "a b:1",
        LONG,
    ),
    OneOf: ("", "abc", "AUTO", "auto "),
    Switch: ("", "abc", "1", "true", "nan"),
    Folder: ("", " ", __file__, "x" * 5000),
    Secret: ("", "short", "with a space in it, and long", "passwörter sind lang", "x" * 5000),
    Origins: ("", " ", "abc", "*", "https://a.b/path", "https://a.b; script-src *", "javascript:alert(1)"),
}
GOOD = {
    Count: ("7", 7),
    Seconds: ("7.5", 7.5),
    Amount: ("1.5", 1.5),
    Cluster: ("[2001:db8::1]:6379", "[2001:db8::1]:6379"),
    Switch: ("off", False),
    Folder: ("somewhere/else", Path("somewhere/else")),
    Secret: ("a-secret-of-the-operator", "a-secret-of-the-operator"),
    Origins: ("https://a.example http://*.b.example:80", ("https://a.example", "http://*.b.example:80")),
}


def value(settings, config, field):
    return getattr(settings.rules if config is Rules else settings, field.name)


def test_without_variables_every_setting_has_its_default():
    usual = Environment.read({})
    assert usual.rules == Rules() and usual.data_dir == Path("data") and usual.device == "auto"
    assert usual.uploads and usual.rules.training and not usual.status_token


@pytest.mark.parametrize(("config", "name", "field", "about"), EVERY, ids=[one[1] for one in EVERY])
def test_every_setting_is_set_by_its_variable_and_refuses_what_is_absurd(config, name, field, about):
    text, expected = GOOD[type(about.kind)] if type(about.kind) in GOOD else (about.kind.words[-1],) * 2
    found = value(Environment.read({name: text}), config, field)
    assert found == expected and type(found) is type(expected)
    for bad in ABSURD[type(about.kind)]:
        with pytest.raises(ValueError, match=rf"^The environment variable {name} is .*; it must be .*\.$") as refusal:
            Environment.read({name: bad})
        assert re.escape(str(about.kind)) in re.escape(str(refusal.value))


def test_a_secret_is_in_no_message_and_not_handed_on():
    with pytest.raises(ValueError) as refusal:
        Environment.read({"CAE_STATUS_TOKEN": "too short"})
    assert "too short" not in str(refusal.value)
    there = {"CAE_STATUS_TOKEN": "a-secret-of-the-operator", "CAE_DEVICE": "cpu"}
    assert "a-secret" not in repr(Environment.read(there))
    assert without_secrets(there) == {"CAE_DEVICE": "cpu"}


def test_names_that_are_no_settings_are_noticed():
    assert unknown({"CAE_TIME_BUGET": "1", "CAE_GRACE": "1", "HOME": "/"}) == ["CAE_TIME_BUGET"]


def test_the_documentation_has_every_variable_with_its_default_and_no_other():
    rows = [f"| `{name}` | {about.meaning} | {shown(about, field)} | {about.kind} |" for _, name, field, about in EVERY]
    told = (ROOT / "docs" / "operators.md").read_text("utf-8").splitlines()
    assert [line for line in told if line.startswith("| `CAE_")] == rows


def shown(about, field):
    return about.kind.written(field.default) if field.default is not None else FOUND_OUT[field.name]


def test_nothing_else_reads_the_environment():
    """``CC``, ``PYTHONPATH`` and those of Ray are not the app's own; they mean what they mean everywhere."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted([*ROOT.glob("cae/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"])
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"os\.environ|getenv", line)
    ]
    allowed = ("cae/environment/", "cae/ui/operator/start.py", "cae/jobs/cluster/connection.py")
    others = [line for line in found if not line.startswith(allowed) and not re.search('"CC"|PYTHONPATH', line)]
    assert others == []


# ---- the start


def test_the_app_and_the_command_line_end_with_the_sentence_alone(monkeypatch, capsys):
    monkeypatch.setenv("CAE_TIME_BUDGET", "1e99")
    with pytest.raises(SystemExit) as end:
        start()
    said = "The environment variable CAE_TIME_BUDGET is 1e99; it must be a number of seconds above 0, at most 604,800."
    assert end.value.code == said  # Python writes it to standard error, and exits with status 1
    assert cli.main(["data", "--dataset", "synthetic"]) == 2
    assert capsys.readouterr() == ("", f"{said}\n")


def test_the_server_ends_with_the_sentence_alone():
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        "0",
        "--server.address",
        "127.0.0.1",
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "CAE_UPLOADS": "perhaps"}, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode != 0
    assert ended.stderr == "The environment variable CAE_UPLOADS is perhaps; it must be on or off.\n"


def test_a_command_computes_on_the_operators_device(monkeypatch):
    monkeypatch.setenv("CAE_DEVICE", "cpu")
    assert environment().device == "cpu"
    assert cli._options(["evaluate", "some.safetensors"]).device == "cpu"
