"""`kbump status` on a real API server."""

from __future__ import annotations

import json

import jsonschema

from tests.cluster.rolling import Place, place, until
from tests.cluster.scenarios import IMAGE, pods, workload
from tests.conftest import ROOT

__all__ = ["place"]
SCHEMA = json.loads((ROOT / "schemas" / "status.schema.json").read_text())
WEB = workload("Deployment", f"replicas: 2, {pods()}")
SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"


def test_what_is_done_is_said_and_what_is_not_there(place: Place) -> None:
    place.rollout(WEB)
    ran = place.run(*place.argv("status", "-f", "-"), stdin=(WEB + SERVICE).encode())
    assert ran.code == 1
    assert ran.stdout.splitlines() == [
        f"done        Deployment {place.namespace}/web  2 replicas available",
        f"missing     Service {place.namespace}/web",
    ]
    assert ran.stderr.endswith(": 1 done, 1 not there\n")


def test_a_named_workload_is_explained(place: Place) -> None:
    place.kubectl("apply", "-f", "-", text=workload("Deployment", pods("missing")))
    until(lambda: "ImagePull" in place.kubectl("get", "pods"))
    ran = place.run(*place.argv("status", "deploy/web"))
    assert ran.code == 1
    assert f"`{IMAGE}-missing`" in ran.stdout
    data = json.loads(place.run(*place.argv("status", "deployment/web", "-o", "json")).stdout)
    jsonschema.validate(data, SCHEMA)
    assert data["workloads"][0]["troubles"][0]["reason"].startswith("image-")


def test_what_is_named_and_not_there_is_missing(place: Place) -> None:
    ran = place.run(*place.argv("status", "sts/web"))
    assert (ran.code, ran.stdout) == (1, f"missing     StatefulSet {place.namespace}/web\n")
