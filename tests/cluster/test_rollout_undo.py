"""`kbump rollout --undo` on a real API server: what goes back, and what is said of the rest."""

from __future__ import annotations

import pytest

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import IMAGE, batch, job, pods, workload

__all__ = ["place"]
LAST = "kubectl.kubernetes.io/last-applied-configuration"
CONFIG = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n"


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "StatefulSet"])
@pytest.mark.parametrize("failure", ["crash", "missing"])
def test_a_workload_goes_back_to_the_revision_that_it_had(kind: str, failure: str, place: Place) -> None:
    replicas = "" if kind == "DaemonSet" else "replicas: 2, "
    place.rollout(workload(kind, replicas + pods()))
    before = place.get(kind)
    ran, data = place.rollout(workload(kind, replicas + pods(failure)), "--undo", "--timeout", "60s")
    [undone] = data["undone"]
    assert (ran.code, undone["word"]) == (1, "undone"), data
    assert undone["message"].startswith("it is back at revision 1: ")
    after = place.get(kind)
    assert after["spec"]["template"]["spec"]["containers"][0]["image"] == IMAGE
    assert after["metadata"]["annotations"][LAST] == before["metadata"]["annotations"][LAST]
    assert data["held"] == [f"{IMAGE}-{failure}"]


def test_all_that_changed_goes_back_and_what_cannot_is_said(place: Place) -> None:
    other = workload("Deployment", f"replicas: 1, {pods()}").replace("name: web}\n", "name: api}\n", 1)
    both = f"{workload('Deployment', pods())}---\n{other}{CONFIG}"
    place.rollout(both)
    changed = both.replace("1.4.0", "1.5.0").replace("{a: b}", "{a: c}").replace("1.5.0", "1.5.0-missing", 1)
    ran, data = place.rollout(f"{changed}---\n{batch(job())}", "--undo")
    assert ran.code == 1
    told = {f"{one['kind']}/{one['name']}": (one["word"], one["message"]) for one in data["undone"]}
    assert told["Deployment/web"][0] == told["Deployment/api"][0] == "undone"
    assert told["ConfigMap/web"] == (
        "left",
        'kubectl undoes no object of its kind: `data.a` was "b", and is "c"; '
        "put back in git what it was, and apply that",
    )
    assert told["Job/web"][0] == "left"
    assert told["Job/web"][1].startswith("it is new, there is nothing before it: `kubectl delete job web -n ")


def test_after_an_undo_the_next_rollout_tries_it_again(place: Place) -> None:
    place.rollout(workload("Deployment", pods()))
    new = workload("Deployment", pods("missing"))
    place.rollout(new, "--undo")
    ran, _ = place.rollout(new, "--undo", output="text")
    assert ran.code == 1
    assert "undone      Deployment" in ran.stdout
    assert f"git still holds {IMAGE}-missing; the next rollout will try it again" in ran.stderr
    ran, data = place.rollout(workload("Deployment", pods("slow")))
    assert (ran.code, data["applied"][0]["change"]) == (0, "changed")


def test_a_first_deployment_has_nothing_to_go_back_to(place: Place) -> None:
    ran, data = place.rollout(workload("Deployment", pods("crash")), "--undo")
    assert (ran.code, data["undone"][0]["word"], data["held"]) == (1, "left", [])


def test_what_was_scaled_only_is_said_with_what_it_had(place: Place) -> None:
    place.rollout(workload("Deployment", f"replicas: 1, {pods('unready')}"), "--timeout", "5s")
    ran, data = place.rollout(workload("Deployment", f"replicas: 3, {pods('unready')}"), "--timeout", "6s", "--undo")
    assert ran.code == 3
    command = f"kubectl scale deployment/web --replicas=1 -n {place.namespace}"
    assert data["undone"][0]["message"] == (f"its pods were not changed; `spec.replicas` was 1, and is 3: `{command}`")


def test_what_was_scaled_beside_its_pods_is_said_with_what_went_back(place: Place) -> None:
    place.rollout(workload("Deployment", f"replicas: 1, {pods()}"))
    new = workload("Deployment", f"replicas: 2, minReadySeconds: 1, {pods('missing')}")
    ran, data = place.rollout(new, "--undo")
    [undone] = data["undone"]
    assert (ran.code, undone["word"]) == (1, "undone")
    command = f"kubectl scale deployment/web --replicas=1 -n {place.namespace}"
    assert undone["message"].endswith(
        f"; `spec.replicas` was 1, and is 2: `{command}`"
        "; `spec.minReadySeconds` was not set, and is 1: put that back in git, and apply it"
    )


def test_config_that_pods_read_is_named_with_what_gets_it_back(place: Place) -> None:
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {token: VALUE-1}\n"
    reads = pods("unready").replace(
        "name: web, image", "name: web, envFrom: [{configMapRef: {name: web}}, {secretRef: {name: web}}], image"
    )
    before = workload("Deployment", f"replicas: 1, {reads}") + CONFIG + secret
    place.rollout(before, "--timeout", "5s")
    after = before.replace("{a: b}", "{a: c, d: e}").replace("VALUE-1", "VALUE-2").replace("replicas: 1", "replicas: 2")
    ran, data = place.rollout(after, "--timeout", "6s", "--undo")
    assert ran.code == 3
    told = {one["kind"]: one["message"] for one in data["undone"]}
    command = f"kubectl rollout restart deployment/web -n {place.namespace}"
    restart = f"put back in git what it was, and apply that, then `{command}`"
    assert told["ConfigMap"] == (
        'kubectl undoes no object of its kind: `data.a` was "b", and is "c", '
        f'`data.d` was not set, and is "e"; {restart}'
    )
    assert told["Secret"] == f"kubectl undoes no object of its kind: `data.token` was ***, and is ***; {restart}"
    names = [f"{kind} {place.namespace}/web" for kind in ("ConfigMap", "Secret")]
    assert told["Deployment"].endswith(f"; its pods read {' and '.join(names)}, which this rollout wrote")
    assert "VALUE" not in ran.stdout


def test_an_undo_that_fails_is_said_loudest(place: Place) -> None:
    # The revision to go back to was never ready either.
    place.rollout(workload("Deployment", pods("unready")), "--timeout", "5s")
    ran, _ = place.rollout(workload("Deployment", pods("missing")), "--timeout", "12s", "--undo", output="text")
    assert ran.code == 1
    assert "failed      Deployment" in ran.stdout
    assert ran.stderr.splitlines()[-1].startswith("THE UNDO FAILED for Deployment")
