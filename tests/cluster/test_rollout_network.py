"""`kbump rollout` through a network that fails, and with few permissions: the verdict is the same."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from kbump.cluster.target import Target
from tests.cluster.conftest import Changed, plain
from tests.cluster.network import Fault, Middle, Said, Wire, failure, sometimes, troubled
from tests.cluster.scenarios import pods, workload
from tests.conftest import Ran

VERDICTS = {"slow": (0, "done"), "missing": (1, "failed"), "unready": (3, "timed-out")}
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer}
rules:
- {apiGroups: [apps], resources: [deployments], verbs: [%s]}
%s
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{kind: ServiceAccount, name: default}]
"""
PODS = (
    "- {apiGroups: ['', apps], resources: [pods, events, replicasets], verbs: [list, watch]}\n"
    "- {apiGroups: [''], resources: [pods/log], verbs: [get]}"
)


def rolled(kbump: Callable[..., Ran], target: Target, word: str, *arguments: str) -> tuple[Ran, dict[str, object]]:
    manifest = workload("Deployment", f"replicas: 2, {pods(word)}")
    options = ("-n", target.namespace, "--kubeconfig", target.kubeconfig, "-o", "json", *arguments)
    ran = kbump("rollout", "-f", "-", *options, stdin=manifest.encode())
    return ran, json.loads(ran.stdout) if ran.stdout else {}


@pytest.mark.parametrize("word", VERDICTS)
def test_a_wire_that_is_cut_reset_and_stalled_changes_no_verdict(
    word: str, wire: tuple[Wire, Target], kbump: Callable[..., Ran]
) -> None:
    through, target = wire
    with troubled(through.cut, through.reset, through.stall, every_s=(0.5, 2.0)):
        ran, data = rolled(kbump, target, word, "--timeout", "20s" if word == "unready" else "2m")
    assert (ran.code, data.get("ending")) == VERDICTS[word], ran


@pytest.mark.parametrize("word", ["slow", "missing"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_fails_now_and_then_changes_no_verdict(
    status: int, word: str, middle: tuple[Middle, Target], kbump: Callable[..., Ran]
) -> None:
    server, target = middle
    server.fault = sometimes(failure(status, "not now"), 0.2)
    ran, data = rolled(kbump, target, word, "--timeout", "2m")
    assert (ran.code, data.get("ending")) == VERDICTS[word], ran


# Its token is another one every few seconds, and it does not say until when.
PLUGIN = """#!/bin/sh
echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "'\
$(date +%s)'"}}'
"""
TOKEN_S = 4


def expired(method: str, path: str, headers: dict[str, str]) -> Said | None:
    """Take a token for a few seconds only; kubectl sends none without TLS, and asks the plugin each time anyway."""
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    fresh = not token or time.time() - int(token) < TOKEN_S
    if not fresh:
        REFUSED.append(path)
    return None if fresh else failure(401, "Unauthorized")


REFUSED: list[str] = []


@pytest.mark.parametrize("word", VERDICTS)
def test_tokens_that_end_during_the_wait_change_no_verdict(
    word: str, middle: tuple[Middle, Target], changed: Changed, tmp_path: Path, kbump: Callable[..., Ran]
) -> None:
    (tmp_path / "plugin").write_text(PLUGIN)
    (tmp_path / "plugin").chmod(0o755)
    call = {"command": str(tmp_path / "plugin"), "apiVersion": "client.authentication.k8s.io/v1"}
    server, _ = middle
    target = changed({"server": f"http://{server.place}"}, {"exec": {**call, "interactiveMode": "Never"}})
    server.fault = expired
    # A watch ends after each event, so that its next request needs a token.
    server.line = lambda line: line + b" "
    REFUSED.clear()
    # Each wait is longer than a token lasts, however slow the machine is.
    lasting = {"missing": ["--grace", "3"], "slow": ["--stable", "6s"], "unready": ["--timeout", "20s"]}
    ran, data = rolled(kbump, target, word, *lasting[word])
    assert (ran.code, data.get("ending")) == VERDICTS[word], ran
    assert REFUSED


Permitted = Callable[[str], Target]


@pytest.fixture
def permitted(space: Target, changed: Changed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Permitted:
    """Return what makes a target whose user may do with deployments what is said, and list what `more` names."""
    monkeypatch.delenv("KUBECONFIG", raising=False)

    def permit(verbs: str, more: str = "") -> Target:
        (tmp_path / "role").write_text(ROLE % (verbs, more))
        plain(space, "apply", "-f", str(tmp_path / "role"))
        return changed(user={"token": plain(space, "create", "token", "default").strip()})

    return permit


def test_who_may_not_read_pods_waits_all_the_same_and_is_told(
    space: Target, permitted: Permitted, kbump: Callable[..., Ran]
) -> None:
    target = permitted("get, list, watch, create, patch")
    ran, data = rolled(kbump, target, "slow")
    assert (ran.code, data["ending"]) == (0, "done"), ran
    notes = "\n".join(data["notes"])  # type: ignore[arg-type]
    assert f"these credentials may not list pods in {space.namespace}" in notes
    assert f"pods in {space.namespace} may not be listed: less can be explained" in notes
    ran, data = rolled(kbump, target, "unready", "--timeout", "12s")
    assert (ran.code, data["ending"]) == (3, "timed-out")


@pytest.mark.parametrize("word", ["slow", "missing"])
def test_what_may_not_be_listed_is_asked_for_by_name(
    word: str, space: Target, permitted: Permitted, kbump: Callable[..., Ran]
) -> None:
    target = permitted("get, create, patch", PODS)
    ran, data = rolled(kbump, target, word, "--timeout", "60s")
    assert (ran.code, data["ending"]) == VERDICTS[word], ran
    assert f"deployments.apps in {space.namespace} may not be listed: asked for by name" in data["notes"]  # type: ignore[operator]
    assert float(str(data["seconds"])) < 50
    options = ("-n", target.namespace, "--kubeconfig", target.kubeconfig)
    told = kbump("status", "deployment/web", *options)
    assert (told.code, "deployments.apps" in told.stderr) == (int(word == "missing"), True)


def test_what_may_not_be_seen_at_all_is_not_waited_for(
    space: Target, permitted: Permitted, kbump: Callable[..., Ran]
) -> None:
    plain(space, "create", "deployment", "web", "--image=registry.local/web:1.4.0")
    target = permitted("create")
    options = ("-n", target.namespace, "--kubeconfig", target.kubeconfig, "--timeout", "60s")
    ran = kbump("rollout", "--only-wait", "deployment/web", *options)
    assert ran.code == 2
    assert "deployments" in ran.stderr
    assert "RoleBinding" in ran.stderr


def slow(fault: Fault, path: str) -> Fault:
    """Return a fault that takes its time for what has a path."""

    def answer(method: str, asked: str, headers: dict[str, str]) -> Said | None:
        return fault(method, asked, headers) if path in asked else None

    return answer


def silence(method: str, path: str, headers: dict[str, str]) -> Said | None:
    """Say nothing for longer than anybody waits."""
    if method == "GET":
        return None
    time.sleep(25)
    return failure(503, "too late")


LATE = {
    "before": (slow(lambda *_: failure(503, "not now"), "/deployments/web"), "looking at what is there: *not now"),
    "the dry run": (slow(silence, "dryRun=All"), "asking the server whether it would take them*"),
}


@pytest.mark.parametrize(("fault", "words"), LATE.values(), ids=LATE)
def test_a_check_that_takes_too_long_is_a_time_out_that_says_which(
    fault: Fault, words: str, middle: tuple[Middle, Target], kbump: Callable[..., Ran]
) -> None:
    server, target = middle
    server.fault = fault
    ran, data = rolled(kbump, target, "slow", "--timeout", "7s")
    assert (ran.code, data["ending"], data["applied"]) == (3, "timed-out", []), ran
    assert fnmatchcase(data["refusals"][0]["message"], f"time was over while {words}")  # type: ignore[index]
    assert 6 < float(str(data["seconds"])) < 18


def test_an_apply_that_takes_too_long_says_what_it_has_done(
    middle: tuple[Middle, Target], kbump: Callable[..., Ran]
) -> None:
    server, target = middle

    def fault(method: str, path: str, headers: dict[str, str]) -> Said | None:
        return silence(method, path, headers) if "dryRun" not in path and "/deployments" in path else None

    server.fault = fault
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n---\n" + workload("Deployment", pods())
    options = ("-n", target.namespace, "--kubeconfig", target.kubeconfig, "--timeout", "9s")
    ran = kbump("rollout", "-f", "-", *options, stdin=manifest.encode())
    assert ran.code == 3
    assert "error: time was over while applying workloads" in ran.stderr
    assert fnmatchcase(
        ran.stderr.splitlines()[-1], "timed out after * s: 1 object (1 created) applied to *, and no more"
    )
