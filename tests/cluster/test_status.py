"""status() of objects on a real API server, and `kubectl rollout status` beside it.

With KBUMP_TEST_UPDATE=1 the objects are written to tests/cases/status/, of which tests/test_status.py makes cases.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest
from ruamel.yaml import YAML

from kbump.cluster.status import Status, status
from tests.cluster.dumps import rollout_status
from tests.cluster.scenarios import SCENARIOS, Scenario
from tests.cluster.watching import Kubectl, kubectl, until
from tests.conftest import CASES

__all__ = ["kubectl"]
DUMPER = YAML(typ="safe", pure=True)
DUMPER.default_flow_style = False
AROUND = {"pods": "pods", "revisions": "controllerrevisions", "nodes": "nodes", "classes": "storageclasses"}
# What lasts for moments only is played again if the machine was too slow to see it.
_MOST_ATTEMPTS, _BRIEF_S, _LONG_S = 4, 12.0, 30.0
WAITS = ("paused", "manual", "deleting")


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS.items(), ids=SCENARIOS)
def test_status_says_of_a_real_object_what_it_comes_to(name: str, scenario: Scenario, kubectl: Kubectl) -> None:
    resource = scenario.resource or name.partition("-")[0]
    watched = "web" if resource != "customresourcedefinition" else named(scenario.manifest)
    if not scenario.resource:
        with kubectl.watched(resource, watched) as versions:
            found, obj, around = played(scenario, kubectl, versions, resource)
    else:
        for step in (lambda: kubectl.apply(scenario.manifest), *steps(scenario, kubectl)):
            step()
        [obj], around = kubectl.listed(scenario.resource), {}
        found = status(obj)
    assert fits(found, scenario), found
    if scenario.kubectl is not None:
        before, said, later = (
            status(kubectl.listed(resource)[0]),
            rollout_status(kubectl, f"{resource}/web"),
            status(kubectl.listed(resource)[0]),
        )
        assert not (before == later == found) or (said.returncode == 0) is scenario.kubectl, said.stdout + said.stderr
    if os.environ.get("KBUMP_TEST_UPDATE"):
        case = {"status": found._asdict(), "object": trimmed(obj)}
        with (CASES / "status" / f"{name}.yaml").open("w") as file:
            DUMPER.dump(neutral({**case, **({"around": around} if around else {})}, kubectl.namespace), file)


def named(manifest: str) -> str:
    return str(re.findall(r"metadata: {name: (\S+)}", manifest)[-1])


def steps(scenario: Scenario, kubectl: Kubectl) -> list[Any]:
    later = [("apply", "-f", "-", scenario.after)] if scenario.after else []

    def step(command: tuple[str, ...]) -> None:
        text = command[-1] if command[:3] == ("apply", "-f", "-") else ""
        done = kubectl(*(command[:-1] if text else command), text=text)
        for _ in range(50):  # a kind that was just defined is not served at once
            if "no matches for kind" not in done.stderr:
                break
            done = kubectl(*(command[:-1] if text else command), text=text)
        assert not done.returncode, done.stderr

    return [lambda command=command: step(command) for command in (*later, *scenario.then)]


def played(
    scenario: Scenario, kubectl: Kubectl, versions: list[dict[str, Any]], resource: str
) -> tuple[Status, dict[str, Any], dict[str, Any]]:
    """Play a scenario; return the status that fits, or else the last, its object and what is around it."""
    versions += [one for one in kubectl.apply(scenario.manifest) if one["kind"].lower() == resource]
    seen = 0
    found: list[tuple[Status, dict[str, Any], dict[str, Any]]] = []

    def fitting() -> bool:
        for obj in versions[seen:] if not scenario.around else versions[-1:]:
            around = {key: kubectl.listed(kind) for key, kind in AROUND.items()} if scenario.around else {}
            found.append((status(obj, **around), obj, {key: kept(value, kubectl) for key, value in around.items()}))
            if fits(found[-1][0], scenario):
                return True
        return False

    for attempt in range(_MOST_ATTEMPTS):
        if attempt:
            kubectl(*scenario.again)
        if later := steps(scenario, kubectl):
            assert until(lambda: versions and status(versions[-1]).word == scenario.once), versions[-1:]
            seen = len(versions)
            for step in later:
                step()
        if until(fitting, _BRIEF_S if scenario.again else _LONG_S) or not scenario.again:
            break
    assert found, "nothing happened to the object"
    return found[-1]


def fits(found: Status, scenario: Scenario) -> bool:
    return found.word == scenario.word and fnmatchcase(found.message, scenario.message)


def kept(objects: list[dict[str, Any]], kubectl: Kubectl) -> list[dict[str, Any]]:
    """Leave out what is of other tests, and what nothing is said of."""
    own = [one for one in objects if kubectl.namespace in f"{one['metadata']}"]
    keys = ("name", "uid", "labels", "annotations", "creationTimestamp", "ownerReferences", "deletionTimestamp")
    return [{**one, "metadata": {key: one["metadata"][key] for key in keys if key in one["metadata"]}} for one in own]


def trimmed(obj: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is only of this cluster and this day."""
    keys = ("generation", "name", "deletionTimestamp", "uid")
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key in keys}}


def neutral(value: Any, namespace: str) -> Any:
    """Put a name that is always the same for the namespace of a test."""
    if isinstance(value, dict):
        return {key: neutral(one, namespace) for key, one in value.items()}
    if isinstance(value, list):
        return [neutral(one, namespace) for one in value]
    return value.replace(namespace, "shop") if isinstance(value, str) else value
