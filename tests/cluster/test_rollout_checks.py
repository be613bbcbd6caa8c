"""What `kbump rollout` checks on a real API server before it writes anything, and how it applies."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from kbump.cluster.target import Target
from tests.cluster.network import Middle, Said
from tests.cluster.rolling import Place, place, until
from tests.cluster.scenarios import batch, job, pod, pods, workload
from tests.conftest import Ran

__all__ = ["place"]
WEB = workload("Deployment", f"replicas: 2, {pods()}")
CLAIMS = (
    "volumeClaimTemplates: [{metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], "
    "resources: {requests: {storage: %s}}}}]"
)
CLAIM = (
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web}\n"
    "spec: {accessModes: [ReadWriteOnce], storageClassName: %s, resources: {requests: {storage: 1Gi}}}\n"
)
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: %s, ports: [{port: 80}]}\n"
BINDING = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web}\n"
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %s}\n"
)
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\nimmutable: true\ndata: {a: %s}\n"
# What is there, what is applied, the field.
IMMUTABLE = {
    "the selector of a deployment": (WEB, WEB.replace("app: web", "app: wob"), "spec.selector.matchLabels.app"),
    "the template of a job": (batch(job()), batch(job("slow")), "spec.template.spec.containers[[]0].image"),
    "the claims of a stateful set": (
        workload("StatefulSet", f"replicas: 0, {CLAIMS % '1Gi'}, {pods()}"),
        workload("StatefulSet", f"replicas: 0, {CLAIMS % '2Gi'}, {pods()}"),
        "spec.volumeClaimTemplates[[]0].spec.resources.requests.storage",
    ),
    "the address of a service": (SERVICE % "''", SERVICE % "None", "spec.clusterIP"),
    "the class of a claim": (CLAIM % "a", CLAIM % "b", "spec.storageClassName"),
    "the role of a binding": (BINDING % "a", BINDING % "b", "roleRef.name"),
    "an immutable map": (MAP % "b", MAP % "c", "data.a"),
    "the service of a stateful set, beside what may change": (
        workload("StatefulSet", f"replicas: 0, serviceName: a, {pods()}"),
        workload("StatefulSet", f"replicas: 1, serviceName: b, {pods('slow')}"), "spec.serviceName",
    ),
    "the node of a pod, beside its image": (
        pod(), pod("slow", ", nodeName: elsewhere"), "spec.nodeName",
    ),
    "the completions of a job": (
        batch(job("slow", ", completions: 1")), batch(job("slow", ", completions: 2")), "spec.completions",
    ),
}  # fmt: skip
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %(plural)s}
spec:
  group: %(group)s
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, x-kubernetes-validations: [{rule: self == oldSelf, message: the size is fixed}]}
              low: {type: integer}
              high: {type: integer}
              colour: {type: string, enum: [red, blue]}
            x-kubernetes-validations:
            - {rule: "!has(oldSelf.low) || has(self.low)", message: low stays}
            - {rule: self.high >= oldSelf.high, message: it may only grow}
"""
WIDGET = "apiVersion: %s/v1\nkind: Widget\nmetadata: {name: web}\nspec: {%s}\n"
# What is applied to {size: 1, low: 1, high: 5, colour: red}, and what is said of it.
TRANSITIONS = {
    "a field with a rule": (
        "size: 2, low: 1, high: 5, colour: blue",
        "`spec.size` cannot change from 1 to 2: *the size is fixed",
    ),
    "a rule of what is above it": (
        "size: 1, low: 1, high: 4, colour: blue", "`spec.high` cannot change from 5 to 4: *it may only grow",
    ),
    "what must not go": (
        "size: 1, high: 5, colour: red", "`spec.low` cannot change from 1 to nothing: *low stays",
    ),
    "what is wrong in itself": (
        "size: 1, low: 1, high: 5, colour: green", "the server refuses `spec.colour`: *green*red*blue*",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "field"), IMMUTABLE.values(), ids=IMMUTABLE)
def test_a_field_that_no_apply_can_change_is_named_with_a_remedy(
    before: str, after: str, field: str, place: Place
) -> None:
    place.kubectl("apply", "-f", "-", text=before)
    ran, data = place.rollout(after, "--timeout", "30s")
    [refusal] = data["refusals"]
    assert (ran.code, data["ending"]) == (1, "refused")
    assert fnmatchcase(refusal["message"], f"`{field}` cannot change from * to *"), refusal
    assert refusal["hint"]
    assert (refusal["file"], refusal["line"]) == ("-", 1)


@pytest.fixture
def widgets(place: Place) -> Iterator[str]:
    """Return the group of a kind that has rules in CEL of how its objects may change."""
    group = f"{place.namespace}.example.com"
    plural = f"widgets.{group}"
    place.kubectl("apply", "-f", "-", text=DEFINITION % {"group": group, "plural": plural})
    place.kubectl("wait", "--for=condition=Established", f"crd/{plural}")
    first = WIDGET % (group, "size: 1, low: 1, high: 5, colour: red")
    until(lambda: place.kubectl("apply", "-f", "-", text=first, check=False))
    yield group
    place.kubectl("delete", "crd", plural, "--wait=false")


@pytest.mark.parametrize(("spec", "words"), TRANSITIONS.values(), ids=TRANSITIONS)
def test_a_rule_of_a_custom_resource_is_named_with_its_field(spec: str, words: str, widgets: str, place: Place) -> None:
    ran, data = place.rollout(WIDGET % (widgets, spec), "--timeout", "30s")
    [refusal] = data["refusals"]
    assert (ran.code, data["ending"]) == (1, "refused")
    assert fnmatchcase(refusal["message"], words.replace("[", "[[]")), refusal
    delete = f"`kubectl delete widget.{widgets} web -n {place.namespace}` and roll out again; or give it another name"
    assert (refusal["hint"] or "") == (delete if "cannot change" in words else "")


def test_in_whichever_words_a_server_refuses_a_field_it_is_named(
    middle: tuple[Middle, Target], kbump: Callable[..., Ran]
) -> None:
    server, target = middle
    manifest = workload("Deployment", f"replicas: 0, {pods()}")
    options = ("rollout", "-f", "-", "-n", target.namespace, "--kubeconfig", target.kubeconfig, "-o", "json")
    assert kbump(*options, stdin=manifest.encode()).code == 0
    causes = [{"reason": "Inédit", "field": "spec.selector", "message": "c'est ainsi"}]
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "non", "code": 422}
    said = Said(422, {**status, "details": {"causes": causes}})
    server.fault = lambda method, path, headers: said if method == "PATCH" else None
    ran = kbump(*options, stdin=manifest.replace("app: web", "app: wob").encode())
    [refusal] = json.loads(ran.stdout)["refusals"]
    assert refusal["message"] == '`spec.selector.matchLabels.app` cannot change from "web" to "wob"'
    assert "--cascade=orphan" in refusal["hint"]


def test_what_the_server_refuses_is_quoted_with_its_place_and_nothing_is_written(place: Place) -> None:
    bad = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: 1.2.3.4, ports: [{port: 80}]}\n"
    ran, data = place.rollout(f"{WEB}---\n{bad}")
    [refusal] = data["refusals"]
    assert (ran.code, data["ending"], data["applied"]) == (1, "refused", [])
    assert refusal["subject"] == f"Service {place.namespace}/web"
    assert "1.2.3.4" in refusal["message"]
    assert place.get("deployment") == {}


def test_a_manifest_that_is_not_valid_is_refused_before_the_server_sees_it(place: Place) -> None:
    ran, _ = place.rollout(WEB.replace("replicas: 2", 'replicas: "2"'), output="text")
    assert ran.code == 1
    assert "error[wrong-type]" in ran.stderr
    assert ran.stderr.endswith("refused: the manifests have 1 error; nothing was changed\n")
    assert place.get("deployment") == {}


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("server: 'https://10.0.0.1:6443'", "its server is `https://127.0.0.1:*`, and .kbump.yaml says"),
        ("context: production", "its context is `*`, and .kbump.yaml says `production`"),
    ],
)
def test_another_cluster_than_the_one_of_the_settings_is_refused(
    stated: str, words: str, place: Place, tmp_path: Path
) -> None:
    (tmp_path / ".kbump.yaml").write_text(f"cluster: {{{stated}}}\n")
    (tmp_path / "web.yaml").write_text(WEB)
    ran = place.run(*place.argv("rollout", "-f", "web.yaml"))
    assert ran.code == 1
    assert fnmatchcase(ran.stderr, f"*error: this is another cluster: {words}*")
    assert ran.stderr.endswith("nothing was changed\n")
    assert place.get("deployment") == {}
    assert place.run(*place.argv("status", "-f", "web.yaml")).code == 2


def test_the_cluster_of_the_settings_is_taken(place: Place, tmp_path: Path) -> None:
    config = json.loads(place.kubectl("config", "view", "--minify", "-o", "json"))
    server, context = config["clusters"][0]["cluster"]["server"], config["current-context"]
    (tmp_path / ".kbump.yaml").write_text(f"cluster: {{server: '{server}/', context: {context}}}\n")
    (tmp_path / "web.yaml").write_text(WEB)
    assert place.run(*place.argv("rollout", "-f", "web.yaml")).code == 0


def test_a_first_deployment_brings_its_namespace_and_its_kind(place: Place) -> None:
    group = f"{place.namespace}.example.com"
    crd = (
        f"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.{group}}}\n"
        f"spec: {{group: {group}, scope: Namespaced, names: {{plural: widgets, singular: widget, kind: Widget}}, "
        "versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, "
        "x-kubernetes-preserve-unknown-fields: true}}}]}\n"
    )
    own = f"{place.namespace}-own"
    widget = f"apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: web, namespace: {own}}}\nspec: {{a: b}}\n"
    web = WEB.replace("{name: web}", f"{{name: web, namespace: {own}}}", 1)
    manifest = f"{widget}---\n{web}---\n{crd}---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {own}}}\n"
    try:
        ran = place.run("rollout", "-f", "-", "--kubeconfig", place.kubeconfig, "-o", "json", stdin=manifest.encode())
        data = json.loads(ran.stdout)
        assert ran.code == 0, ran
        assert [one["kind"] for one in data["applied"]][:2] == ["Namespace", "CustomResourceDefinition"]
        assert {one["change"] for one in data["applied"]} == {"created"}
        assert {one["kind"]: one["word"] for one in data["workloads"]} == {
            "Widget": "done", "Deployment": "done", "CustomResourceDefinition": "done",
        }  # fmt: skip
    finally:
        place.kubectl("delete", "namespace", own, "--ignore-not-found", "--wait=false")
        place.kubectl("delete", "crd", f"widgets.{group}", "--ignore-not-found")


def test_a_kind_that_the_cluster_has_not_is_refused(place: Place) -> None:
    ran, data = place.rollout("apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: web}\n")
    assert ran.code == 1
    assert data["refusals"][0]["message"] == "the cluster has no kind Gadget in example.com/v1"


def test_a_dry_run_changes_nothing_and_says_what_would_change(place: Place) -> None:
    place.rollout(WEB)
    manifest = f"{WEB.replace('replicas: 2', 'replicas: 3')}---\n{MAP % 'b'}"
    ran, data = place.rollout(manifest, "--dry-run", "--diff")
    assert (ran.code, data["ending"]) == (0, "planned")
    assert [(one["kind"], one["change"]) for one in data["applied"]] == [
        ("Deployment", "changed"), ("ConfigMap", "created"),
    ]  # fmt: skip
    assert "+  replicas: 3" in data["diff"]
    assert place.get("deployment")["spec"]["replicas"] == 2
    ran, data = place.rollout(WEB, "--dry-run")
    assert [one["change"] for one in data["applied"]] == ["unchanged"]


def test_an_overlay_is_built(place: Place, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WEB)
    (tmp_path / "kustomization.yaml").write_text("resources: [web.yaml]\nnamePrefix: my-\n")
    assert place.run(*place.argv("rollout", "-f", ".")).code == 2
    ran = place.run(*place.argv("rollout", "-k", "."))
    assert ran.code == 0
    assert f"done        Deployment {place.namespace}/my-web  2 replicas available (created" in ran.stdout


@pytest.mark.parametrize("how", ["--recreate-jobs", "annotation", ""])
def test_a_finished_job_is_made_anew_if_that_is_said(how: str, place: Place) -> None:
    place.rollout(batch(job()))
    changed = batch(job("slow"))
    if how == "annotation":
        changed = changed.replace("{name: web}", "{name: web, annotations: {kbump.dev/recreate: 'true'}}", 1)
    ran, data = place.rollout(changed, *([how] if how.startswith("--") else []))
    if how:
        assert (ran.code, data["workloads"][0]["word"]) == (0, "done")
        assert place.get("job")["spec"]["template"]["spec"]["containers"][0]["image"].endswith("-slow")
    else:
        assert (ran.code, data["ending"]) == (1, "refused")


def test_a_server_side_apply_takes_over_what_others_own_only_if_told_to(place: Place) -> None:
    place.kubectl(
        "apply", "--server-side", "--field-manager=other", "-f", "-", text=MAP.replace("immutable: true\n", "") % "b"
    )
    other = MAP.replace("immutable: true\n", "") % "c"
    ran, data = place.rollout(other, "--server-side")
    assert (ran.code, data["ending"]) == (1, "refused")
    ran, data = place.rollout(other, "--server-side", "--force-conflicts")
    assert (ran.code, data["applied"][0]["change"]) == (0, "changed")


def test_nothing_to_wait_for_is_said_and_can_be_an_error(place: Place) -> None:
    ran, data = place.rollout(MAP % "b")
    assert (ran.code, data["notes"]) == (0, ["there is no workload to wait for"])
    ran, data = place.rollout(MAP % "b", "--require-workloads")
    assert (ran.code, data["ending"]) == (1, "refused")


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\n%stype: %s\nstringData: {password: hunter2-hunter2}\n"


@pytest.mark.parametrize("output", ["text", "json", "markdown", "github"])
def test_a_secret_is_never_shown(output: str, place: Place, tmp_path: Path) -> None:
    hidden = ("hunter2", base64.b64encode(b"hunter2-hunter2").decode()[:16])
    fine, other = SECRET % ("", "Opaque"), SECRET % ("", "example.com/other")
    wrong = fine.replace("hunter2-hunter2", "hunter2-changed").replace("type:", "immutable: true\ntype:")
    unread = f"{fine}---\n{workload('Deployment', pods('misconfigured'))}"
    told = []
    for manifest, code in ((fine, 0), (other, 1), (wrong, 0), (wrong.replace("-changed", "-again"), 1), (unread, 1)):
        for more in (("--diff", "--dry-run"), ("--diff", "--grace", "0")):
            ran, _ = place.rollout(manifest, "-v", *more, output=output)
            told.append(ran.stdout + ran.stderr)
        assert ran.code == code
    (tmp_path / "secret.yaml").write_text(unread)
    if output in ("text", "json"):
        ran = place.run(*place.argv("status", "-f", "secret.yaml", "-v", "-o", output, "--log-lines", "5"))
        told.append(ran.stdout + ran.stderr)
    assert any("Secret" in one for one in told)
    assert not [one for one in told for value in hidden if value in one]


def test_a_kubeconfig_can_come_in_a_variable(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER", Path(place.kubeconfig).read_text())
    (tmp_path / "web.yaml").write_text(WEB)
    arguments = ("rollout", "-f", "web.yaml", "-n", place.namespace, "--kubeconfig-content-from", "CLUSTER")
    assert place.run(*arguments).code == 0
    assert place.run(*arguments[:-1], "OTHER").code == 2


def test_what_is_named_is_waited_for_and_nothing_is_applied(place: Place) -> None:
    place.kubectl("apply", "-f", "-", text=workload("Deployment", pods("slow")))
    ran = place.run(*place.argv("rollout", "--only-wait", "deployment/web"))
    assert ran.code == 0
    assert ran.stdout.startswith(f"done        Deployment {place.namespace}/web  1 replica available (")
    ran, data = place.rollout(workload("Deployment", f"replicas: 5, {pods()}"), "--only-wait")
    assert (ran.code, data["applied"]) == (0, [])
    assert place.get("deployment")["spec"].get("replicas") == 1
    assert place.run(*place.argv("rollout", "deployment/web")).code == 2


def test_more_kinds_can_be_waited_for(place: Place) -> None:
    manifest = f"{WEB}---\n{CLAIM % 'none'}"
    ran, data = place.rollout(manifest)
    told = {one["kind"]: (one["blocking"], one["word"]) for one in data["workloads"]}
    assert (ran.code, told["PersistentVolumeClaim"]) == (0, (False, "waiting"))
    ran, data = place.rollout(manifest, "--wait-for", "persistentvolumeclaim", "--timeout", "8s")
    assert (ran.code, data["ending"]) == (3, "timed-out")
