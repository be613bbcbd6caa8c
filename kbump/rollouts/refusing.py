"""refusals(): which fields of an object the server refuses, and what to do about those that no apply can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.cluster.redaction import redacted
from kbump.cluster.trial import refused_change, would_create
from kbump.rollouts.immutability import (
    differences,
    has_own_remedy,
    part,
    patch_of,
    path_of,
    remedy,
    shown,
    written,
)
from kbump.rollouts.result import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.cluster.connection import Cluster
    from kbump.cluster.target import Kind
    from kbump.cluster.trial import Cause
    from kbump.rollouts.immutability import Difference, Path
    from kbump.rollouts.planned import Planned
    from kbump.rollouts.recording import Recorded

# A message may have a whole pod template in it; so many places are tried on their own.
_LONGEST, _MOST = 200, 12


def refusals(cluster: Cluster, one: Planned, recorded: Recorded) -> list[Refusal]:
    """Return why the server refuses to change an object that is there, field by field; none if it names no field."""
    kind = cluster.resolve(one.api_version, one.kind)
    if kind is None or recorded.live is None:
        return []
    patch = patch_of(one.data, recorded.applied)
    causes = refused_change(cluster, kind, one.namespace, one.name, patch) or []
    # That the object as a whole is refused is said beside what is.
    causes = [cause for cause in causes if path_of(cause.field)] or causes
    if not causes or not would_create(cluster, kind, one.namespace, one.data):
        return [_refused(one, recorded.live, cause) for cause in causes]
    found = [
        refusal
        for cause, changed in _changed(one, recorded, causes)
        for refusal in _immutable(one, recorded.live, cause, _guilty(cluster, kind, one, changed))
    ]
    return list(dict.fromkeys(found))


def _changed(one: Planned, recorded: Recorded, causes: Sequence[Cause]) -> list[tuple[Cause, list[Difference]]]:
    """Return what the manifest changes at each field that is refused."""
    live, last = recorded.live or {}, recorded.applied
    told = [(cause, differences(one.data, live, cause.field, last)) for cause in causes]
    # Of a field that does not change, what is refused is what came of others: `spec.clusterIPs` of `spec.clusterIP`.
    return [pair for pair in told if pair[1]] or [(causes[0], differences(one.data, live, "", last))]


def cannot_change(cluster: Cluster, one: Planned, recorded: Recorded) -> bool:
    """Whether an object cannot become what the manifest says, which the server would take as a new one."""
    kind = cluster.resolve(one.api_version, one.kind)
    if kind is None or recorded.live is None:
        return False
    patch = patch_of(one.data, recorded.applied)
    refused = refused_change(cluster, kind, one.namespace, one.name, patch)
    return bool(refused) and would_create(cluster, kind, one.namespace, one.data)


def _guilty(cluster: Cluster, kind: Kind, one: Planned, changed: Sequence[Difference]) -> list[Difference]:
    """Return those of several changes that are refused on their own: a server may name all of `spec` for one."""
    if not 1 < len(changed) <= _MOST:
        return list(changed)
    parts: dict[Path, dict[str, Any]] = dict(part(one.data, change) for change in changed)
    guilty = [path for path, body in parts.items() if refused_change(cluster, kind, one.namespace, one.name, body)]
    return [change for change in changed if part(one.data, change)[0] in guilty] or list(changed)


def _immutable(one: Planned, live: Mapping[str, Any], cause: Cause, changed: Sequence[Difference]) -> list[Refusal]:
    # The kinds that kbump knows need no more words; of others the server may say more than that it cannot be.
    words = "" if has_own_remedy(one.data) else f": {_words(one, live, cause)}"
    hint = remedy(one.data, live)
    if not changed:
        field = written(path_of(cause.field)) or one.kind
        return [Refusal(one.subject, f"`{field}` cannot change{words}", hint, one.location)]
    values = [("" if one.kind == "Secret" else f" from {shown(each.old)} to {shown(each.new)}") for each in changed]
    return [
        Refusal(one.subject, f"`{written(each.path)}` cannot change{value}{words}", hint, one.location)
        for each, value in zip(changed, values, strict=True)
    ]


def _refused(one: Planned, live: Mapping[str, Any], cause: Cause) -> Refusal:
    field = f" `{cause.field}`" if path_of(cause.field) else " it"
    return Refusal(one.subject, f"the server refuses{field}: {_words(one, live, cause)}", "", one.location)


def _words(one: Planned, live: Mapping[str, Any], cause: Cause) -> str:
    words = redacted(cause.message, [one.data, live])
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
