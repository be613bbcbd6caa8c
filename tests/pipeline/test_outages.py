"""Servers that are away for a while, and runners that die: the next run completes, or says what it found."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.network import Wire
from tests.forge.hosts import GiteaServer
from tests.pipeline.cluster import Cluster
from tests.pipeline.company import IMAGE, Company
from tests.pipeline.drone.server import Stage, kill


def die_after(company: Company, program: str, word: str) -> None:
    """Let the first step in which a program ran with a word die right then, with all that it started."""
    folder, real = Path(company.drone.path.partition(":")[0]), shutil.which(program)
    marker = company.folder / f"after-{word}"
    script = folder / program
    once = f"[ -e {marker} ] || {{ touch {marker}; sleep 5; }}"
    choice = f'case " $* " in *dry-run*) ;; *" {word} "*) {once};; esac'
    script.write_text(f'#!/bin/sh\n"{real}" "$@"\ncode=$?\n{choice}\nexit $code\n')
    script.chmod(0o755)

    def watch(stage: Stage, name: str, process: subprocess.Popen[str]) -> None:
        def wait() -> None:
            while process.poll() is None:
                if marker.exists() and name != "clone":
                    kill(process)
                    return
                time.sleep(0.02)

        if not marker.exists():
            threading.Thread(target=wait, daemon=True).start()

    company.drone.on_step = watch


def set_tag(company: Company, name: str) -> Stage:
    """Let infra-qa have a tag, and wait for what comes of it."""
    count = len(company.stages("infra-qa"))
    company.set_tag("infra-qa", name)
    return company.after("infra-qa", count + 1)


def test_a_runner_that_dies_between_the_push_and_the_pull_request_is_made_good_by_the_next_run(
    company: Company,
) -> None:
    die_after(company, "git", "push")
    stage = set_tag(company, "v1.0.0")
    assert [(one.name, one.status) for one in stage.steps][-1] == ("promote", "killed")
    assert company.pull_requests() == []
    assert "refs/heads/kbump/promote" in company.git("infra-production", "ls-remote", "origin")
    company.drone.restart(stage.build)
    again = company.after("infra-qa", 2)
    assert again.status == "success", again.log
    [pull] = company.pull_requests()
    assert "v1.0.0" in pull["title"]


def test_a_runner_that_dies_between_apply_and_undo_leaves_what_the_next_run_names(company: Company) -> None:
    assert set_tag(company, "v1.0.0").status == "success"
    die_after(company, "kubectl", "apply")
    killed = set_tag(company, "v1.1.0-missing")
    assert [(one.name, one.status) for one in killed.steps if one.status == "killed"] == [("rollout", "killed")]
    assert company.clusters["qa"].deployment()["spec"]["template"]["spec"]["containers"][0]["image"].endswith("missing")
    company.drone.restart(killed.build)
    again = company.after("infra-qa", 3)
    assert again.status == "failure"
    assert f"the image `{IMAGE}:v1.1.0-missing` does not exist" in again.log
    # What the first run had found there nobody knows any more, and what ran before still does.
    assert "no image was undone" in again.log
    assert "v1.0.0" in company.clusters["qa"].running()


@pytest.fixture
def wired_qa(clusters: dict[str, Cluster]) -> Iterator[Wire]:
    """Put a wire before the API server of QA."""
    cluster = clusters["qa"]
    wire = Wire(cluster.address.removeprefix("https://"))
    cluster.server = f"https://{wire.place}"
    yield wire
    cluster.server = cluster.address
    wire.close()


def test_an_api_server_that_restarts_during_the_rollout_is_waited_for(wired_qa: Wire, company: Company) -> None:
    company.set_tag("infra-qa", "v1.1.0-slow")
    while not company.clusters["qa"].running() & {"v1.1.0-slow"}:
        time.sleep(0.1)
    wired_qa.refusing = True
    wired_qa.cut()
    time.sleep(2)
    wired_qa.refusing = False
    stage = company.after("infra-qa", 1)
    assert stage.status == "success", stage.log
    assert company.clusters["qa"].settles("v1.1.0-slow")


def test_a_forge_that_is_away_fails_the_build_and_the_next_one_completes(
    gitea_server: GiteaServer, company: Company
) -> None:
    wire = Wire(gitea_server.url.removeprefix("http://"))
    company.replace("application", ".drone.yml", gitea_server.url, f"http://{wire.place}")
    wire.refusing = True
    company.push_branch("feature/login")
    away = company.after("application", 1)
    assert away.status == "failure"
    assert "git cannot clone" in away.log
    assert company.image("infra-staging") == f"{IMAGE}:0.1.0"
    wire.refusing = False
    company.drone.restart(away.build)
    back = company.after("application", 2)
    assert back.status == "success", back.log
    company.after("infra-staging", 1)
    assert company.clusters["staging"].settles(back.images[0].tags[0])
    wire.close()
