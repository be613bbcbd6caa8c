"""How `kbump rollout` waits on a real API server while others do something, and how it ends before its time."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.rolling import Place, place, until
from tests.cluster.scenarios import pods, workload

__all__ = ["place"]
WEB = workload("Deployment", f"replicas: 2, {pods()}")
SLOW = workload("Deployment", f"replicas: 2, {pods('slow')}")
OTHER = workload("Deployment", f"replicas: 2, {pods('slow')}").replace("1.4.0", "1.6.0")


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    """Do something beside the test."""
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def on_delete(kind: str, image: str) -> str:
    replicas = "" if kind == "DaemonSet" else "replicas: 2, "
    return workload(kind, f"{replicas}updateStrategy: {{type: OnDelete}}, {pods()}").replace("1.4.0", image)


def started(place: Place, *arguments: str, **streams: object) -> subprocess.Popen[str]:
    """Start a rollout by itself."""
    command = [sys.executable, "-m", "kbump", *place.argv("rollout", *arguments)]
    environ = {key: value for key, value in os.environ.items() if key != "KUBECONFIG"}
    return subprocess.Popen(command, text=True, env=environ, **streams)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("kind", ["DaemonSet", "StatefulSet"])
def test_what_a_person_has_to_delete_is_no_failure(kind: str, place: Place) -> None:
    place.rollout(on_delete(kind, "1.4.0"))
    ran, data = place.rollout(on_delete(kind, "1.5.0"))
    assert (ran.code, data["workloads"][0]["word"]) == (0, "manual")
    assert "its update strategy is OnDelete" in data["workloads"][0]["message"]


def test_what_scales_a_workload_meanwhile_is_followed(place: Place) -> None:
    def scale() -> None:
        until(lambda: place.get("deployment"))
        place.kubectl("scale", "deployment/web", "--replicas=4")

    other = meanwhile(scale)
    ran, data = place.rollout(SLOW, "--stable", "6s", "--timeout", "50s")
    other.join()
    assert (ran.code, data["workloads"][0]["message"]) == (0, "4 replicas available")


def test_an_autoscaler_that_moves_the_replicas_meanwhile_is_followed(place: Place) -> None:
    target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
    scaler = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"
        f"spec: {{{target}, minReplicas: 4, maxReplicas: 5}}\n"
    )
    # Without metrics it does no more than to keep to its limits, which is what moves them here.
    manifest = f"{SLOW.replace('replicas: 2, ', '')}---\n{scaler}"
    ran, data = place.rollout(manifest, "--stable", "20s", "--timeout", "90s")
    assert (ran.code, data["workloads"][0]["message"]) == (0, "4 replicas available")
    writers = json.loads(place.kubectl("get", "deployment", "web", "-o", "json", "--show-managed-fields"))["metadata"]
    assert [one["subresource"] for one in writers["managedFields"] if one.get("subresource") == "scale"]
    ran, data = place.rollout(manifest.replace("1.4.0", "1.5.0"), "--timeout", "90s")
    assert (ran.code, data["workloads"][0]["message"]) == (0, "4 replicas available")


def test_who_deploys_over_a_rollout_ends_it_and_is_named(place: Place) -> None:
    place.rollout(WEB)

    def deploy() -> None:
        until(lambda: "slow" in json.dumps(place.get("deployment")))
        # The server remembers seconds.
        time.sleep(1.5)
        place.kubectl("apply", "--field-manager=somebody", "-f", "-", text=OTHER)

    other = meanwhile(deploy)
    ran, data = place.rollout(SLOW, "--timeout", "50s")
    other.join()
    [one] = data["workloads"]
    assert (ran.code, one["word"]) == (1, "superseded")
    assert "somebody" in one["message"].rpartition("meanwhile")[2]


def test_of_two_rollouts_the_later_one_counts(place: Place, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(OTHER)

    def deploy() -> None:
        until(lambda: "slow" in json.dumps(place.get("deployment")))
        ended.append(started(place, "-f", "other.yaml", stdout=subprocess.DEVNULL).wait())

    ended: list[int] = []
    other = meanwhile(deploy)
    ran, data = place.rollout(SLOW, "--stable", "20s", "--timeout", "50s")
    other.join()
    assert (ran.code, data["workloads"][0]["word"], ended) == (1, "superseded", [0])


def test_who_deletes_a_workload_meanwhile_ends_the_rollout(place: Place) -> None:
    def delete() -> None:
        until(lambda: place.get("deployment"))
        place.kubectl("delete", "deployment", "web")

    other = meanwhile(delete)
    ran, data = place.rollout(workload("Deployment", pods("unready")), "--timeout", "50s")
    other.join()
    assert (ran.code, data["workloads"][0]["word"]) == (1, "deleted")


def test_a_crash_after_it_was_ready_is_a_failure_if_it_must_stay_so(place: Place) -> None:
    ran, data = place.rollout(workload("Deployment", pods("flap")), "--stable", "30s", "--timeout", "50s")
    assert (ran.code, data["workloads"][0]["word"]) == (1, "failed")
    assert "it ended with exit code 1" in data["workloads"][0]["message"]
    assert data["seconds"] < 30


def says(place: Place, **status: object) -> None:
    """Say of the pod what its kubelet would."""
    [pod] = json.loads(place.kubectl("get", "pods", "-o", "json"))["items"]
    conditions = [{"type": kind, "status": str(status["ready"])} for kind in ("Ready", "ContainersReady")]
    container = {**pod["status"]["containerStatuses"][0], **status}
    patch = json.dumps({"status": {"conditions": conditions, "containerStatuses": [container]}})
    place.kubectl("patch", "pod", pod["metadata"]["name"], "--subresource=status", "--type=strategic", "-p", patch)


def steady(place: Place, act: Callable[[], object]) -> tuple[int, dict[str, Any]]:
    """Roll out what has to be stable for ten seconds, and do something once it is ready."""

    def later() -> None:
        until(lambda: place.get("deployment").get("status", {}).get("readyReplicas"))
        time.sleep(2)
        act()

    other = meanwhile(later)
    ran, data = place.rollout(workload("Deployment", pods()), "--stable", "10s", "--timeout", "50s")
    other.join()
    return ran.code, data


def test_a_pod_that_is_not_ready_for_a_moment_lets_the_time_begin_anew(place: Place) -> None:
    def stumble() -> None:
        says(place, ready=False)
        time.sleep(2)
        says(place, ready=True)
        again.append(time.monotonic())

    again: list[float] = []
    code, data = steady(place, stumble)
    assert (code, data["workloads"][0]["word"]) == (0, "done")
    assert time.monotonic() - again[0] > 9


def test_a_container_that_was_started_again_meanwhile_is_a_failure_though_it_is_ready(place: Place) -> None:
    last = {"terminated": {"exitCode": 2, "reason": "Error"}}
    code, data = steady(place, lambda: says(place, ready=True, restartCount=1, lastState=last))
    assert (code, data["workloads"][0]["word"]) == (1, "failed")
    assert "it ended with exit code 2" in data["workloads"][0]["message"]
    assert data["seconds"] < 40


def test_old_pods_can_be_waited_for(place: Place) -> None:
    lingering = workload("Deployment", f"replicas: 1, {pods('lingers')}")
    place.rollout(lingering)
    new = workload("Deployment", f"replicas: 1, {pods()}")
    ran, _ = place.rollout(new, "--timeout", "50s", "--wait-terminated")
    assert ran.code == 0
    listed = json.loads(place.kubectl("get", "pods", "-o", "json"))["items"]
    assert not [one for one in listed if one["spec"]["containers"][0]["image"].endswith("lingers")]


def test_one_that_is_doomed_ends_the_run_unless_it_is_to_go_on(place: Place) -> None:
    doomed = workload("Deployment", pods("crash")).replace("{name: web}", "{name: bad}", 1)
    manifest = f"{doomed}---\n{workload('Deployment', pods('unready'))}"
    ran, data = place.rollout(manifest, "--timeout", "50s")
    assert {one["name"]: one["word"] for one in data["workloads"]} == {"bad": "failed", "web": "waiting"}
    ran, data = place.rollout(manifest.replace("unready", "slow"), "--timeout", "50s", "--keep-going")
    assert ran.code == 1
    assert {one["name"]: one["word"] for one in data["workloads"]} == {"bad": "failed", "web": "done"}


def test_fifty_workloads_are_watched_at_once(place: Place) -> None:
    names = [f"web-{number}" for number in range(50)]
    manifest = "---\n".join(
        WEB.replace("{name: web}", f"{{name: {name}}}", 1).replace("app: web", f"app: {name}") for name in names
    )
    ran, data = place.rollout(manifest, "--timeout", "3m")
    assert ran.code == 0
    assert [one["word"] for one in data["workloads"]] == ["done"] * 50


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_an_interruption_leaves_is_said(number: int, code: int, place: Place, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(workload("Deployment", pods("unready")))
    running = started(place, "-f", "web.yaml", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: "web" in place.kubectl("get", "pods"), patience_s=60)
    time.sleep(4)
    running.send_signal(number)
    _, words = running.communicate(timeout=30)
    assert running.returncode == code
    left = f"all is applied, and nobody waits any longer for Deployment {place.namespace}/web"
    assert f"interrupted while waiting for workloads; {left}" in words
    assert "Traceback" not in words


def test_a_terminal_has_a_line_that_counts_and_a_log_has_not(place: Place, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(SLOW)
    ours, theirs = pty.openpty()
    running = started(place, "-f", "web.yaml", stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while piece := read_terminal(ours):
        shown += piece
    os.close(ours)
    assert running.wait() == 0
    assert b"\r0 of 1 done, " in shown
    assert b" of 600 s: Deployment " in shown
    assert shown.count(b"\033[K") > 3
    ran = place.run(*place.argv("rollout", "-f", "web.yaml"))
    assert "\r" not in ran.stdout + ran.stderr


def read_terminal(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
