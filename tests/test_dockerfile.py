"""The Dockerfile, as far as it can be told without a daemon; `tox -e lint` runs hadolint on it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from kbump.cli import COMMANDS
from tests.conftest import ROOT

LINES = re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text()).replace("\\\n", " ").splitlines()
STEPS = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in LINES if line.strip())]
LAST = STEPS[max(index for index, (word, _) in enumerate(STEPS) if word == "FROM") :]


def test_hadolint_has_nothing_to_say() -> None:
    if not shutil.which("hadolint"):
        pytest.skip("hadolint is not on PATH")
    ran = subprocess.run(
        ["hadolint", "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_image_runs_a_command_of_kbump_as_no_root() -> None:
    (entry,) = (json.loads(rest) for word, rest in LAST if word == "ENTRYPOINT")
    assert entry == ["kbump", "plugin"]
    assert entry[1] in COMMANDS
    (user,) = (rest for word, rest in LAST if word == "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_the_last_stage_has_git_and_kubectl_and_nothing_that_builds() -> None:
    (installed,) = (rest for word, rest in LAST if word == "RUN")
    packages = re.search(r"install --yes --no-install-recommends ([^&]*)", installed)
    assert packages
    assert {"git", "python3"} <= set(packages[1].split())
    assert not {"python3-pip", "build-essential", "gcc", "curl"} & set(packages[1].split())
    assert any(word == "COPY" and "kubectl" in rest for word, rest in LAST)


def test_base_and_kubectl_are_arguments_and_the_platform_is_the_builders() -> None:
    arguments = dict(rest.partition("=")[::2] for word, rest in STEPS if word == "ARG")
    assert {"BASE", "KUBECTL_VERSION", "TARGETARCH", "VERSION"} <= set(arguments)
    assert arguments["TARGETARCH"] == ""  # a default would win over --platform
    assert all(rest.startswith("${BASE}") for word, rest in STEPS if word == "FROM")
    assert not [rest for _, rest in STEPS if "amd64" in rest]


def test_what_is_copied_is_there_and_not_left_out_by_dockerignore() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [name for word, rest in STEPS if word == "COPY" and "--from" not in rest for name in rest.split()[:-1]]
    assert sorted(copied) == sorted(kept)
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_says_what_it_is() -> None:
    (label,) = (rest for word, rest in LAST if word == "LABEL")
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', label))
    assert {"title", "description", "licenses", "source", "documentation", "version", "revision"} == set(labels)
    assert labels["licenses"] == "Apache-2.0"
