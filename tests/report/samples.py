"""Results of validate() as they may be, for the tests of every form of report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kbump.errors import Location, SourceError
from kbump.files import Skipped
from kbump.finding import Finding
from kbump.inspection import ValidateResult
from kbump.source import Source

EXPECTED = Path(__file__).parent.parent / "cases" / "reports"
WEB = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replica: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: yes
      containers:
      - name: web
        image: nginx:1.27.1
        ports: [{containerPort: "80"}]
"""
SECRET = """apiVersion: v1
kind: Secret
metadata: {name: token}
data: {token: hunter2, user: YWNtZQ==}
"""
WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {yes: 1}\n"
TEXTS = {"k8s/prod/web.yaml": WEB, "k8s/my app/100%.yaml": SECRET, "widget.yaml": WIDGET}
NOTHING = ValidateResult([], [], [], {}, [], 0, 0, 0, 0, "1.37", "v1.37.2")
VALID = NOTHING._replace(files=9, resources=9)
DEPLOYMENT = {"subject": "Deployment shop/web", "context": "apps/v1, Kubernetes 1.37"}


def finding(file: str, place: str, rule: str, severity: str, message: str, *, text: str = "", **more: Any) -> Finding:
    """Return a finding where a text is in a file."""
    source = Source(file, text or TEXTS[file])
    location = source.location(source.text.index(place))
    return Finding(rule, severity, location, message, length=len(place), **more)


FINDINGS = [
    finding(
        "k8s/my app/100%.yaml",
        "hunter2",
        "invalid-value",
        "error",
        "`token` must be a base64 text",
        fix="encode it (`base64`), or write it as it is under `stringData`",
        path="data.token",
        subject="Secret token",
        context="v1, Kubernetes 1.37",
        secret=True,
    ),
    finding(
        "k8s/prod/web.yaml",
        "replica",
        "unknown-field",
        "error",
        "unknown field `replica` in `spec`",
        fix="did you mean `replicas`?",
        path="spec.replica",
        **DEPLOYMENT,
    ),
    finding(
        "k8s/prod/web.yaml",
        "yes",
        "surprising-scalar",
        "warning",
        "`yes` is the boolean true to kubectl, and a string to YAML 1.2 and kustomize",
        fix='write true, or "yes" in quotes',
        path="spec.template.spec.hostNetwork",
        **DEPLOYMENT,
    ),
    finding(
        "k8s/prod/web.yaml",
        '"80"',
        "wrong-type",
        "error",
        '`containerPort` must be an integer, found the string "80"',
        fix="remove the quotes",
        path="spec.template.spec.containers[0].ports[0].containerPort",
        **DEPLOYMENT,
    ),
    finding(
        "widget.yaml",
        "yes",
        "non-string-key",
        "note",
        'the key `yes` is no string: kubectl makes it "true"',
        path="spec.yes",
        subject="Widget w",
        context="example.com/v1, Kubernetes 1.37",
    ),
    Finding("unused-ignore", "warning", Location(".kbump.yaml", 4, 7), "ignores no `wrong-type`", "remove it"),
]
ERRORS = [
    SourceError("is not UTF-8: byte 0xff", location=Location("bad.yaml", 3, 1), hint="save it as UTF-8"),
    SourceError("git does not answer"),
]
EVERYTHING = ValidateResult(
    findings=FINDINGS,
    errors=ERRORS,
    skipped=[Skipped("chart/values.yaml", "holds Helm values"), Skipped("chart/templates/a.yaml", "is a template")],
    unknown={"cert-manager.io/v1 Certificate": 1, "example.com/v1 Widget": 2},
    others=["mkdocs.yml", "compose.yaml"],
    files=9,
    resources=12,
    encrypted=2,
    ignored=1,
    version="1.37",
    release="v1.37.2",
)


def read(file: str) -> str | None:
    """Return the text of a sample."""
    return TEXTS.get(file)


def expected(name: str, printed: str) -> str:
    """Return what a report is to be; KBUMP_TEST_UPDATE=1 writes it, for a person to read."""
    path = EXPECTED / name
    if os.environ.get("KBUMP_TEST_UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(printed.encode())
    return path.read_bytes().decode()
