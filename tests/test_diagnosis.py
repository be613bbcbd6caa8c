"""One file under tests/cases/diagnosis/ is what a real API server told of a workload, and what diagnosed() makes of it.

tests/cluster/test_diagnosis.py takes them (KBUMP_TEST_UPDATE=1).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.diagnosis import (
    PATIENCE,
    Around,
    Trouble,
    diagnosed,
    fallen,
    is_telling,
    judged,
    pull_messages,
    restarts,
    troubles,
)
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import CASES
from tests.test_status import holes, without

FILES = sorted((CASES / "diagnosis").glob("*.yaml"))
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
MISSING = Trouble("image-missing", "it does not exist", pod="web-1", container="web")
CRASH = Trouble("crash", "it ended", pod="web-1", container="web", times=1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_troubles_are_said_of_real_objects(path: Path) -> None:
    [case] = construct(Source(path.name, path.read_text()))
    pulls = {(pod, container): text for pod, container, text in case["pulls"]}
    now = datetime.fromisoformat(case["now"])
    found = diagnosed(case["workload"], Around(**case["around"]), now=now, pulls=pulls)
    assert [one._asdict() for one in found] == case["troubles"]


def pod(status: dict[str, Any], told: dict[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    spec = {"restartPolicy": "Always", "containers": [{"name": "web", "image": "acme/web:404", **container}]}
    statuses = [{"name": "web", **status}] if status else []
    owners = [{"kind": "ReplicaSet", "uid": "set", "controller": True}]
    metadata = {"name": "web-1", "uid": "1", "ownerReferences": owners}
    return {"metadata": metadata, "spec": spec, "status": {"containerStatuses": statuses, **(told or {})}}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


def ended(code: int, restarts: int = 0, **how: Any) -> dict[str, Any]:
    return {"state": {"terminated": {"exitCode": code, **how}}, "restartCount": restarts}


def again(code: int, restarts: int, **how: Any) -> dict[str, Any]:
    back_off = {"waiting": {"reason": "CrashLoopBackOff"}}
    return {"state": back_off, "lastState": {"terminated": {"exitCode": code, **how}}, "restartCount": restarts}


def event(reason: str, message: str, kind: str = "Pod", about: str = "1", at: str = "", **more: Any) -> dict[str, Any]:
    involved = {"kind": kind, "uid": about, "name": "web-1"}
    return {"reason": reason, "message": message, "involvedObject": involved, "lastTimestamp": at or None, **more}


def running(restarts: int = 0, code: int = 0) -> dict[str, Any]:
    last = {"lastState": {"terminated": {"exitCode": code}}} if restarts else {}
    return {"state": {"running": {}}, "ready": True, "restartCount": restarts, **last}


PULL = "`acme/web:404` cannot be pulled: "


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        pytest.param(
            waiting("ErrImagePull", "unexpected status: 401 Unauthorized"), "image-denied",
            "the registry does not give `acme/web:404`: unexpected status: 401 Unauthorized",
            id="a registry that wants to know who asks",
        ),
        pytest.param(
            waiting("ErrImagePull", 'failed to pull "docker.io/acme/web:404": dial tcp: i/o timeout'),
            "image-unreachable", f'{PULL}failed to pull "docker.io/acme/web:404": dial tcp: i/o timeout',
            id="a registry that does not answer for a tag that looks like an answer",
        ),
        pytest.param(
            waiting("ImagePullBackOff", 'Back-off pulling image "acme/web:404": ErrImagePull: manifest unknown'),
            "image-missing", "the image `acme/web:404` does not exist",
            id="a kubelet that repeats what the registry said",
        ),
        pytest.param(
            waiting("ErrImageNeverPull", "not present with pull policy of Never"), "image-invalid",
            f"{PULL}not present with pull policy of Never", id="an image that has to be there already",
        ),
        pytest.param(
            waiting("CreateContainerConfigError", "failed to sync configmap cache: timed out"), "volume",
            "the kubelet has not got what the container needs: failed to sync configmap cache: timed out",
            id="a kubelet that has not heard of a ConfigMap yet",
        ),
        pytest.param(
            waiting("CreateContainerError"), "start", "the container cannot be started: CreateContainerError",
            id="a container that cannot be made, without a word",
        ),
        pytest.param(ended(139), "crash", "it ended with exit code 139 (SIGSEGV)", id="a signal"),
        pytest.param(ended(255), "crash", "it ended with exit code 255", id="a code that is no signal"),
        pytest.param(ended(127), "crash", "it ended with exit code 127 (command not found)", id="a shell's own code"),
        pytest.param(ended(1, signal=11), "crash", "it ended with exit code 1 (SIGSEGV)", id="a signal of its own"),
        pytest.param(
            ended(0), "crash", "it ended, with exit code 0, and is to keep running", id="an end that is well, and none",
        ),
        pytest.param(
            {"state": {"running": {}}, "lastState": {"terminated": {"exitCode": 1}}, "restartCount": 3}, "crash",
            "it ended with exit code 1, 3 times", id="a container that was started again",
        ),
        pytest.param(
            again(128, 1, reason="StartError"), "start", "the container cannot be started: exit code 128",
            id="a container that did not start, without a word",
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
        pytest.param(
            {"state": {"running": {}}, "ready": True, "lastState": {"terminated": {"exitCode": 1}}},
            id="that is ready again",
        ),
        pytest.param({"state": {"running": {"startedAt": "2026-11-28T11:59:50Z"}}}, id="whose probe has time left"),
        pytest.param({"state": {"running": {"startedAt": "lately"}}}, id="that started nobody knows when"),
    ],
)
def test_there_is_nothing_to_say_of_a_container(status: dict[str, Any]) -> None:
    probe = {"initialDelaySeconds": 5, "periodSeconds": 10, "failureThreshold": 3}
    assert troubles([pod(status, readinessProbe=probe)], now=NOW) == []


RUNNING = {"state": {"running": {"startedAt": "2026-11-28T11:59:00Z"}}, "ready": False}


def test_a_readiness_probe_has_its_window_and_that_of_the_startup_probe_before_it() -> None:
    startup, readiness = {"periodSeconds": 10, "failureThreshold": 3}, {"periodSeconds": 10, "failureThreshold": 3}
    late = pod({**RUNNING, "started": True}, readinessProbe=readiness)
    assert [one.reason for one in troubles([late], now=NOW)] == ["unready"]
    assert troubles([pod({**RUNNING, "started": True}, startupProbe=startup, readinessProbe=readiness)], now=NOW) == []


def test_a_startup_probe_that_has_not_succeeded_yet_is_said_and_never_hopeless() -> None:
    starting = pod({**RUNNING, "started": False}, startupProbe={"periodSeconds": 10})
    failed = event("Unhealthy", "Startup probe failed: connection refused")
    [found] = troubles([starting], events=[failed], now=NOW)
    assert found.message == "its startup probe has not succeeded yet: connection refused"
    assert judged([found], {}, 0.0, grace=0).fatal == []
    assert troubles([starting], now=NOW) == []


def test_a_probe_that_fails_has_not_killed_what_ends_by_itself() -> None:
    failed = event("Unhealthy", "Liveness probe failed: connection refused")
    assert [one.reason for one in troubles([pod(again(1, 2))], events=[failed], now=NOW)] == ["crash"]
    assert [one.reason for one in troubles([pod(again(143, 2))], events=[failed], now=NOW)] == ["probe"]


def test_events_about_another_container_of_the_pod_are_not_of_this_one() -> None:
    failed = event("Unhealthy", "Liveness probe failed: connection refused")
    failed["involvedObject"]["fieldPath"] = "spec.containers{proxy}"
    assert [one.reason for one in troubles([pod(again(143, 2))], events=[failed], now=NOW)] == ["crash"]


def test_an_init_container_may_end_and_a_sidecar_may_not() -> None:
    first = pod({})
    first["spec"]["initContainers"] = [{"name": "prepare"}, {"name": "proxy", "restartPolicy": "Always"}]
    first["status"]["initContainerStatuses"] = [{"name": "prepare", **ended(0)}, {"name": "proxy", **ended(0)}]
    assert [one.container for one in troubles([first], now=NOW)] == ["proxy"]


def test_what_the_registry_said_is_remembered_when_the_kubelet_backs_off() -> None:
    failing, backing = (
        pod(waiting("ErrImagePull", "manifest unknown")),
        pod(waiting("ImagePullBackOff", 'Back-off pulling image "acme/web:404"')),
    )
    pulls = pull_messages([failing])
    assert pulls == {("1", "web"): "manifest unknown"}
    assert [one.reason for one in troubles([backing], now=NOW, pulls=pulls)] == ["image-missing"]
    assert pull_messages([backing]) == {}


def test_what_the_registry_said_is_also_in_an_event() -> None:
    backing = pod(waiting("ImagePullBackOff", 'Back-off pulling image "acme/web:404"'))
    said = [
        event("Failed", 'Failed to pull image "acme/web:404": manifest unknown', at="2026-11-28T11:59:00Z"),
        event("Failed", "Error: ErrImagePull", at="2026-11-28T11:59:01Z"),
        event("Failed", 'Failed to pull image "acme/web:404": i/o timeout', at="2026-11-28T11:58:00Z"),
    ]
    assert [one.reason for one in troubles([backing], events=said, now=NOW)] == ["image-missing"]
    [unknown] = troubles([backing], now=NOW)
    assert unknown.message == f"{PULL}the kubelet does not say why"


def test_a_pull_secret_that_is_missing_is_the_hint_to_an_image_that_may_not_be_read() -> None:
    words = "Unable to retrieve some image pull secrets (registry); attempting to pull the image may not succeed."
    secret = event("FailedToRetrieveImagePullSecret", words)
    [found] = troubles([pod(waiting("ErrImagePull", "403 Forbidden"))], events=[secret], now=NOW)
    assert (found.reason, found.hint) == ("image-denied", words)


def test_restarts_before_the_rollout_began_are_not_of_it() -> None:
    crashing = pod(again(1, 7))
    [found] = troubles([crashing], now=NOW, before=restarts([crashing]))
    assert (found.message, found.times) == ("it ended with exit code 1, before this rollout began", 0)
    assert judged([found], {}, 0.0, grace=0).fatal == []
    [later] = troubles([pod(again(1, 9))], now=NOW, before=restarts([crashing]))
    assert later.times == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({**running(), "restartCount": 2}, []),
        (running(3, 1), ["it ended with exit code 1"]),
        (ended(137, 2, reason="OOMKilled"), ["it ran out of memory"]),
        (again(1, 2), ["it ended with exit code 1"]),
        (again(1, 4), ["it ended with exit code 1, 2 times"]),
    ],
    ids=["it runs", "it runs again", "it has ended", "it is to be started again", "it falls again and again"],
)
def test_a_container_that_has_ended_since_it_was_well_is_told_though_it_may_run_again(
    status: dict[str, Any], words: list[str]
) -> None:
    before = {("1", "web"): 2}
    found = fallen([pod(status)], now=NOW, before=before)
    assert [one.message for one in found] == words
    assert all((one.pod, one.container) == ("web-1", "web") for one in found)
    leaving = pod(status)
    leaving["metadata"]["deletionTimestamp"] = "2026-11-28T12:00:00Z"
    assert fallen([leaving], now=NOW, before=before) == []


def test_a_single_crash_counts_once_however_far_the_kubelet_is_with_it() -> None:
    for status in (ended(1), again(1, 1)):
        assert [one.times for one in troubles([pod(status)], now=NOW)] == [1]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        pytest.param(
            {"reason": "Preempting", "message": "for systems"},
            "it was put out for a pod that matters more: for systems",
            id="that was preempted",
        ),
        pytest.param({"reason": "NodeShutdown"}, "its node is being shut down", id="whose node is shut down"),
        pytest.param(
            {"reason": "OutOfcpu", "message": "short"}, "its node does not take it: OutOfcpu: short",
            id="that is too big",
        ),
        pytest.param(
            {"conditions": [{"type": "DisruptionTarget", "status": "True", "message": "taint manager"}]},
            "it was put out: taint manager", id="that a controller has put out",
        ),
    ],
)  # fmt: skip
def test_a_pod_that_is_replaced_is_hopeless_only_when_it_comes_again(told: dict[str, Any], message: str) -> None:
    gone = pod({}, {"phase": "Failed", **told})
    [found] = troubles([gone], now=NOW)
    assert (found.reason, found.message, found.times) == ("evicted", message, 1)
    assert judged([found], {}, 0.0).passing == [found]
    assert len(judged(troubles([gone] * 3, now=NOW), {}, 0.0).fatal) == 3
    assert troubles([gone], now=NOW, before=restarts([gone])) == []


def test_there_is_nothing_to_say_of_a_pod_that_is_to_go_or_has_ended_well() -> None:
    going = pod(ended(143))
    going["metadata"]["deletionTimestamp"] = "2026-11-28T11:59:00Z"
    assert troubles([going, pod(ended(1), {"phase": "Succeeded"})], now=NOW) == []


def test_an_end_of_a_pod_of_a_job_is_an_attempt() -> None:
    trying = pod(ended(3))
    trying["metadata"]["ownerReferences"][0]["kind"] = "Job"
    [found] = troubles([trying], now=NOW)
    assert (found.reason, found.message) == ("attempt", "an attempt failed: it ended with exit code 3")


def unbound(*events: dict[str, Any]) -> list[Trouble]:
    condition = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available: 1 Insufficient cpu."}
    return troubles([pod({}, {"conditions": [condition]})], events=events, now=NOW)


def test_an_autoscaler_that_brings_a_node_is_given_the_time() -> None:
    [found] = unbound(event("TriggeredScaleUp", "pod triggered scale-up"))
    assert found.message == "no node takes it, and the autoscaler brings one: of 1 nodes 1 Insufficient cpu"
    assert judged([found], {found.key: 0.0}, 100.0).fatal == []
    [found] = unbound()
    assert judged([found], {found.key: 0.0}, 100.0).fatal == [found]


def made_for(seconds: int, *events: dict[str, Any]) -> list[str]:
    at = (NOW - timedelta(seconds=seconds)).isoformat()
    condition = {"type": "PodScheduled", "status": "True", "lastTransitionTime": at}
    found = troubles([pod(waiting("ContainerCreating"), {"conditions": [condition]})], events=events, now=NOW)
    assert judged(found, {one.key: 0.0 for one in found}, 9999.0).fatal == []
    return [one.message for one in found]


def test_what_takes_its_time_is_said_for_the_day_that_it_is_too_long() -> None:
    begun = event("Pulling", 'Pulling image "acme/web:404"', at="2026-11-28T11:59:00Z")
    ended = event("Pulled", "Successfully pulled", at="2026-11-28T11:59:30Z")
    assert made_for(30) == []
    assert made_for(31) == ["its node has been making it for 31 s"]
    assert made_for(60, begun) == ['its node has been making it for 60 s, and has not pulled "acme/web:404" yet']
    assert made_for(60, begun, ended) == ["its node has been making it for 60 s"]


@pytest.mark.parametrize(
    ("finalizers", "ready", "why"),
    [
        pytest.param(["example.com/a"], "True", "finalizers hold it: `example.com/a`", id="finalizers"),
        pytest.param([], "False", "its node is not ready", id="a node that is lost"),
        pytest.param([], "True", "its node has not ended it", id="a node that does not do it"),
    ],
)
def test_a_pod_that_does_not_end_is_said(finalizers: list[str], ready: str, why: str) -> None:
    old = pod({}, {})
    old["spec"]["nodeName"] = "node-1"
    old["metadata"] |= {"deletionTimestamp": "2026-11-28T11:59:00Z", "finalizers": finalizers}
    old["metadata"]["ownerReferences"][0]["uid"] = "set"
    node = {"metadata": {"name": "node-1"}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}
    around = Around(pods=[old], nodes=[node])
    owner = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"uid": "set"}}
    [found] = diagnosed(owner, around, now=NOW)
    assert (found.reason, found.message) == ("ending", f"it was to end and is still there: {why}")
    assert diagnosed(owner, around, now=NOW - timedelta(seconds=40)) == []


REFUSED = {"conditions": [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: few"}]}


@pytest.mark.parametrize(("pods", "reason"), [([], "refused"), ([pod({})], "quota")])
def test_a_quota_may_have_room_when_old_pods_have_ended(pods: list[Any], reason: str) -> None:
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"uid": "web"}, "status": REFUSED}
    old = {
        "metadata": {"uid": "set", "ownerReferences": [{"uid": "web", "controller": True}]},
        "spec": {"template": {"a": 1}},
    }
    assert [one.reason for one in diagnosed(owner, Around(pods=pods, revisions=[old]), now=NOW)] == [reason]


def test_a_webhook_that_does_not_answer_may_do_so_later() -> None:
    said = 'Internal error occurred: failed calling webhook "inject.example.com": connection refused'
    conditions = [{"type": "ReplicaFailure", "status": "True", "message": said}]
    [found] = troubles([], owners=[{"status": {"conditions": conditions}}], now=NOW)
    assert (found.reason, found.hint) == ("webhook", "look at the webhook's own pods, or at its `failurePolicy`")


def test_events_that_tell_nothing_need_not_be_kept() -> None:
    told = [event("Killing", ""), event("Scheduled", ""), event("Whatever", "", type="Warning")]
    assert list(map(is_telling, told)) == [True, False, True]


def test_a_scheduler_that_does_not_look_at_a_pod_is_named() -> None:
    new = pod({}, {"phase": "Pending"})
    new["spec"]["schedulerName"], new["metadata"]["creationTimestamp"] = "mine", "2026-11-28T11:59:00Z"
    assert [one.message for one in troubles([new], now=NOW)] == ["the scheduler `mine` has not looked at it"]
    new["metadata"]["creationTimestamp"] = "2026-11-28T11:59:55Z"
    assert troubles([new], now=NOW) == []


def unscheduled(message: str) -> dict[str, Any]:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    found = pod({}, {"conditions": [condition]})
    found["spec"]["volumes"] = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "tmp", "ephemeral": {"volumeClaimTemplate": {}}},
        {"name": "x"},
    ]
    return found


UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"


def test_claims_without_a_volume_are_named_and_those_that_have_one_are_not() -> None:
    [found] = troubles([unscheduled(UNBOUND)], now=NOW)
    assert (found.reason, found.message) == ("volume", "its claims `data`, `web-1-tmp` have no volume")
    bound = {"metadata": {"name": "data"}, "status": {"phase": "Bound"}}
    workload = {"apiVersion": "v1", "kind": "Pod", **unscheduled(UNBOUND)}
    [found] = diagnosed(workload, Around(claims=[bound]), now=NOW)
    assert found.message == "its claim `web-1-tmp` has no volume"


def test_a_scheduler_without_words_is_said_to_be() -> None:
    [found] = troubles([unscheduled("")], now=NOW)
    assert found.message == "no node takes it: the scheduler does not say why"
    [found] = troubles([unscheduled("0/3 nodes are available: pod affinity terms conflict.")], now=NOW)
    assert found.message == "no node takes it: pod affinity terms conflict"


def test_a_volume_that_did_not_mount_before_the_container_ran_is_past() -> None:
    mount = event("FailedMount", "no such secret")
    assert [one.reason for one in troubles([pod(waiting("PodInitializing"))], events=[mount], now=NOW)] == ["volume"]
    assert troubles([pod({"state": {"running": {}}})], events=[mount], now=NOW) == []


def test_volumes_that_do_not_mount_hint_at_the_pods_claims() -> None:
    pending = unscheduled("")
    pending["status"] = {}
    [found] = troubles([pending], events=[event("FailedAttachVolume", "in use")], now=NOW)
    assert found.hint == "look at its claims `data`, `web-1-tmp`"


def deployment(**conditions: str) -> dict[str, Any]:
    listed = [{"type": "Progressing", "status": "False", **conditions}]
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"uid": "web"}, "status": {"conditions": listed}}


def test_a_replica_set_that_may_not_be_made_is_told_by_its_deployment() -> None:
    message = 'replicasets.apps "web-1" is forbidden: exceeded quota: few'
    owner = deployment(reason="ReplicaSetCreateError", message=message)
    [found] = troubles([], owners=[owner, owner], now=NOW)
    assert (found.reason, found.message) == ("refused", "its pods may not be made: exceeded quota: few")


def test_a_refusal_that_is_past_is_not_told() -> None:
    full = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"uid": "1"}, "status": {"replicas": 1}}
    refused = event("FailedCreate", "exceeded quota", kind="StatefulSet")
    assert troubles([], owners=[full], events=[refused], now=NOW) == []
    short = {**full, "status": {"replicas": 0}}
    assert [one.reason for one in troubles([], owners=[short], events=[refused], now=NOW)] == ["refused"]


def test_the_last_event_counts_whichever_way_it_says_when_it_was() -> None:
    short = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"uid": "1"}}
    told = [
        {**event("FailedCreate", "last"), "series": {"lastObservedTime": "2026-11-28T11:59:59.5Z"}},
        {**event("FailedCreate", "second"), "eventTime": "2026-11-28T11:59:58.123456Z"},
        event("FailedCreate", "first", at="2026-11-28T11:00:00Z"),
        event("FailedCreate", "whenever"),
    ]
    [found] = troubles([], owners=[short], events=told, now=NOW)
    assert found.message == "its pods may not be made: last"


def stateful_set(replicas: int, made: int) -> dict[str, Any]:
    status = {"observedGeneration": 1, "updateRevision": "web-2", "replicas": made}
    kind = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"uid": "set", "generation": 1}}
    return {**kind, "spec": {"replicas": replicas}, "status": status}


def test_an_older_pod_of_a_stateful_set_is_in_the_way_only_if_it_has_troubles() -> None:
    well, ill = pod({"state": {"running": {}}}), pod(again(1, 2))
    assert diagnosed(stateful_set(1, 1), Around(pods=[well]), now=NOW) == []
    [found] = diagnosed(stateful_set(1, 1), Around(pods=[ill]), now=NOW)
    assert (found.reason, found.hint) == ("blocked", "`kubectl delete pod web-1` lets it go on")
    parallel = stateful_set(1, 1)
    parallel["spec"]["podManagementPolicy"] = "Parallel"
    assert diagnosed(parallel, Around(pods=[ill]), now=NOW) == []


def test_a_pod_that_holds_up_a_stateful_set_is_said_to_also_where_there_is_no_other_hint() -> None:
    new = pod(waiting("InvalidImageName"))
    new["metadata"]["labels"] = {"controller-revision-hash": "web-2"}
    [found] = diagnosed(stateful_set(2, 1), Around(pods=[new]), now=NOW)
    assert found.hint == "the StatefulSet makes no other pod before this one is ready"


def test_what_may_pass_is_hopeless_once_it_has_lasted() -> None:
    first = judged([MISSING], {}, 100.0)
    assert (first.fatal, first.passing) == ([], [MISSING])
    assert judged([MISSING], first.since, 104.9).fatal == []
    assert judged([MISSING], first.since, 105.0).fatal == [MISSING]


def test_what_went_away_in_between_begins_anew() -> None:
    first = judged([MISSING], {}, 100.0)
    gone = judged([], first.since, 103.0)
    assert judged([MISSING], gone.since, 106.0).fatal == []


def test_a_crash_is_hopeless_once_it_has_come_three_times_however_long_it_lasts() -> None:
    twice, thrice = CRASH._replace(times=2), CRASH._replace(times=3)
    assert judged([twice], {twice.key: 0.0}, 999.0).passing == [twice]
    assert judged([thrice], {}, 0.0).fatal == [thrice]


def test_without_grace_everything_is_hopeless_at_once_and_with_more_it_takes_longer() -> None:
    assert judged([MISSING, CRASH], {}, 0.0, grace=0).fatal == [MISSING, CRASH]
    assert judged([MISSING], {MISSING.key: 0.0}, 9.0, grace=2).fatal == []
    assert judged([CRASH._replace(times=5)], {}, 0.0, grace=2).fatal == []
    assert judged([CRASH._replace(times=6)], {}, 0.0, grace=2).fatal != []


def test_every_reason_has_its_patience() -> None:
    import re

    from kbump.cluster import diagnosis

    texts = [path.read_text() for path in Path(diagnosis.__file__).parent.glob("*.py")]
    named = {one for text in texts for one in re.findall(r'(?:Trouble\(\s*|reason=|found = |else )"([a-z-]+)"', text)}
    assert named == {*PATIENCE}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_whatever_is_absent_something_is_made_of_the_rest(path: Path) -> None:
    [case] = construct(Source(path.name, path.read_text()))
    now, seen = datetime.fromisoformat(case["now"]), {"workload": case["workload"], **case["around"]}
    for place in holes(seen):
        if len(place) > 2 or place[0] == "workload":
            rest = without(seen, place)
            around = Around(**{key: rest[key] for key in case["around"]})
            assert all(one.message for one in diagnosed(rest["workload"] or {}, around, now=now))
