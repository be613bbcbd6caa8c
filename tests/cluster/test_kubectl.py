"""kubectl is run as it is: again if it dies or the network fails, four at a time, and not longer than its owner."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.connection import connect
from kbump.cluster.kubectl import Kubectl
from kbump.cluster.target import Kind, Target
from kbump.errors import ClusterError, SourceError
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.cluster.conftest import Changed, plain
from tests.cluster.network import Middle, Wire, failure, troubled, until
from tests.cluster.scenarios import pods, workload
from tests.git.conftest import alive

DEPLOYMENTS = Kind("apps", "v1", "deployments", "Deployment", True)
WEB = ["deployments.apps/web"]
MAPS = Kind("", "v1", "configmaps", "ConfigMap", True)


def soon(seconds: float = 60.0) -> float:
    return time.monotonic() + seconds


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(word: str = "", more: str = "") -> dict[str, Any]:
    [obj] = construct(Source("manifest", workload("Deployment", f"{more}{pods(word)}")))
    return dict(obj)


def with_program(target: Target, folder: Path, script: str) -> Target:
    """Return a target whose kubectl is a shell script; $REAL is the real one."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "kubectl"
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(0o755)
    path = f"{folder / 'bin'}:{target.environ['PATH']}"
    real = subprocess.run(["sh", "-c", "command -v kubectl"], capture_output=True, text=True, check=True).stdout.strip()
    return target._replace(environ={**target.environ, "PATH": path, "REAL": real, "FOLDER": str(folder)})


def test_versions_are_told(space: Target) -> None:
    told = json.loads(plain(space, "version", "-o", "json"))
    with Kubectl(space, soon()) as kubectl:
        found = kubectl.version()
    assert found == (told["clientVersion"]["gitVersion"], told["serverVersion"]["gitVersion"])


def test_without_a_server_the_version_of_kubectl_is_told(changed: Changed) -> None:
    with Kubectl(changed({"server": "https://127.0.0.1:1"}), soon()) as kubectl:
        found = kubectl.version()
    assert found.client.startswith("v1.")
    assert found.server == ""


def test_objects_are_applied_and_told_as_they_are(space: Target) -> None:
    with Kubectl(space, soon()) as kubectl:
        one = kubectl.apply([config_map("a", x="y")])
        two = kubectl.apply([config_map("a", x="y"), config_map("b")])
    assert (one.code, one.words) == (0, "")
    assert [obj["metadata"]["name"] for obj in two.objects] == ["a", "b"]
    first, again = one.objects[0], two.objects[0]
    assert first["metadata"]["resourceVersion"] == again["metadata"]["resourceVersion"]
    assert first["data"] == {"x": "y"}


def test_a_dry_run_changes_nothing_and_is_refused_as_the_real_one(space: Target) -> None:
    bad = {**config_map("a"), "data": {"x": {"no": "text"}}}
    with Kubectl(space, soon()) as kubectl:
        assert [one["metadata"]["name"] for one in kubectl.apply([config_map("a")], dry_run=True).objects] == ["a"]
        refused = kubectl.apply([bad], dry_run=True)
    assert plain(space, "get", "configmap", "a", "--ignore-not-found") == ""
    assert (refused.code, refused.objects) == (1, [])
    assert "ConfigMap" in refused.words


def test_a_conflict_of_a_server_side_apply_can_be_forced(space: Target) -> None:
    plain(space, "create", "configmap", "a", "--from-literal=x=y")
    with Kubectl(space, soon()) as kubectl:
        refused = kubectl.apply([config_map("a", x="z")], server_side=True)
        forced = kubectl.apply([config_map("a", x="z")], server_side=True, force_conflicts=True)
    assert refused.code == 1
    assert "conflict" in refused.words
    assert (forced.code, forced.objects[0]["data"]) == (0, {"x": "z"})


def test_the_namespace_of_one_apply_can_be_another(space: Target) -> None:
    with Kubectl(space, soon()) as kubectl:
        applied = kubectl.apply([config_map("a")], namespace="default", dry_run=True)
    assert applied.objects[0]["metadata"]["namespace"] == "default"


def test_values_of_a_secret_are_not_in_kubectls_words(space: Target) -> None:
    value = base64.b64encode(b"hunter22-hunter22").decode()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"x": value}}
    with Kubectl(space, soon()) as kubectl:
        assert not kubectl.apply([{**secret, "immutable": True, "data": {}}]).code
        refused = kubectl.apply([{**secret, "stringData": {"y": "line-one-of-it\nline-two-of-it"}}])
        shown = kubectl.diff([{**secret, "metadata": {"name": "b"}}])
    assert refused.code == 1
    for text in (value, "hunter22", "line-one-of-it", "line-two-of-it", base64.b64encode(b"line-one").decode()[:10]):
        assert text not in refused.words
        assert text not in shown


def test_a_difference_is_shown(space: Target) -> None:
    with Kubectl(space, soon()) as kubectl:
        kubectl.apply([config_map("a", x="y")])
        assert kubectl.diff([config_map("a", x="y")]) == ""
        assert "\n+  x: z\n" in kubectl.diff([config_map("a", x="z")])
        with pytest.raises(ClusterError, match="`kubectl diff` failed: "):
            kubectl.diff([{**config_map("a"), "data": {"x": {"no": "text"}}}])


def test_a_rollout_is_waited_for_and_undone(space: Target) -> None:
    with Kubectl(space, soon()) as kubectl:
        kubectl.apply([deployment()])
        assert kubectl.rollout_status(WEB, space.namespace, 30.0).code == 0
        kubectl.apply([deployment("missing")])
        late = kubectl.rollout_status(WEB, space.namespace, 1.0)
        assert (late.code, late.expired) == (1, False)
        assert kubectl.undo(DEPLOYMENTS, space.namespace, "web", 1).code == 0
        assert kubectl.rollout_status(WEB, space.namespace, 30.0).code == 0
        assert kubectl.undo(DEPLOYMENTS, space.namespace, "web", 99).code == 1


def test_logs_are_told_or_why_there_are_none(space: Target) -> None:
    with Kubectl(space, soon()) as kubectl:
        kubectl.apply([deployment("crash")])
        [pod] = until(lambda: plain(space, "get", "pods", "-o", "name").split())
        name = pod.removeprefix("pod/")
        found = until(lambda: (it := kubectl.logs(space.namespace, name, "web", previous=True, lines=2)).output and it)
        none = kubectl.logs(space.namespace, "nothing", "web", previous=False, lines=2)
    assert len(found.output.splitlines()) == 2
    assert "fatal: cannot connect to database" in found.output
    assert (none.output, none.code) == ("", 1)
    assert "nothing" in none.words


def test_an_object_is_deleted_and_one_that_is_gone_is_fine(space: Target) -> None:
    with Kubectl(space, soon()) as kubectl:
        kubectl.apply([config_map("a")])
        assert [kubectl.delete(MAPS, space.namespace, "a").code for _ in range(2)] == [0, 0]
    assert plain(space, "get", "configmap", "a", "--ignore-not-found") == ""


def test_a_kubectl_that_dies_is_started_again(space: Target, tmp_path: Path) -> None:
    script = 'if mkdir "$FOLDER/died" 2>/dev/null; then kill -KILL $$; fi\nexec "$REAL" "$@"\n'
    with Kubectl(with_program(space, tmp_path, script), soon()) as kubectl:
        assert kubectl.apply([config_map("a")]).code == 0
        os.rmdir(tmp_path / "died")
        assert kubectl.apply([deployment()]).code == 0
        os.rmdir(tmp_path / "died")
        assert kubectl.rollout_status(WEB, space.namespace, 30.0).code == 0
    assert (tmp_path / "died").exists()


def test_a_kubectl_that_keeps_dying_is_given_up_when_time_is_over(space: Target, tmp_path: Path) -> None:
    with Kubectl(with_program(space, tmp_path, "kill -KILL $$\n"), soon(3.0)) as kubectl:
        ended = kubectl.rollout_status(WEB, space.namespace, 30.0)
    assert (ended.code, ended.words) == (-9, "signal 9 ended it")


def test_a_kubectl_that_hangs_is_ended_when_time_is_over(space: Target, tmp_path: Path) -> None:
    with Kubectl(with_program(space, tmp_path, "echo waiting >&2\nsleep 60\n"), soon(1.0)) as kubectl:
        ended = kubectl.undo(DEPLOYMENTS, space.namespace, "web", 1)
        assert (ended.expired, ended.words) == (True, "it did not end in time: waiting")
        with pytest.raises(ClusterError, match="no time is left for `kubectl apply`"):
            kubectl.apply([])
        kubectl.extend(soon(1.0))
        assert kubectl.undo(DEPLOYMENTS, space.namespace, "web", 1).expired


def test_a_machine_without_kubectl_is_said(space: Target, tmp_path: Path) -> None:
    target = space._replace(environ={"PATH": str(tmp_path)})
    with Kubectl(target, soon()) as kubectl, pytest.raises(SourceError, match="kubectl is not on PATH"):
        kubectl.version()
    with pytest.raises(SourceError, match="kubectl is not on PATH"):
        connect(target, soon())


def test_at_most_four_run_at_a_time(space: Target, tmp_path: Path) -> None:
    script = 'echo x >"$FOLDER/count/$$"\nls "$FOLDER/count" | wc -l\nsleep 0.3\nrm "$FOLDER/count/$$"\n'
    (tmp_path / "count").mkdir()
    with Kubectl(with_program(space, tmp_path, script), soon()) as kubectl, ThreadPoolExecutor(12) as threads:
        running = [threads.submit(kubectl.rollout_status, WEB, space.namespace, 30.0) for _ in range(12)]
        counts = [int(one.result().output) for one in running]
    assert max(counts) == 4


def test_those_that_run_in_other_threads_end_with_their_owner(space: Target, tmp_path: Path) -> None:
    script = 'echo $$ >"$FOLDER/pids/$$"\nsleep 60 &\necho $! >"$FOLDER/pids/$!"\nwait\n'
    (tmp_path / "pids").mkdir()
    found: list[str] = []
    kubectl = Kubectl(with_program(space, tmp_path, script), soon())

    def wait() -> None:
        try:
            kubectl.rollout_status(WEB, space.namespace, 30.0)
        except ClusterError as error:
            found.append(str(error))

    threads = [threading.Thread(target=wait) for _ in range(6)]
    with kubectl:
        for thread in threads:
            thread.start()
        until(lambda: len(os.listdir(tmp_path / "pids")) == 8)
    for thread in threads:
        thread.join(5.0)
    assert found == ["`kubectl rollout` was ended"] * 6
    until(lambda: not any(alive(int(pid)) for pid in os.listdir(tmp_path / "pids")))


PROGRAM = """
import os, sys, threading, time
from kbump.cli.edge import Interrupted, _interrupt
from kbump.cluster.kubectl import Kubectl
from kbump.cluster.target import Target
import signal

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, _interrupt)
try:
    with Kubectl(Target(dict(os.environ)), time.monotonic() + 60) as kubectl:
        asked = (["deployments.apps/web"], "default", 30.0)
        for _ in range(3):
            threading.Thread(target=kubectl.rollout_status, args=asked, daemon=True).start()
        kubectl.rollout_status(*asked)
except Interrupted as error:
    sys.stderr.close()
    sys.exit(128 + error.number)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_kubectl_behind(space: Target, tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "pids").mkdir()
    target = with_program(space, tmp_path, 'echo >"$FOLDER/pids/$$"\nsleep 60\n')
    with subprocess.Popen([sys.executable, "-c", PROGRAM], env=target.environ, stderr=subprocess.DEVNULL) as program:
        until(lambda: len(os.listdir(tmp_path / "pids")) == 4)
        program.send_signal(number)
        assert program.wait(10) == 128 + number
    until(lambda: not any(alive(int(pid)) for pid in os.listdir(tmp_path / "pids")))


def test_connections_that_are_cut_and_reset_do_not_keep_objects_from_being_applied(wire: tuple[Wire, Target]) -> None:
    line, target = wire
    cluster = connect(target, soon())
    with Kubectl(target, soon(), cluster.reachable) as kubectl, troubled(line.cut, line.reset, every_s=(0.3, 1.2)):
        applied = kubectl.apply([config_map(f"a{number}") for number in range(5)])
    assert (applied.code, len(applied.objects)) == (0, 5), applied.words


def test_a_server_that_is_out_of_reach_is_waited_for(wire: tuple[Wire, Target]) -> None:
    line, target = wire
    cluster = connect(target, soon())
    line.refusing = True
    line.cut()
    timer = threading.Timer(4.0, lambda: setattr(line, "refusing", False))
    with Kubectl(target, soon(), cluster.reachable) as kubectl:
        timer.start()
        assert kubectl.apply([config_map("a")]).code == 0


def test_a_server_without_its_storage_is_waited_for(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    cluster = connect(target, soon())
    limit = time.monotonic() + 4.0

    def fault(method: str, path: str, headers: dict[str, str]) -> Any:
        told = "configmaps" in path or path.startswith("/readyz")
        return failure(500, "etcdserver: leader changed") if told and time.monotonic() < limit else None

    between.fault = fault
    with Kubectl(target, soon(), cluster.reachable) as kubectl:
        assert kubectl.apply([config_map("a")]).code == 0


def test_a_refusal_is_believed_when_it_is_said_twice(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    cluster = connect(target, soon())
    asked: list[str] = []

    def fault(method: str, path: str, headers: dict[str, str]) -> Any:
        if method == "POST" and "configmaps" in path:
            asked.append(path)
            return failure(403, "admission webhook denied the request")
        return None

    between.fault = fault
    with Kubectl(target, soon(), cluster.reachable) as kubectl:
        applied = kubectl.apply([config_map("a")])
    assert applied.code == 1
    assert "admission webhook denied the request" in applied.words
    assert len(asked) == 2


def test_preferences_of_a_person_do_not_change_what_is_done(space: Target, tmp_path: Path) -> None:
    preferences = (
        "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"
        "defaults:\n- command: apply\n  options: [{name: server-side, default: 'true'}]\n"
    )
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "kuberc").write_text(preferences)
    target = space._replace(environ={**space.environ, "HOME": str(tmp_path)})
    with Kubectl(target, soon()) as kubectl:
        [applied] = kubectl.apply([config_map("a")]).objects
    assert "kubectl.kubernetes.io/last-applied-configuration" in applied["metadata"]["annotations"]
