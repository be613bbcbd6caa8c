"""immutable_changes(): which fields of a live object a manifest would change that no apply can change, and what to do.

The fields are those that the API server validates as immutable, in `Validate*Update` of
https://github.com/kubernetes/kubernetes/tree/master/pkg/apis; what a manifest does not state keeps its value.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.comparison.values import same_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Object = Mapping[str, Any]

_AGAIN = "`kubectl delete {kind} {name}{namespace}`, which ends its pods, and roll out again; or give it another name"
_ORPHAN = "`kubectl delete {kind} {name}{namespace} --cascade=orphan` keeps its pods; then roll out again"
_JOB = "a Job runs once: give it another name, or roll out with `--recreate-jobs`"
_CLAIM = "a claim keeps its volume: make another claim, and move the data; only `resources.requests` may grow"
_DATA = "it says `immutable: true`: give the new content another name, and use that name"
_SERVICE = "`kubectl delete {kind} {name}{namespace}` and roll out again: the address is another one then"
_ROLE = "`kubectl delete {kind} {name}{namespace}` and roll out again; nobody has its rights until then"
_SPEC = ("spec",)
_LONGEST = 80


class ImmutableChange(NamedTuple):
    """A field that is immutable and would change: its path, what it is, what it would be, and the remedy."""

    path: str
    old: str
    new: str
    remedy: str


class _Rule(NamedTuple):
    """The paths that are immutable, those below them that are not, and what to do; `live` says for which objects."""

    paths: tuple[str, ...]
    remedy: str
    mutable: tuple[str, ...] = ()
    live: Callable[[Object], bool] = bool


_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "ClusterRoleBinding": (_Rule(("roleRef",), _ROLE),),
    "ConfigMap": (_Rule(("data", "binaryData"), _DATA, live=lambda live: live.get("immutable") is True),),
    "CronJob": (),
    "DaemonSet": (_Rule(("spec.selector",), _ORPHAN),),
    "Deployment": (_Rule(("spec.selector",), _ORPHAN),),
    "Job": (
        _Rule(("spec.selector", "spec.completionMode"), _JOB),
        # While it is suspended, what decides where its pods run may change.
        _Rule(("spec.template",), _JOB, live=lambda live: _dig(live, _SPEC).get("suspend") is not True),
        _Rule(("spec.completions",), _JOB, live=lambda live: _dig(live, _SPEC).get("completionMode") != "Indexed"),
    ),
    "PersistentVolumeClaim": (_Rule(_SPEC, _CLAIM, ("spec.resources", "spec.volumeAttributesClassName")),),
    "Pod": (
        _Rule(
            _SPEC, _AGAIN,
            (
                "spec.containers[*].image", "spec.initContainers[*].image", "spec.activeDeadlineSeconds",
                "spec.tolerations", "spec.terminationGracePeriodSeconds", "spec.containers[*].resources",
            ),
        ),
    ),
    "ReplicaSet": (_Rule(("spec.selector",), _ORPHAN),),
    "RoleBinding": (_Rule(("roleRef",), _ROLE),),
    "Secret": (
        _Rule(("type",), _AGAIN.replace(", which ends its pods,", "")),
        _Rule(("data", "stringData"), _DATA, live=lambda live: live.get("immutable") is True),
    ),
    "Service": (_Rule(("spec.clusterIP",), _SERVICE, live=lambda live: bool(_dig(live, _SPEC).get("clusterIP"))),),
    "StatefulSet": (
        _Rule(
            _SPEC, _ORPHAN,
            (
                "spec.replicas", "spec.ordinals", "spec.template", "spec.updateStrategy", "spec.revisionHistoryLimit",
                "spec.persistentVolumeClaimRetentionPolicy", "spec.minReadySeconds",
            ),
        ),
    ),
    "StorageClass": (
        _Rule(("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"), _ROLE.partition(";")[0]),
    ),
}  # fmt: skip


def immutable_changes(manifest: Object, live: Object) -> list[ImmutableChange]:
    """Return what of a live object, of the same kind, the manifest would change and cannot."""
    kind, metadata = str(manifest.get("kind", "")), live.get("metadata", {})
    secret = kind == "Secret"
    found: list[ImmutableChange] = []
    for rule in _RULES.get(kind, ()):
        if not rule.live(live):
            continue
        namespace = f" -n {metadata['namespace']}" if metadata.get("namespace") else ""
        remedy = rule.remedy.format(kind=kind.lower(), name=metadata.get("name", ""), namespace=namespace)
        for path in rule.paths:
            keys = tuple(path.split("."))
            pairs = _differences(_at(manifest, keys), _at(live, keys), path)
            found += [
                ImmutableChange(at, *(("", "") if secret else (_shown(old), _shown(new))), remedy)
                for at, new, old in pairs
                if not _is_below(at, rule.mutable)
            ]
    return found


def _is_below(path: str, above: tuple[str, ...]) -> bool:
    path = re.sub(r"\[\d+\]", "[*]", path)
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in above)


_UNSTATED = object()


def _differences(new: Any, old: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, new, old) where what is stated is another value; a list counts as a whole if its length differs."""
    if new is _UNSTATED or (_is_empty(new) and (old is _UNSTATED or _is_empty(old))):
        return
    if isinstance(new, dict) and isinstance(old, dict):
        # A selector is whole: what it does not state any more is gone, too.
        names = new.keys() | old.keys() if path.endswith("matchLabels") else new.keys()
        for name in sorted(names):
            yield from _differences(new.get(name, None), old.get(name, _UNSTATED), f"{path}.{name}")
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for number, (one, other) in enumerate(zip(new, old, strict=True)):
            yield from _differences(one, other, f"{path}[{number}]")
    elif old is _UNSTATED or not (new == old or _is_same(old, new)):
        yield path, new, None if old is _UNSTATED else old


def _is_same(old: Any, new: Any) -> bool:
    """Whether two values are the same to the API server, which writes quantities its own way."""
    scalars = all(isinstance(one, (str, int, float)) for one in (old, new))
    return scalars and same_value(old, new, quantity=True)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if value is not None else "nothing"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [])


def _at(obj: Object, keys: tuple[str, ...]) -> Any:
    value: Any = obj
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return _UNSTATED
        value = value[key]
    return value


def _dig(obj: Object, keys: tuple[str, ...]) -> dict[str, Any]:
    value = _at(obj, keys)
    return value if isinstance(value, dict) else {}
