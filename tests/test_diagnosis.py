"""One file under tests/cases/diagnosis/ is what a real API server told of a workload, and what troubles() makes of it.

tests/cluster/test_diagnosis.py takes them (KBUMP_TEST_UPDATE=1).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.diagnosis import PATIENCE, Trouble, judged, pull_messages, troubles
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import CASES

FILES = sorted((CASES / "diagnosis").glob("*.yaml"))
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
MISSING = Trouble("image-missing", "it does not exist", pod="web-1", container="web")
CRASH = Trouble("crash", "it ended", pod="web-1", container="web", times=1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_troubles_are_said_of_real_objects(path: Path) -> None:
    [case] = construct(Source(path.name, path.read_text()))
    pulls = {(pod, container): text for pod, container, text in case["pulls"]}
    given = {"owners": case["owners"], "events": case["events"], "now": datetime.fromisoformat(case["now"])}
    assert [one._asdict() for one in troubles(case["pods"], pulls=pulls, **given)] == case["troubles"]


def pod(status: dict[str, Any], **container: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "web", "image": "acme/web:1", **container}]}
    statuses = [{"name": "web", **status}] if status else []
    return {"metadata": {"name": "web-1"}, "spec": spec, "status": {"containerStatuses": statuses}}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        pytest.param(
            waiting("ErrImagePull", "401 Unauthorized"), "image-denied",
            "the registry does not give `acme/web:1`: 401 Unauthorized", id="a registry that wants to know who asks",
        ),
        pytest.param(
            waiting("InvalidImageName", "bad"), "image-invalid", "`acme/web:1` cannot be pulled: bad",
            id="a name that is no image",
        ),
        pytest.param(
            {"state": {"terminated": {"exitCode": 139}}}, "crash", "it ended with exit code 139 (SIGSEGV)",
            id="a signal",
        ),
        pytest.param(
            {"state": {"running": {}}, "lastState": {"terminated": {"exitCode": 1}}, "restartCount": 3}, "crash",
            "it ended with exit code 1, 3 times", id="a container that was started again",
        ),
    ],
)  # fmt: skip
def test_of_a_container(status: dict[str, Any], reason: str, message: str) -> None:
    [found] = troubles([pod(status)], now=NOW)
    assert (found.reason, found.message, found.pod, found.container) == (reason, message, "web-1", "web")


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"state": {"running": {"startedAt": "2026-11-28T11:00:00Z"}}, "ready": True}, id="that is ready"),
        pytest.param(waiting("ContainerCreating"), id="that is being made"),
        pytest.param({"state": {"terminated": {"exitCode": 0}}}, id="that has ended well"),
        pytest.param(
            {"state": {"running": {}}, "ready": True, "lastState": {"terminated": {"exitCode": 1}}},
            id="that is ready again",
        ),
        pytest.param({"state": {"running": {"startedAt": "2026-11-28T11:59:50Z"}}}, id="whose probe has time left"),
    ],
)
def test_there_is_nothing_to_say_of_a_container(status: dict[str, Any]) -> None:
    probe = {"initialDelaySeconds": 5, "periodSeconds": 10, "failureThreshold": 3}
    assert troubles([pod(status, readinessProbe=probe)], now=NOW) == []


def test_what_the_registry_said_is_remembered_when_the_kubelet_backs_off() -> None:
    failing, backing = (
        pod(waiting("ErrImagePull", "manifest unknown")),
        pod(waiting("ImagePullBackOff", 'Back-off pulling image "acme/web:1"')),
    )
    pulls = pull_messages([failing])
    assert pulls == {("web-1", "web"): "manifest unknown"}
    assert [one.reason for one in troubles([backing], now=NOW, pulls=pulls)] == ["image-missing"]
    assert [one.reason for one in troubles([backing], now=NOW)] == ["image-unreachable"]
    assert pull_messages([backing]) == {}


def test_a_pod_that_was_evicted_says_why() -> None:
    gone = {"metadata": {"name": "web-1"}, "status": {"reason": "Evicted", "message": "low on memory"}}
    assert troubles([gone], now=NOW) == [Trouble("evicted", "it was evicted: low on memory", pod="web-1")]


def test_a_volume_that_does_not_mount_is_told_once_by_its_events() -> None:
    event = {
        "type": "Warning", "reason": "FailedMount", "message": "no such secret", "involvedObject": {"name": "web-1"},
    }  # fmt: skip
    other = {**event, "involvedObject": {"name": "else"}}
    normal = {**event, "type": "Normal"}
    found = troubles([pod({})], events=[normal, event, event, other], now=NOW)
    assert found == [Trouble("volume", "a volume does not mount: no such secret", pod="web-1")]


def test_what_may_pass_is_hopeless_once_it_has_lasted() -> None:
    first = judged([MISSING], {}, 100.0)
    assert (first.fatal, first.passing) == ([], [MISSING])
    assert judged([MISSING], first.since, 104.9).fatal == []
    assert judged([MISSING], first.since, 105.0).fatal == [MISSING]


def test_what_went_away_in_between_begins_anew() -> None:
    first = judged([MISSING], {}, 100.0)
    gone = judged([], first.since, 103.0)
    assert judged([MISSING], gone.since, 106.0).fatal == []


def test_a_crash_is_hopeless_once_it_has_repeated() -> None:
    assert judged([CRASH], {}, 0.0).passing == [CRASH]
    again = CRASH._replace(times=2)
    assert judged([again], {}, 0.0).fatal == [again]


def test_without_grace_everything_is_hopeless_at_once_and_with_more_it_takes_longer() -> None:
    assert judged([MISSING, CRASH], {}, 0.0, grace=0).fatal == [MISSING, CRASH]
    assert judged([MISSING], {MISSING.key: 0.0}, 9.0, grace=2).fatal == []


def test_every_reason_has_its_patience() -> None:
    import re

    from kbump.cluster import diagnosis

    text = Path(diagnosis.__file__).read_text()
    assert {*re.findall(r'Trouble\(\s*"([a-z-]+)"', text)} == {*PATIENCE}
