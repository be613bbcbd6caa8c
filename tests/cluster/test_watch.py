"""What a watch sees is the same however bad the network is, and it says what it cannot see."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from kbump.cluster.connection import Cluster, connect
from kbump.cluster.diagnosis import troubles
from kbump.cluster.kubectl import Kubectl
from kbump.cluster.status import status
from kbump.cluster.target import EVENTS, Kind, Target
from kbump.cluster.watch import Watch
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.cluster.conftest import Changed, plain
from tests.cluster.network import Fault, Middle, Said, Wire, failure, sometimes, troubled, until
from tests.cluster.scenarios import batch, job, pods, workload

PODS = Kind("", "v1", "pods", "Pod", True)
MAPS = Kind("", "v1", "configmaps", "ConfigMap", True)
SECRETS = Kind("", "v1", "secrets", "Secret", True)
KINDS = [
    PODS, Kind("apps", "v1", "deployments", "Deployment", True),
    Kind("apps", "v1", "statefulsets", "StatefulSet", True), Kind("batch", "v1", "jobs", "Job", True),
]  # fmt: skip
# What is applied, and what it comes to: the word of the workload, and the troubles of its pods.
ROLLOUTS = {
    "a rollout that succeeds": (workload("Deployment", f"replicas: 3, {pods('slow')}"), ("done", ())),
    "an image that is missing": (workload("Deployment", pods("missing")), ("waiting", ("image-missing",))),
    "a program that crashes": (workload("StatefulSet", pods("crash")), ("waiting", ("crash",))),
    "a job that fails": (batch(f"backoffLimit: 0, {job('fails')}"), ("failed", ())),
}
Picture = tuple[str, tuple[str, ...]]


def soon(seconds: float = 90.0) -> float:
    return time.monotonic() + seconds


def objects_of(manifest: str) -> list[dict[str, Any]]:
    return list(construct(Source("manifest", manifest)))


def picture(watch: Watch, namespace: str, kind: str) -> Picture | None:
    """Return what is to be seen of the only workload of a kind."""
    [of_kind] = [one for one in KINDS if one.kind == kind]
    found = list(watch.objects(of_kind, namespace).values())
    listed = watch.objects(PODS, namespace).values()
    if not found:
        return None
    reasons = () if kind == "Job" else {one.reason for one in troubles(listed, now=datetime.now(UTC))}
    return status(found[0]).word, tuple(sorted(reasons))


def seen(target: Target, manifest: str, wanted: Picture) -> Picture | None:
    """Apply a manifest, and return what a watch sees of it when that is what is wanted, or when time is over.

    Time is long: of each 6 s, the kubelet tells for 1 s only why an image cannot be pulled, and a watch that stalls is
    blind for 20 s.
    """
    [obj] = objects_of(manifest)
    cluster = connect(target, soon())
    with Kubectl(target, soon(), cluster.reachable) as kubectl:
        applied, limit = kubectl.apply([obj]), soon()
        while applied.code and time.monotonic() < limit:
            # A wire that is reset all the time, on a slow machine: what is asked here is what the watch sees.
            applied = kubectl.apply([obj])
        assert not applied.code, applied.words
    with Watch(cluster, [(kind, target.namespace) for kind in KINDS]) as watch:
        limit, found = soon(300), None
        while found != wanted and time.monotonic() < limit:
            watch.wait(1.0)
            found = picture(watch, target.namespace, obj["kind"])
    return found


@pytest.mark.parametrize(("manifest", "wanted"), ROLLOUTS.values(), ids=ROLLOUTS)
def test_what_a_rollout_comes_to_is_seen(space: Target, manifest: str, wanted: Picture) -> None:
    assert seen(space, manifest, wanted) == wanted


@contextmanager
def down(line: Wire) -> Iterator[None]:
    """Let nobody connect for some seconds, again and again."""

    def pause() -> None:
        line.refusing = True
        line.cut()
        time.sleep(2.0)
        line.refusing = False

    with troubled(pause, every_s=(1.0, 2.0)):
        yield


BAD_WIRES: dict[str, Callable[[Wire], AbstractContextManager[None]]] = {
    "cuts connections": lambda line: troubled(line.cut),
    "resets connections": lambda line: troubled(line.reset),
    "stalls connections": lambda line: troubled(line.stall, every_s=(5.0, 10.0)),
    "lets nobody connect for seconds": down,
    "does all of that": lambda line: troubled(line.cut, line.reset, line.stall, every_s=(0.5, 2.0)),
}


@pytest.mark.parametrize(("manifest", "wanted"), ROLLOUTS.values(), ids=ROLLOUTS)
@pytest.mark.parametrize("bad", BAD_WIRES.values(), ids=BAD_WIRES)
def test_the_same_is_seen_through_a_wire_that(
    wire: tuple[Wire, Target], bad: Callable[[Wire], AbstractContextManager[None]], manifest: str, wanted: Picture
) -> None:
    line, target = wire
    with bad(line):
        assert seen(target, manifest, wanted) == wanted


def only_watches(said: Said, share: float) -> Fault:
    fault = sometimes(said, share)
    return lambda method, path, headers: fault(method, path, headers) if "watch=" in path else None


def every_fifth(other: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    turns = itertools.cycle([False, False, False, False, True])
    return lambda line: other(line) if next(turns) else line


GONE = failure(410, "too old resource version")
BUSY = failure(429, "too many requests", ("Retry-After", "1"))
ERROR = json.dumps({"type": "ERROR", "object": GONE.data}).encode() + b"\n"
FAULTS: dict[str, Callable[[], dict[str, Any]]] = {
    "is busy": lambda: {"fault": sometimes(BUSY, 0.3)},
    "fails": lambda: {"fault": sometimes(failure(500, "etcdserver: no leader"), 0.3)},
    "is not available": lambda: {"fault": sometimes(failure(503, "starting"), 0.3)},
    "lets credentials expire": lambda: {"fault": sometimes(failure(401, "Unauthorized"), 0.2)},
    "forgets what came before a watch": lambda: {"fault": only_watches(GONE, 0.5)},
    "forgets what came before, in the middle of a watch": lambda: {"line": every_fifth(lambda line: ERROR)},
    "cuts lines of a watch": lambda: {"line": every_fifth(lambda line: line[: len(line) // 2])},
}


@pytest.mark.parametrize(("manifest", "wanted"), ROLLOUTS.values(), ids=ROLLOUTS)
@pytest.mark.parametrize("spoil", FAULTS.values(), ids=FAULTS)
def test_the_same_is_seen_of_a_server_that(
    middle: tuple[Middle, Target], spoil: Callable[[], dict[str, Any]], manifest: str, wanted: Picture
) -> None:
    between, target = middle
    vars(between).update(spoil())
    assert seen(target, manifest, wanted) == wanted


@pytest.fixture
def cluster(space: Target) -> Cluster:
    return connect(space, soon())


def names(watch: Watch, kind: Kind, namespace: str) -> set[str]:
    return {one["metadata"]["name"] for one in watch.objects(kind, namespace).values()} - {"kube-root-ca.crt"}


def test_changes_are_told_once_and_by_key(space: Target, cluster: Cluster) -> None:
    key, other = (MAPS, space.namespace), (PODS, space.namespace)
    with Watch(cluster, [key, other]) as watch:
        until(lambda: watch.wait(1.0) and watch.known == {key, other})
        until(lambda: not watch.wait(0.5))
        plain(space, "create", "configmap", "a", "--from-literal=x=y")
        assert watch.wait(30.0) == {key}
        assert names(watch, *key) == {"a"}
        plain(space, "patch", "configmap", "a", "--patch", '{"data":{"x":"z"}}')
        assert watch.wait(30.0) == {key}
        [found] = [one for one in watch.objects(*key).values() if one["metadata"]["name"] == "a"]
        assert (found["data"], "managedFields" in found["metadata"]) == ({"x": "z"}, False)
        plain(space, "delete", "configmap", "a")
        assert watch.wait(30.0) == {key}
        assert names(watch, *key) == set()
        assert watch.wait(0.3) == set()


def test_before_the_first_list_nothing_is_known(wire: tuple[Wire, Target]) -> None:
    line, target = wire
    cluster = connect(target, soon())
    line.refusing = True
    line.cut()
    with Watch(cluster, [(MAPS, target.namespace)]) as watch:
        until(lambda: watch.broken)
        assert watch.known == set()
        assert f"no answer from {cluster.server}: " in watch.broken[MAPS, target.namespace]
        assert not watch.refresh(1.0)
        line.refusing = False
        until(lambda: watch.known and not watch.broken)


def test_what_is_not_allowed_is_told_and_the_rest_is_seen(space: Target, changed: Changed) -> None:
    plain(space, "create", "serviceaccount", "visitor")
    plain(space, "create", "role", "visitor", "--verb=get,list,watch", "--resource=configmaps")
    plain(space, "create", "rolebinding", "visitor", "--role=visitor", f"--serviceaccount={space.namespace}:visitor")
    cluster = connect(changed(user={"token": plain(space, "create", "token", "visitor").strip()}), soon())
    until(lambda: cluster.may("list", MAPS, space.namespace))
    with Watch(cluster, [(MAPS, space.namespace), (SECRETS, space.namespace)]) as watch:
        assert until(lambda: watch.denied) == {(SECRETS, space.namespace)}
        until(lambda: watch.known == {(MAPS, space.namespace)})
        assert watch.broken == {}
        plain(space, "create", "configmap", "a")
        until(lambda: names(watch, MAPS, space.namespace) == {"a"})
        assert watch.refresh()


def test_what_may_be_listed_and_not_watched_is_listed_again_and_again(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    cluster = connect(target, soon())
    between.fault = only_watches(failure(403, "forbidden"), 1.0)
    with Watch(cluster, [(MAPS, target.namespace)]) as watch:
        until(lambda: watch.known)
        plain(target, "create", "configmap", "a")
        until(lambda: names(watch, MAPS, target.namespace) == {"a"})


def test_a_kind_that_the_server_does_not_have_has_no_objects(space: Target, cluster: Cluster) -> None:
    widgets = Kind("example.com", "v1", "widgets", "Widget", True)
    with Watch(cluster, [(widgets, space.namespace)]) as watch:
        until(lambda: watch.known)
        assert watch.objects(widgets, space.namespace) == {}
        assert watch.broken == {}


def test_ordinary_events_are_not_kept(space: Target, cluster: Cluster) -> None:
    with Watch(cluster, [(EVENTS, space.namespace)]) as watch, Kubectl(space, soon()) as kubectl:
        kubectl.apply(objects_of(workload("Deployment", pods("missing"))))
        until(lambda: "Failed" in {one["reason"] for one in watch.objects(EVENTS, space.namespace).values()})
        reasons = {one["reason"] for one in watch.objects(EVENTS, space.namespace).values()}
    assert "ScalingReplicaSet" in plain(space, "get", "events", "-o", "yaml")
    assert not reasons & {"ScalingReplicaSet", "SuccessfulCreate", "Scheduled"}


def test_a_last_look_sees_what_a_stalled_watch_does_not(wire: tuple[Wire, Target], space: Target) -> None:
    line, target = wire
    cluster, key = connect(target, soon()), (MAPS, target.namespace)
    with Watch(cluster, [key]) as watch:
        until(lambda: watch.known)
        time.sleep(0.5)
        line.stall()
        plain(space, "create", "configmap", "a")
        time.sleep(0.5)
        assert names(watch, *key) == set()
        assert watch.refresh()
        assert names(watch, *key) == {"a"}


def test_a_watch_that_is_behind_a_last_look_is_not_believed(middle: tuple[Middle, Target], space: Target) -> None:
    between, target = middle

    def late(line: bytes) -> bytes:
        time.sleep(1.5)
        return line

    between.line = late
    cluster, key = connect(target, soon()), (MAPS, target.namespace)
    with Watch(cluster, [key]) as watch:
        until(lambda: watch.known)
        time.sleep(0.5)
        plain(space, "create", "configmap", "a")
        plain(space, "delete", "configmap", "a")
        assert watch.refresh()
        limit = time.monotonic() + 4.0
        while time.monotonic() < limit:
            assert names(watch, *key) == set()
            time.sleep(0.02)


def test_a_watch_that_says_what_is_no_event_is_begun_again(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    between.line = every_fifth(lambda line: b'{"type": "ADDED", "object": {}}\n')
    cluster, key = connect(target, soon()), (MAPS, target.namespace)
    with Watch(cluster, [key]) as watch:
        until(lambda: watch.known)
        for number in range(8):
            plain(target, "create", "configmap", f"a{number}")
        until(lambda: len(names(watch, *key)) == 8)


def test_a_watch_that_stalls_is_begun_again(wire: tuple[Wire, Target], space: Target) -> None:
    line, target = wire
    cluster, key = connect(target, soon()), (MAPS, target.namespace)
    with Watch(cluster, [key]) as watch:
        until(lambda: watch.known)
        time.sleep(0.5)
        line.stall()
        plain(space, "create", "configmap", "a")
        until(lambda: names(watch, *key) == {"a"}, 60.0)


def test_a_server_that_ends_watches_at_once_is_not_asked_without_a_pause(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    cluster = connect(target, soon())
    between.line = lambda line: b""
    asked = len(between.asked)
    with Watch(cluster, [(MAPS, target.namespace)]) as watch:
        until(lambda: watch.known)
        plain(target, "create", "configmap", "a")
        time.sleep(4.0)
        until(lambda: names(watch, MAPS, target.namespace) == {"a"})
    assert len(between.asked) - asked < 40


@pytest.mark.parametrize("stalled", [False, True])
def test_its_threads_end_with_it(wire: tuple[Wire, Target], stalled: bool) -> None:
    line, target = wire
    cluster = connect(target, soon())
    with Watch(cluster, [(kind, target.namespace) for kind in KINDS]) as watch:
        until(lambda: len(watch.known) == len(KINDS))
        time.sleep(0.5)
        if stalled:
            line.stall()
    assert {one.name for one in threading.enumerate()} & {kind.plural for kind in KINDS} == set()


PROGRAM = """
import json, os, sys, time
from kbump.cluster.connection import connect
from kbump.cluster.status import status
from kbump.cluster.target import EVENTS, Kind, Target
from kbump.cluster.watch import Watch

namespace = sys.argv[2]
cluster = connect(Target(dict(os.environ), sys.argv[1]), time.monotonic() + 120)
asked = [("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("v1", "Pod"), ("v1", "Event")]
kinds = [cluster.resolve(*one) for one in asked]
begun, done = time.monotonic(), 0
with Watch(cluster, [(kind, namespace) for kind in kinds]) as watch:
    print("watching", flush=True)
    while done < 50 and time.monotonic() - begun < 100:
        watch.wait(1.0)
        done = sum(status(one).word == "done" for one in watch.objects(kinds[0], namespace).values())
    pods = len(watch.objects(kinds[2], namespace))
[memory] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps({"done": done, "pods": pods, "memory_mb": int(memory) / 1024}))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is told by /proc")
def test_fifty_workloads_with_500_pods_cost_little_memory(space: Target) -> None:
    [obj] = objects_of(workload("Deployment", f"replicas: 10, {pods()}"))
    made = [{**obj, "metadata": {"name": f"web-{number}"}} for number in range(50)]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, space.kubeconfig, space.namespace], stdout=subprocess.PIPE, text=True
    ) as program, Kubectl(space, soon()) as kubectl:  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "watching\n"
        assert not kubectl.apply(made).code
        told = json.loads(program.stdout.read())
    assert (told["done"], told["pods"]) == (50, 500)
    assert told["memory_mb"] < 100
