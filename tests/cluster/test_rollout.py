"""`kbump rollout` on a real API server: what is applied, what is waited for, and what ends it."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import jsonschema
import pytest

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import IMAGE, NEVER, NOWHERE, batch, job, pod, pods, workload
from tests.conftest import ROOT

__all__ = ["place"]
SCHEMA = json.loads((ROOT / "schemas" / "rollout.schema.json").read_text())
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: none}\nspec: {hard: {pods: '0'}}\n---\n"
WEB = workload("Deployment", f"replicas: 2, {pods()}")
PARTITION = "replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}"
INIT = f", initContainers: [{{name: prepare, image: '{IMAGE}-crash'}}]"
ON_DELETE = f"replicas: 2, updateStrategy: {{type: OnDelete}}, {pods()}"
# What is applied, and how it ends: exit code, word, sentence.
ENDINGS = {
    "a deployment": (WEB, 0, "done", "2 replicas available"),
    "a deployment that takes a while": (workload("Deployment", pods("slow")), 0, "done", "1 replica available"),
    "a deployment that crashes once": (workload("Deployment", pods("stumble")), 0, "done", "1 replica available"),
    "an image that comes late": (workload("Deployment", pods("flaky")), 0, "done", "1 replica available"),
    "a deployment that is scaled to zero": (
        workload("Deployment", f"replicas: 0, {pods()}"), 0, "done", "it is scaled to zero",
    ),
    "a deployment that is paused": (workload("Deployment", f"paused: true, {pods()}"), 0, "paused", "it is paused*"),
    "a stateful set": (workload("StatefulSet", f"replicas: 2, {pods()}"), 0, "done", "2 pods ready"),
    "a stateful set with a partition": (
        workload("StatefulSet", f"{PARTITION}, {pods()}"), 0, "done", "1 pod updated, 2 pods held by the partition",
    ),
    "a daemon set": (workload("DaemonSet", pods()), 0, "done", "3 pods available"),
    "a job": (batch(job()), 0, "done", "it is complete"),
    "a job that is suspended": (batch(job(more=", suspend: true")), 0, "paused", "it is suspended"),
    "a pod": (pod(), 0, "done", "it is ready"),
    "an image that is missing": (
        workload("Deployment", pods("missing")), 1, "failed",
        f"container web: the image `{IMAGE}-missing` does not exist",
    ),
    "a container that crashes": (
        workload("Deployment", pods("crash")), 1, "failed", "container web: it ended with exit code 1*",
    ),
    "a container that runs out of memory": (
        workload("StatefulSet", pods("oom")), 1, "failed", "container web: it ran out of memory*",
    ),
    "an init container that crashes": (
        workload("DaemonSet", pods(more=INIT)), 1, "failed", "container prepare: it ended with exit code *",
    ),
    "a deadline that is over": (
        workload("Deployment", f"progressDeadlineSeconds: 2, {pods('unready')}"), 1, "failed",
        "it has made no progress for 2 s*",
    ),
    "a job that fails": (
        batch(job("fails", ", backoffLimit: 0")), 1, "failed", "it failed: Job has reached the*",
    ),
    "a pod that fails": (pod("fails", NEVER), 1, "failed", "it failed*"),
}  # fmt: skip
# As those above, with no patience for what might pass.
AT_ONCE = {
    "a secret that is missing": (
        workload("Deployment", pods("misconfigured")), "container web: the container cannot be made: secret*",
    ),
    "a quota that is full": (QUOTA + WEB, "its pods may not be made: *exceeded quota*"),
    "a quota that is full for a stateful set": (
        QUOTA + workload("StatefulSet", pods()), "its pods may not be made: *exceeded quota*",
    ),
    "a pod that no node takes": (
        workload("Deployment", pods(more=NOWHERE)), "pod web-*: no node takes it: of 3 nodes 3 *",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("manifest", "code", "word", "message"), ENDINGS.values(), ids=ENDINGS)
def test_a_rollout_ends_as_its_workload_does(manifest: str, code: int, word: str, message: str, place: Place) -> None:
    ran, data = place.rollout(manifest, "--timeout", "60s")
    [one] = data["workloads"]
    assert fnmatchcase(one["message"], message.replace("[", "[[]")), ran
    assert (ran.code, one["word"], one["change"]) == (code, word, "created")
    assert data["ending"] == ("failed" if code else "done")
    jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize(("manifest", "message"), AT_ONCE.values(), ids=AT_ONCE)
def test_without_patience_what_may_pass_ends_it_at_once(manifest: str, message: str, place: Place) -> None:
    ran, data = place.rollout(manifest, "--timeout", "60s", "--grace", "0")
    [one] = data["workloads"]
    assert fnmatchcase(one["message"], message.replace("[", "[[]")), ran
    assert (ran.code, one["word"]) == (1, "failed")
    assert data["seconds"] < 30


def test_the_second_run_changes_nothing_and_waits_all_the_same(place: Place) -> None:
    manifest = f"{WEB}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\n"
    place.rollout(manifest)
    ran, data = place.rollout(manifest)
    assert ran.code == 0
    assert [one["change"] for one in data["applied"]] == ["unchanged", "unchanged"]
    assert [(one["word"], one["change"]) for one in data["workloads"]] == [("done", "unchanged")]


def test_a_timeout_names_what_is_not_done_and_why(place: Place) -> None:
    ran, _ = place.rollout(workload("Deployment", pods("unready")), "--timeout", "6s", output="text")
    assert ran.code == 3
    assert "1 of 1 workload not done: Deployment" in ran.stderr
    assert "0 of 1 updated replica available" in ran.stderr.splitlines()[-1]
    assert "it is not ready" in ran.stdout


def test_what_a_container_wrote_is_shown_and_can_be_left_out(place: Place) -> None:
    ran, _ = place.rollout(workload("Deployment", pods("crash")), output="text")
    assert "| fatal: cannot connect to database" in ran.stdout
    ran, data = place.rollout(workload("Deployment", pods("crash")), "--log-lines", "0")
    assert data["workloads"][0]["logs"] == []
