"""Promotions that run at the same moment end with one pull request, whoever was first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.infra import Infra

pytestmark = pytest.mark.once

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: 'acme/web:%s'}]}\n"
RUNS = 4
# How often: `KBUMP_TEST_ROUNDS=10` for more.
ROUNDS = int(os.environ.get("KBUMP_TEST_ROUNDS", "1"))


def start(infra: Infra, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **infra.secrets, "PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-m", "kbump", "promote", "--to", infra.url, "--from", "qa", "--label", "promotion"]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("again", range(ROUNDS))
def test_four_at_once_end_with_one_pull_request(infra: Infra, tmp_path: Path, again: int) -> None:
    infra.commit({"web.yaml": POD % "1"})
    here = tmp_path / "here"
    (here / "qa").mkdir(parents=True)
    choice = infra.choice
    address = f", api_url: '{choice.api_url}'" if choice.api_url else ""
    (here / ".kbump.yaml").write_text(f"forge: {{kind: {choice.kind}{address}}}\n")
    for tag in ("2", "3"):
        (here / "qa" / "web.yaml").write_text(POD % tag)
        ended = [(one.communicate(), one.returncode) for one in [start(infra, here) for _ in range(RUNS)]]
        assert [code for _, code in ended] == [0] * RUNS, ended
        pulls = infra.pulls("kbump/promote")
        assert [one.state for one in pulls].count("open") == 1
        assert pulls[0].number == min(one.number for one in pulls)
        assert infra.read("web.yaml", "kbump/promote") == POD % tag
    assert infra.merge(pulls[0].number) is None
    assert infra.read("web.yaml") == POD % "3"
