"""What an undo leaves as a rollout made it: what it was, what it is, and what gets it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.plain import dig
from kbump.rollouts.recording import LAST_APPLIED
from kbump.rollouts.result import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kbump.rollouts.planned import Planned

    Object = Mapping[str, Any]

_MOST = 3
_LONGEST = 40
_MISSING = object()
REVISED = ("DaemonSet", "Deployment", "StatefulSet")
"""The kinds that `kubectl rollout undo` and `restart` know."""
_VOLATILE = ("apiVersion", "kind", "metadata", "status")
# What kubectl and controllers write beside what people do.
_OTHERS = (LAST_APPLIED, "deployment.kubernetes.io/", "deprecated.daemonset.template.generation")
# https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
_REFERRING = {
    "configMap": "ConfigMap", "configMapKeyRef": "ConfigMap", "configMapRef": "ConfigMap",
    "secret": "Secret", "secretKeyRef": "Secret", "secretRef": "Secret",
}  # fmt: skip


class Differing(NamedTuple):
    """A field that a rollout changed, with its values as JSON, "" for none; those of Secrets are hidden."""

    path: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"`{self.path}` {f'was {self.was}' if self.was else 'was not set'}, and {_is(self.now)}"


def _is(now: str) -> str:
    return f"is {now}" if now else "is not set"


def left_workload(one: Planned, before: Object, now: Object, changed: Iterable[Planned]) -> str:
    """Say of a workload whose pods were not changed what was, and what gets that back."""
    reads = _references(dig(now, "spec", "template"))
    config = [it.subject for it in changed if (it.kind, it.name) in reads and it.namespace == one.namespace]
    read = [f"its pods read {' and '.join(config)}, which this rollout wrote"] if config else []
    return "; ".join(["its pods were not changed", *_beside(one, before, now), *read])


def beside_pods(one: Planned, before: Object, now: Object) -> str:
    """Say of a workload whose pods went back what else was changed, "" if nothing was."""
    return "".join(f"; {text}" for text in _beside(one, before, now))


def _beside(one: Planned, before: Object, now: Object) -> Iterator[str]:
    was, is_ = (dig(obj, "spec", "replicas") for obj in (before, now))
    if was != is_ and was is not None:
        command = f"kubectl scale {_named(one)} --replicas={was}{within(one.namespace)}"
        yield f"`spec.replicas` was {was}, and is {is_}: `{command}`"
    found = [it for it in _differing(before, now) if not f"{it.path}.".startswith(("spec.replicas.", "spec.template."))]
    if found:
        yield f"{_listed(found)}: put that back in git, and apply it"


def left_object(one: Planned, before: Object, now: Object, objects: Iterable[Planned]) -> str:
    """Say of an object of another kind what was changed, and what gets that back, with whom it takes to notice."""
    found = list(_differing(before, now))
    told = f": {_listed(found)}" if found else ""
    restart = [
        f"`kubectl rollout restart {_named(it)}{within(it.namespace)}`"
        for it in objects
        if (it.kind in REVISED and it.namespace == one.namespace)
        and (one.kind, one.name) in _references(dig(it.data, "spec", "template"))
    ]
    then = f", then {' and '.join(restart)}" if restart else ""
    return f"kubectl undoes no object of its kind{told}; put back in git what it was, and apply that{then}"


def _named(one: Planned) -> str:
    return f"{one.kind.lower()}/{one.name}"


def _listed(found: list[Differing]) -> str:
    more = f", and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
    return ", ".join(map(str, found[:_MOST])) + more


def _differing(before: Object, now: Object) -> Iterator[Differing]:
    secret = now.get("kind") == "Secret"
    for path, was, is_ in _leaves(_content(before), _content(now), ""):
        yield Differing(path, *(_shown(value, secret=secret) for value in (was, is_)))


def _content(obj: Object) -> dict[str, Any]:
    """Return what people write of an object."""
    metadata = obj.get("metadata", {})
    noted = {key: value for key, value in (metadata.get("annotations") or {}).items() if not key.startswith(_OTHERS)}
    said = {"annotations": noted, "labels": metadata.get("labels") or {}}
    return {**{key: value for key, value in obj.items() if key not in _VOLATILE}, "metadata": said}


def _leaves(before: Any, now: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*before, *now)):
            below = f"{path}.{key}" if path else str(key)
            yield from _leaves(before.get(key, _MISSING), now.get(key, _MISSING), below)
    elif before != now:
        yield path, before, now


def _shown(value: Any, *, secret: bool) -> str:
    if value is _MISSING:
        return ""
    text = "***" if secret else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _references(found: Any) -> set[tuple[str, str]]:
    """Return the ConfigMaps and Secrets, by kind and name, that a pod template refers to."""
    if isinstance(found, list):
        return {one for item in found for one in _references(item)}
    if not isinstance(found, dict):
        return set()
    named = {
        (_REFERRING[key], str(value.get("name") or value.get("secretName")))
        for key, value in found.items()
        if key in _REFERRING and isinstance(value, dict)
    }
    pulls = {("Secret", str(dig(one, "name"))) for one in found.get("imagePullSecrets") or ()}
    return named | pulls | {one for value in found.values() for one in _references(value)}
