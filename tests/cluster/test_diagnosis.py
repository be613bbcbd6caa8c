"""diagnosed() of workloads on a real control plane, on nodes that let their containers fail.

With KBUMP_TEST_UPDATE=1 what is seen is written to tests/cases/diagnosis/, for tests/test_diagnosis.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest

from kbump.cluster.diagnosis import Around, Trouble, Verdict, diagnosed, judged, pull_messages, restarts
from kbump.cluster.status import status
from tests.cluster.failures import FAILURES, Failure
from tests.cluster.scenarios import batch, deployment, job, pod, pods, stateful_set, workload
from tests.cluster.test_status import DUMPER, neutral
from tests.cluster.watching import Kubectl, kubectl, until
from tests.conftest import CASES

__all__ = ["kubectl"]
KINDS = {
    "pods": ("pods",), "revisions": ("replicasets", "controllerrevisions"), "events": ("events",),
    "claims": ("persistentvolumeclaims",), "nodes": ("nodes",),
}  # fmt: skip


class Look(NamedTuple):
    """What there was at a moment, and what was made of it."""

    workload: dict[str, Any]
    around: dict[str, list[Any]]
    pulls: dict[tuple[str, str], str]
    now: datetime
    troubles: list[Trouble]


class Looking:
    """Looks at a workload again and again, as a rollout does."""

    def __init__(self, kubectl: Kubectl, manifest: str, grace: float = 1.0, pods: Sequence[Any] = ()) -> None:
        self.kubectl, self.grace, self.pods = kubectl, grace, pods
        self.pulls: dict[tuple[str, str], str] = {}
        self.verdict = Verdict([], [], {})
        last = [one for one in manifest.split("---\n") if one.strip()][-1]
        self.kind = last.partition("kind: ")[2].partition("\n")[0].lower()

    def look(self) -> Look:
        around = {key: [one for kind in kinds for one in self.kubectl.listed(kind)] for key, kinds in KINDS.items()}
        [found] = self.kubectl.listed(self.kind)
        self.pulls.update(pull_messages([*self.pods, *around["pods"]]))
        now = datetime.now(UTC)
        troubles = diagnosed(found, Around(**around), now=now, pulls=self.pulls)
        self.verdict = judged(troubles, self.verdict.since, time.monotonic(), grace=self.grace)
        return Look(found, around, {**self.pulls}, now, troubles)


@pytest.mark.parametrize(("name", "failure"), FAILURES.items(), ids=FAILURES)
def test_what_keeps_pods_from_being_ready_is_said(name: str, failure: Failure, kubectl: Kubectl) -> None:
    looks: list[Look] = []

    def fitting() -> bool:
        looks[:] = [looking.look()]
        return any(fits(one, failure) for one in looks[0].troubles)

    with kubectl.watched("pods") as versions:
        kubectl.apply(failure.manifest)
        if failure.then:
            failure.then(kubectl)
        looking = Looking(kubectl, failure.manifest, pods=versions)
        assert until(fitting), looks[0].troubles
    if os.environ.get("KBUMP_TEST_UPDATE"):
        with (CASES / "diagnosis" / f"{name.replace(' ', '-')}.yaml").open("w") as file:
            DUMPER.dump(case_of(looks[0], kubectl.namespace), file)


def fits(one: Trouble, failure: Failure) -> bool:
    return one.reason == failure.reason and all(
        any(fnmatchcase(said, expected.replace("[", "[[]")) for expected in expectations)
        for said, expectations in ((one.message, [failure.message]), (one.hint, failure.hint.split("|")))
    )


@pytest.mark.parametrize(
    ("word", "grace", "reason"),
    [
        pytest.param("missing", 0.0, "image-missing", id="a missing image without grace"),
        pytest.param("missing", 1.0, "image-missing", id="a missing image"),
        pytest.param("crash", 0.0, "crash", id="a crash without grace"),
        pytest.param("crash", 1.0, "crash", id="a crash loop"),
        pytest.param("flap", 1.0, "crash", id="crashes of what was ready in between"),
        pytest.param("oom", 1.0, "out-of-memory", id="a lack of memory"),
    ],
)
def test_what_is_hopeless_is_said(word: str, grace: float, reason: str, kubectl: Kubectl) -> None:
    with kubectl.watched("pods") as versions:
        kubectl.apply(deployment(1, word))
        looking = Looking(kubectl, deployment(1), grace, versions)
        assert until(lambda: looking.look() and looking.verdict.fatal)
        assert [one.reason for one in looking.verdict.fatal] == [reason]


@pytest.mark.parametrize("word", ["", "slow", "flaky", "stumble", "lingers"])
@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(lambda word: deployment(2, word), id="deployment"),
        pytest.param(lambda word: stateful_set(2, word), id="stateful set"),
        pytest.param(lambda word: workload("DaemonSet", pods(word)), id="daemon set"),
        pytest.param(pod, id="pod"),
    ],
)
def test_what_recovers_is_never_hopeless(word: str, manifest: Any, kubectl: Kubectl) -> None:
    kubectl.apply(manifest(word))
    looking, said = Looking(kubectl, manifest(word)), []

    def is_done() -> bool:
        found = looking.look()
        said.extend(looking.verdict.fatal)
        return status(found.workload).word == "done"

    assert until(is_done)
    assert not said
    assert not looking.look().troubles


def test_attempts_of_a_job_are_its_own_matter(kubectl: Kubectl) -> None:
    kubectl.apply(batch(job("fails", ", backoffLimit: 1")))
    looking, said = Looking(kubectl, batch(job())), []
    assert until(lambda: looking.look() and (said.extend(looking.verdict.fatal) or said))
    assert {one.message for one in said} == {"it failed: Job has reached the specified backoff limit"}


def test_restarts_and_evictions_before_a_rollout_are_not_of_it(kubectl: Kubectl) -> None:
    kubectl.apply(deployment(1, "crash"))
    looking = Looking(kubectl, deployment(1))
    assert until(lambda: [one for one in looking.look().troubles if one.times > 1])
    seen = looking.look()
    found = diagnosed(seen.workload, Around(**seen.around), now=seen.now, before=restarts(seen.around["pods"]))
    assert [(one.reason, one.times) for one in found] in ([("crash", 0)], [("crash", 1)])


def case_of(look: Look, namespace: str) -> dict[str, Any]:
    around = {key: [trimmed(one) for one in found if namespace in f"{one}"] for key, found in look.around.items()}
    # The troubles of what is left are to be the same.
    kept = diagnosed(trimmed(look.workload), Around(**around), now=look.now, pulls=look.pulls)
    assert kept == look.troubles
    case = {
        "now": look.now.isoformat(), "workload": trimmed(look.workload), "around": around,
        "pulls": [[*key, said] for key, said in look.pulls.items()],
        "troubles": [one._asdict() for one in look.troubles],
    }  # fmt: skip
    return dict(neutral(case, namespace))


_METADATA = (
    "name",
    "namespace",
    "uid",
    "labels",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "ownerReferences",
)
_EVENT = ("type", "reason", "message", "involvedObject", "lastTimestamp", "eventTime", "firstTimestamp", "series")
_TOLD = ("apiVersion", "kind", "spec", "status", "revision", *_EVENT)
_DULL = (
    "dnsPolicy", "enableServiceLinks", "imagePullPolicy", "preemptionPolicy", "priority", "schedulerName",
    "securityContext", "serviceAccount", "terminationGracePeriodSeconds", "terminationMessagePath",
    "terminationMessagePolicy", "tolerations", "volumeMounts", "projected", "images", "hostIPs", "podIPs",
)  # fmt: skip


def trimmed(one: dict[str, Any]) -> dict[str, Any]:
    """Leave out what nothing is said of."""
    metadata = {key: value for key, value in one["metadata"].items() if key in _METADATA}
    return {"metadata": metadata, **{key: _plain(value) for key, value in one.items() if key in _TOLD}}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in _DULL}
    return [_plain(one) for one in value] if isinstance(value, list) else value
