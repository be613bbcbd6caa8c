"""differences(): where a manifest would change a live object; remedy(): what to do where no apply can change it.

Which fields these are is for the server to say, by its dry run: see refusing.py.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.comparison.values import same_value
from kbump.rollouts.ordering import is_builtin
from kbump.rollouts.result import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Object = Mapping[str, Any]
    Path = tuple[str | int, ...]

_AGAIN = "`kubectl delete {kind} {name}{namespace}` and roll out again; or give it another name"
_ORPHAN = (
    "`kubectl delete {kind} {name}{namespace} --cascade=orphan` keeps its pods; roll out again, and delete the old "
    "ones once the new ones are ready"
)
_ADOPTED = "`kubectl delete {kind} {name}{namespace} --cascade=orphan` keeps its pods; then roll out again"
_JOB = "a Job runs once: give it another name, or roll out with `--recreate-jobs` once it has finished"
_CLAIM = "a claim keeps its volume: make another claim, and move the data; only `resources.requests` may grow"
_DATA = "it says `immutable: true`: give the new content another name, and use that name"
_SERVICE = "`kubectl delete {kind} {name}{namespace}` and roll out again: the address is another one then"
_ROLE = "`kubectl delete {kind} {name}{namespace}` and roll out again; nobody has its rights until then"
_DEFINITION = "deleting it deletes all of its objects: serve another version, or define another kind"
_REMEDIES: Mapping[str, str] = {
    "ClusterRoleBinding": _ROLE,
    "CustomResourceDefinition": _DEFINITION,
    "DaemonSet": _ORPHAN,
    "Deployment": _ORPHAN,
    "Job": _JOB,
    "PersistentVolumeClaim": _CLAIM,
    "Pod": _AGAIN,
    "ReplicaSet": _ORPHAN,
    "RoleBinding": _ROLE,
    "Secret": _AGAIN,
    "Service": _SERVICE,
    "StatefulSet": _ADOPTED,
}
_LONGEST = 80
# What is not the object's content, but the server's matter.
_OURS = ("apiVersion", "kind", "metadata", "status")


class Difference(NamedTuple):
    """A place where the manifest says something else than the live object has; _NOTHING where it says nothing."""

    path: Path
    new: Any
    old: Any


class _Nothing:
    """Stands for what is not there."""


_NOTHING = _Nothing()


def remedy(manifest: Object, live: Object) -> str:
    """Return what to do about a field that no apply can change: what its kind is known for, or to make it anew."""
    kind, metadata = str(manifest.get("kind", "")), live.get("metadata", {})
    found = _REMEDIES.get(kind, _AGAIN) if is_builtin(_group(manifest)) else _AGAIN
    if kind in ("ConfigMap", "Secret") and live.get("immutable") is True:
        found = _DATA
    namespace = within(metadata.get("namespace", ""))
    # Of two kinds of the same name kubectl takes the one that it knows longer.
    called = kind.lower() if is_builtin(_group(manifest)) else f"{kind.lower()}.{_group(manifest)}"
    return found.format(kind=called, name=metadata.get("name", ""), namespace=namespace)


def has_own_remedy(manifest: Object) -> bool:
    """Whether kbump knows the kind: of others the server's words say more."""
    return is_builtin(_group(manifest)) and str(manifest.get("kind")) in {*_REMEDIES, "ConfigMap"}


def _group(manifest: Object) -> str:
    return str(manifest.get("apiVersion", "")).rpartition("/")[0]


def differences(manifest: Object, live: Object, field: str, last: Object | None = None) -> list[Difference]:
    """Return where the manifest changes a live object at a field, as the server names it, and below.

    What a manifest does not state stays as it is, unless the one before, `last`, stated it.
    """
    path = path_of(field)
    if not path:
        found = (_differences(_at(manifest, (key,)), _at(live, (key,)), _at(last, (key,)), (key,)) for key in manifest)
        return [one for each in found for one in each if one.path[0] not in _OURS]
    return list(_differences(_at(manifest, path), _at(live, path), _at(last, path), path))


def path_of(field: str) -> Path:
    """Return the keys and indexes of a field as the server writes it: `spec.ports[0].port`, `data[a.b]`."""
    if field.startswith("<"):
        return ()
    parts = re.findall(r"\[([^\]]*)\]|([^.\[\]]+)", field)
    return tuple(int(index) if index.isdigit() else index or key for index, key in parts)


def written(path: Path) -> str:
    """Return a path as the server writes it."""
    text = "".join(f"[{key}]" if isinstance(key, int) or "." in key else f".{key}" for key in path)
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """Return a value as JSON, cut if it is long."""
    text = "nothing" if value is None or value is _NOTHING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _differences(new: Any, old: Any, last: Any, path: Path) -> Iterator[Difference]:
    if new is _NOTHING or (_is_empty(new) and (old is _NOTHING or _is_empty(old))):
        if new is _NOTHING and last is not _NOTHING and old is not _NOTHING:
            yield Difference(path, new, old)
    elif isinstance(new, dict) and isinstance(old, dict):
        # A selector is whole: what it does not state any more is gone, too.
        names = [*new, *(old if path[-1:] == ("matchLabels",) else last if isinstance(last, dict) else ())]
        for name in dict.fromkeys(names):
            was = old if path[-1:] == ("matchLabels",) else last
            yield from _differences(new.get(name, _NOTHING), _at(old, (name,)), _at(was, (name,)), (*path, name))
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for number, (one, other) in enumerate(zip(new, old, strict=True)):
            yield from _differences(one, other, _NOTHING, (*path, number))
    elif old is _NOTHING or not (new == old or _is_same(old, new)):
        yield Difference(path, new, old)


def _is_same(old: Any, new: Any) -> bool:
    """Whether two values are the same to the API server, which writes quantities its own way."""
    scalars = all(isinstance(one, (str, int, float)) for one in (old, new))
    return scalars and same_value(old, new, quantity=True)


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [])


def _at(value: Any, path: Path) -> Any:
    for key in path:
        try:
            value = value[key]
        except (LookupError, TypeError):
            return _NOTHING
    return value


def patch_of(manifest: Object, last: Object | None) -> dict[str, Any]:
    """Return what is merged into the live object: the manifest, without what the one before it stated and it does not.

    What is gone from a list is not told: for that, kubectl knows by which key the items of each list are the same.
    """
    gone = {key: None for key in last or {} if key not in manifest}
    pairs = {
        key: patch_of(value, below)
        if isinstance(value, dict) and isinstance(below := (last or {}).get(key), dict)
        else value
        for key, value in manifest.items()
    }
    return {**gone, **pairs}


def part(manifest: Object, one: Difference) -> tuple[Path, dict[str, Any]]:
    """Return a patch that changes only one place, and its path, which ends at a list whose items have no names."""
    place: list[str | int] = []
    value: Any = manifest
    for key in one.path:
        if isinstance(key, int) and not (isinstance(value[key], dict) and "name" in value[key]):
            break
        value = value[key] if isinstance(key, int) else value.get(key)
        place.append(key)
        if value is None:
            break
    body = value
    for depth in range(len(place) - 1, -1, -1):
        above = _at(manifest, tuple(place[:depth]))
        body = [{**body, "name": above[key]["name"]}] if isinstance(key := place[depth], int) else {key: body}
    return tuple(place), body
