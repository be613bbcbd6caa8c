"""placed(): objects with the namespace that they go to, and what must be there before one can ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.rollouts.result import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbump.cluster.connection import Cluster
    from kbump.rollouts.planned import Planned
    from kbump.rollouts.recording import Recorded

_DEFINITION = "CustomResourceDefinition"


def placed(cluster: Cluster, objects: Sequence[Planned]) -> tuple[list[Planned], list[Refusal]]:
    """Return the objects with their namespaces, and a refusal for each kind that there is not, nor will be."""
    defined = _defined(objects)
    found: list[Planned] = []
    refusals: list[Refusal] = []
    for one in objects:
        kind = cluster.resolve(one.api_version, one.kind)
        namespaced = kind.namespaced if kind else defined.get((one.group, one.kind))
        if namespaced is None:
            hint = "apply its CustomResourceDefinition with it, or before; or look at `kubectl api-resources`"
            words = f"the cluster has no kind {one.kind} in {one.api_version}"
            refusals.append(Refusal(one.subject, words, hint, one.location))
        found.append(one._replace(namespace=(one.namespace or cluster.namespace) if namespaced else ""))
    return found, refusals


def _defined(objects: Iterable[Planned]) -> dict[tuple[str, str], bool]:
    """Return the kinds that definitions among the objects bring, and whether they live in namespaces."""
    specs = [one.data.get("spec") for one in objects if one.kind == _DEFINITION]
    return {
        (str(spec.get("group")), str((spec.get("names") or {}).get("kind"))): spec.get("scope") == "Namespaced"
        for spec in specs
        if isinstance(spec, dict)
    }


def later(cluster: Cluster, objects: Sequence[Planned], recorded: Mapping[Any, Recorded]) -> list[Planned]:
    """Return what cannot be tried yet: its namespace or its kind comes with this run."""
    coming = {
        one.name for one in objects if one.kind == "Namespace" and one.group == "" and recorded[one.key].live is None
    }
    return [one for one in objects if one.namespace in coming or cluster.resolve(one.api_version, one.kind) is None]
