"""The secrets of a plugin's step, and that every option of every command is a setting."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbump.cli import COMMANDS, group
from kbump.cli.plugin import _parameters
from kbump.drone.settings import OWN, arguments_of, settings_of, values_of
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import ROOT
from tests.git.conftest import add_commit, run_git
from tests.test_options import options_of

SECRET = "s3cr3t-0123456789"
VERBS = [name for name in COMMANDS if name != "plugin"]
# What kubectl and its plugins are given, and what is where they are told to look.
KUBECTL = """#!/bin/sh
{ echo "argv: $*"; env; stat -c 'mode: %a' "$KUBECONFIG"; cat "$KUBECONFIG"; ls -la "$TMPDIR"; } >> "$SEEN" 2>&1
exit 1
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: web, image: 'acme/web:1.0.0'}]}\n"


def kubeconfig(server: str) -> str:
    return f"""apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{server}"}}}}]
users: [{{name: u, user: {{token: {SECRET}}}}}]
contexts: [{{name: x, context: {{cluster: c, user: u}}}}]
current-context: x
"""


@pytest.fixture
def step(tmp_path: Path) -> dict[str, str]:
    """Return variables of a step, with a kubectl that writes down what it was given, and a TMPDIR of its own."""
    for name in ("bin", "tmp", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin" / "kubectl").write_text(KUBECTL)
    (tmp_path / "bin" / "kubectl").chmod(0o755)
    (tmp_path / "work" / "pod.yaml").write_text(POD)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CI", "DRONE", "KBUMP", "PLUGIN"))
    }
    own = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "TMPDIR": f"{tmp_path}/tmp", "SEEN": f"{tmp_path}/seen"}
    return {**kept, **own, "HOME": str(tmp_path)}


def start(tmp_path: Path, step: dict[str, str], **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kbump", "plugin"],
        cwd=tmp_path / "work",
        env={**step, **{f"PLUGIN_{name.upper()}": value for name, value in settings.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_secrets_are_in_files_of_this_user_alone_and_nowhere_else_and_are_gone_afterwards(
    tmp_path: Path, step: dict[str, str]
) -> None:
    given = kubeconfig("https://127.0.0.1:1")
    process = start(tmp_path, step, command="rollout", filename="pod.yaml", kubeconfig=given, token=f"token-{SECRET}")
    said = "".join(process.communicate(timeout=60))
    seen = (tmp_path / "seen").read_text()
    assert process.returncode == 2
    assert "mode: 600\n" in seen
    assert given in seen
    assert SECRET not in seen.replace(given, "")
    assert SECRET not in said
    assert "PLUGIN_" not in seen
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_secret_behind(tmp_path: Path, step: dict[str, str], number: signal.Signals) -> None:
    (tmp_path / "bin" / "kubectl").write_text(KUBECTL.replace("exit 1", "exec sleep 60"))
    process = start(
        tmp_path, step, command="rollout", filename="pod.yaml", kubeconfig=kubeconfig("https://127.0.0.1:1")
    )
    limit = time.monotonic() + 30
    while not (tmp_path / "seen").exists() or "mode" not in (tmp_path / "seen").read_text():
        assert time.monotonic() < limit
        assert process.poll() is None
        time.sleep(0.02)
    (folder,) = (tmp_path / "tmp").glob("kbump-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    process.send_signal(number)
    process.communicate(timeout=30)
    assert (process.returncode, list((tmp_path / "tmp").glob("kbump-*"))) == (128 + number, [])


def test_a_kubeconfig_may_be_the_file_of_a_step_before(tmp_path: Path, step: dict[str, str]) -> None:
    (tmp_path / "work" / "config").write_text(kubeconfig("https://127.0.0.1:1"))
    (tmp_path / "work" / "config").chmod(0o640)
    process = start(tmp_path, step, command="rollout", filename="pod.yaml", kubeconfig="config")
    process.communicate(timeout=60)
    assert "mode: 640\n" in (tmp_path / "seen").read_text()


def test_the_commit_says_which_build_of_drone_made_it(tmp_path: Path, step: dict[str, str]) -> None:
    bare = tmp_path / "infra.git"
    run_git("init", "--quiet", "--bare", "-b", "main", bare)
    add_commit(bare, {"pod.yaml": POD.encode()})
    build = {
        "CI": "true", "DRONE": "true", "DRONE_REPO": "acme/web", "DRONE_COMMIT_BRANCH": "feature/login",
        "DRONE_COMMIT_SHA": "1a2b3c4d5e6f708192a3b4c5d6e7f80910213243", "DRONE_BUILD_NUMBER": "12",
        "DRONE_COMMIT_AUTHOR": "alice", "DRONE_SYSTEM_HOST": "drone.example.com", "GIT_AUTHOR_NAME": "Alice",
    }  # fmt: skip
    tag = start(tmp_path, {**step, **build}, command="tag", file=".tags")
    assert tag.communicate(timeout=60) == ("feature-login_df7c7aeb-1a2b3c4d5e6f\n", "")
    given = {"images": "acme/web", "tag_from": ".tags", "repo": f"file://{bare}"}
    ran = start(tmp_path, {**step, **build}, command="set-image", **given)
    assert ran.communicate(timeout=60)[0].endswith("feature-login_df7c7aeb-1a2b3c4d5e6f  unknown\n")
    assert "acme/web:feature-login_df7c7aeb-1a2b3c4d5e6f" in run_git("show", "main:pod.yaml", cwd=bare)
    assert run_git("log", "-1", "--format=%(trailers)", "main", cwd=bare).splitlines() == [
        "Kbump-Image: acme/web:feature-login_df7c7aeb-1a2b3c4d5e6f",
        "Kbump-Source-Repo: acme/web",
        "Kbump-Source-Branch: feature/login",
        "Kbump-Source-Commit: 1a2b3c4d5e6f708192a3b4c5d6e7f80910213243",
        "Kbump-Source-Build: 12",
        "Kbump-Source-CI: drone drone.example.com",
        "Triggered-by: alice",
    ]


NETRC = {"DRONE_NETRC_MACHINE": "127.0.0.1", "DRONE_NETRC_USERNAME": "drone", "DRONE_NETRC_PASSWORD": SECRET}


@pytest.mark.parametrize(
    ("variables", "pair"),
    [
        pytest.param({"PLUGIN_TOKEN": f"{SECRET}\n"}, f"x-access-token:{SECRET}", id="setting"),
        pytest.param({"PLUGIN_TOKEN": SECRET, "KBUMP_TOKEN": "other"}, f"x-access-token:{SECRET}", id="setting first"),
        pytest.param(NETRC, f"drone:{SECRET}", id="netrc of the CI system"),
    ],
)
def test_the_token_that_git_gives_is_that_of_the(
    variables: dict[str, str], pair: str, tmp_path: Path, step: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/acme/infra.git"
        process = start(tmp_path, {**step, **variables}, command="set-image", images="acme/web:1.1.0", repo=url)
        server.settimeout(30)
        asked = []
        for _ in range(2):
            client, _ = server.accept()
            with client:
                asked.append(client.recv(65536).decode())
                client.sendall(
                    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=git\r\n"
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )
        said = "".join(process.communicate(timeout=60))
    assert "Authorization" not in asked[0]
    assert f"Authorization: Basic {b64encode(pair.encode()).decode()}\r\n" in asked[1]
    assert process.returncode == 2
    assert SECRET not in said
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_a_command_is_a_setting(verb: str) -> None:
    command = group.get_command(click.Context(group), verb)
    assert command
    parameters = _parameters(verb, command)
    names = {f"--{one.name.replace('_', '-')}" for one in parameters if one.option}
    assert names == {
        max(names, key=len) for one in options_of(verb) for names in (one.opts, one.secondary_opts) if names
    }
    assert len({one.name for one in parameters}) == len(parameters)
    arguments = [one.name for one in command.params if isinstance(one, click.Argument)]
    assert [one.name for one in parameters if not one.option] == (["from", "to"] if verb == "diff" else arguments)


@pytest.mark.parametrize("verb", VERBS)
def test_a_flag_that_is_said_to_be_true_or_false_is_that(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = group.get_command(click.Context(group), verb)
    assert command
    parameters = [one for one in _parameters(verb, command) if one.kind == "flag"]
    for one in parameters:
        for said in ("true", "false"):
            words, variables = arguments_of({one.name: said}, parameters)
            with monkeypatch.context() as patch:
                for name, value in variables.items():
                    patch.setenv(name, value)
                more = ["a", "b"] if verb == "diff" else []
                prefix = f"KBUMP_{verb.upper().replace('-', '_')}"
                context = command.make_context(verb, [*words, *more], auto_envvar_prefix=prefix)
            (option,) = (opt for opt in options_of(verb) if one.option in (*opt.opts, *opt.secondary_opts))
            assert context.params[option.name or ""] is ((said == "true") is (one.option in option.opts))
            assert context.get_parameter_source(option.name or "") != click.core.ParameterSource.DEFAULT


def as_drone_writes(value: Any) -> str:
    """Write a setting as runners of Drone and Woodpecker do: scalars as they are, lists with commas, maps as JSON."""
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return ",".join(map(as_drone_writes, value))
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters=",[{", exclude_categories=["C", "Z"]), min_size=1)))
def test_a_list_arrives_as_it_was_if_its_values_have_no_commas(values: list[str]) -> None:
    assert values_of(as_drone_writes(values)) == values


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0"))))
def test_a_list_that_is_written_as_json_arrives_as_it_was(values: list[str]) -> None:
    assert values_of(json.dumps(values)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("a\n b\n\nc", ["a", "b", "c"], id="lines of a block of YAML"),
        pytest.param('["a", null, 1, true]', ["a", "1", "true"], id="a list of JSON that leaves one out"),
        pytest.param('{"web": "acme/web:1", "n": 2}', ["web=acme/web:1", "n=2"], id="a map"),
        pytest.param(",, ,", [], id="commas alone"),
        pytest.param("{a,b}", ["{a", "b}"], id="braces that are no JSON"),
    ],
)
def test_the_values_of_a_setting(text: str, values: list[str]) -> None:
    assert values_of(text) == values


def steps() -> Iterator[object]:
    """Yield the settings of the steps that documents show."""
    for file in ("README.md", "docs/plugin.md"):
        for block in re.findall(r"```yaml\n(.*?)```", (ROOT / file).read_text(), re.DOTALL):
            for document in construct(Source(file, block)):
                yield from (pytest.param(one, id=f"{file} {one['command']}") for one in found(document))


def found(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict) and str(data.get("image", "")).endswith("/kbump") and "settings" in data:
        yield data["settings"]
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from found(one)


@pytest.mark.parametrize("said", list(steps()))
def test_what_the_documents_show_are_settings(said: dict[str, Any]) -> None:
    told = settings_of({f"PLUGIN_{name.upper()}": as_drone_writes(value) for name, value in said.items()})
    command = group.get_command(click.Context(group), told["command"])
    assert command
    rest = {name: value for name, value in told.items() if name not in OWN}
    words, _ = arguments_of(rest, list(_parameters(told["command"], command)))
    assert command.make_context(told["command"], words)
