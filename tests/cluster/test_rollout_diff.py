"""`kbump rollout --diff` on a real API server: what changes is shown before it does, and no value of a Secret is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import IMAGE, pods, workload

__all__ = ["place"]
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web, annotations: {zz: '1'}}\nstringData: {token: VALUE}\n"


def test_it_is_shown_before_anything_is_applied(place: Place, tmp_path: Path) -> None:
    place.rollout(workload("Deployment", pods()))
    (tmp_path / "web.yaml").write_text(workload("Deployment", pods("slow")))
    argv = place.argv(sys.executable, "-m", "kbump", "rollout", "-f", str(tmp_path / "web.yaml"), "--diff")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout
        first = running.stdout.readline()
        image = place.get("Deployment")["spec"]["template"]["spec"]["containers"][0]["image"]
        rest = running.stdout.read()
    assert first.startswith("diff ")
    # It was not applied when the first line came, or it was while this test asked.
    assert image in (IMAGE, f"{IMAGE}-slow")
    assert f"+        - image: {IMAGE}-slow" in rest or f"+      - image: {IMAGE}-slow" in rest
    assert rest.index("-slow") < rest.index("done        Deployment")
    assert rest.count(f"{IMAGE}-slow") == 1


def test_it_is_a_field_of_the_json_and_says_if_nothing_differs(place: Place) -> None:
    place.rollout(workload("Deployment", pods()))
    _, data = place.rollout(workload("Deployment", pods("slow")), "--diff", "--dry-run")
    assert f"{IMAGE}-slow" in data["diff"]
    ran, _ = place.rollout(workload("Deployment", pods()), "--diff", output="text")
    assert "`kubectl diff` finds no difference" in ran.stderr


def test_what_needs_a_namespace_of_the_same_run_is_said_to_be_left_out(place: Place) -> None:
    name = f"{place.namespace}-new"
    made = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\n"
    inside = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: {name}}}\n"
    _, data = place.rollout(made + inside, "--diff")
    place.kubectl("delete", "namespace", name, "--wait=false")
    assert "kind: Namespace" in data["diff"]
    assert any(note.startswith("the diff leaves out what needs a namespace or kind") for note in data["notes"])


def test_values_of_secrets_are_hidden_the_old_and_the_new(place: Place) -> None:
    place.rollout(SECRET.replace("VALUE", "old-password-1"))
    changed = SECRET.replace("VALUE", "new-password-2").replace("zz: '1'", "zz: '2', a: b")
    for form in ("json", "text"):
        ran, _ = place.rollout(changed, "--diff", "--dry-run", output=form)
        assert ran.code == 0
        assert "zz" in ran.stdout
        for value in ("old-password", "new-password", "b2xkLXBhc3N3b3JkLTE", "bmV3LXBhc3N3b3JkLTI"):
            assert value not in ran.stdout + ran.stderr
