"""Options: what is given twice, and where values come from."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from kbump.cli import COMMANDS, group
from kbump.cli.options import ListedText, apply_defaults
from kbump.config import NO_CONFIG
from kbump.workspace import find_config
from tests.test_cli import POD


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def options_of(command: str) -> list[click.Option]:
    known = group.get_command(click.Context(group), command)
    assert known
    return [one for one in known.params if isinstance(one, click.Option)]


SINGLE = [
    pytest.param(command, option, id=f"{command} {option.opts[-1]}")
    for command in COMMANDS
    for option in options_of(command)
    if not option.multiple and (option.secondary_opts or not option.is_flag)
]
LISTED = [
    pytest.param(command, option, id=f"{command} {option.opts[-1]}")
    for command in COMMANDS
    for option in options_of(command)
    if option.multiple
]

VALUED = [
    pytest.param(command, option, id=f"{command} {option.opts[-1]}")
    for command in COMMANDS
    for option in options_of(command)
    if not option.is_flag
]


@pytest.mark.parametrize(("command", "option"), SINGLE)
def test_an_option_that_takes_one_value_is_refused_with_two(kbump, command: str, option: click.Option) -> None:
    names = [*option.opts, *option.secondary_opts]
    given = [names[0], names[-1]] if option.is_flag else [f"{names[-1]}=1", f"{names[-1]}=2"]
    ran = kbump(command, *given)
    assert (ran.code, ran.stdout) == (2, "")
    assert f"`{names[-1]}` is given more than once, and takes one value." in ran.stderr
    assert f"Try 'kbump {command} --help' for help." in ran.stderr


@pytest.mark.parametrize(("command", "option"), VALUED)
def test_an_option_is_refused_with_an_empty_text(kbump, command: str, option: click.Option) -> None:
    ran = kbump(command, f"{option.opts[-1]}=")
    assert (ran.code, ran.stdout) == (2, "")
    words = f"`{option.opts[-1]}` is given an empty text: leave it out, or set the variable that fills it."
    assert words in ran.stderr


def test_a_repository_that_a_variable_leaves_empty_is_not_the_current_directory(kbump, pod: Path) -> None:
    ran = kbump("set-image", "nginx:1.27.1", "--repo", "", cwd=pod)
    assert "`--repo` is given an empty text" in ran.stderr
    assert (ran.code, (pod / "pod.yaml").read_text()) == (2, POD)


@pytest.mark.parametrize(("command", "option"), LISTED)
def test_an_option_that_takes_several_values_drops_none_wherever_they_come_from(
    command: str, option: click.Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = group.get_command(click.Context(group), command)
    assert known
    name = option.name or ""
    words = ["x", "y"] if command == "diff" else []
    flags = [text for value in ("a", "b") for text in (option.opts[-1], value)]
    assert known.make_context(command, [*flags, *words]).params[name] == ("a", "b")
    monkeypatch.setenv("KBUMP_X", os.pathsep.join(("a", "b")) if isinstance(option.type, ListedText) else "a b")
    option_of = next(one for one in known.params if one.name == name)
    monkeypatch.setattr(option_of, "envvar", "KBUMP_X")
    assert known.make_context(command, [*words]).params[name] == ("a", "b")
    monkeypatch.delenv("KBUMP_X")
    context = known.make_context(command, [*words])
    config = NO_CONFIG._replace(defaults={command: {name.replace("_", "-"): ["a", "b"]}})
    assert apply_defaults(context, config)[name] == ("a", "b")


def test_a_flag_may_be_said_twice_as_may_one_beside_the_help(kbump, pod: Path) -> None:
    assert kbump("images", "-q", "-q", cwd=pod).code == 0
    assert kbump("images", "-o", "text", "-o", "json", "--help", cwd=pod).stdout.startswith("Usage: ")


@pytest.mark.parametrize(
    ("command", "default", "words"),
    [
        ("images", "output: [json, text]", "it takes one value"),
        ("images", "exclude: a", "it takes a list"),
        ("images", "quiet: 5", "'5' is not a valid boolean"),
        ("validate", 'deprecations-until: ["1.40", "1.30"]', "it takes one value"),
    ],
)
def test_a_default_of_several_values_for_one_or_the_other_way_round_is_a_usage_error(
    kbump, pod: Path, command: str, default: str, words: str
) -> None:
    (pod / ".kbump.yaml").write_text(f"defaults: {{{command}: {{{default}}}}}\n")
    ran = kbump(command, cwd=pod)
    assert (ran.code, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert "(from `defaults` in .kbump.yaml)" in ran.stderr


def test_a_default_is_the_text_that_the_file_has(kbump, pod: Path) -> None:
    (pod / ".kbump.yaml").write_text("defaults: {images: {output: null, quiet: yes}, validate: {jobs: 1}}\n")
    assert (kbump("images", cwd=pod).stdout[:13], kbump("images", cwd=pod).stderr) == ("pod.yaml:7:12", "")
    config = find_config(str(pod))
    assert config.defaults == {"images": {"output": None, "quiet": "yes"}, "validate": {"jobs": "1"}}
