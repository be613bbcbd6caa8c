"""What is checked before anything is written: the cluster, the versions, the permissions, the manifests."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kbump.catalog import versions
from kbump.rollouts.result import ClusterName, Refusal
from kbump.rollouts.revisions import HELPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kbump.cluster.connection import Cluster
    from kbump.cluster.kubectl import Versions
    from kbump.config import ClusterChoice
    from kbump.rollouts.planned import Planned

_PORTS = {"http": 80, "https": 443}
_FEW = 5
_AT_ONCE = 4


def other_cluster(choice: ClusterChoice, found: ClusterName) -> list[Refusal]:
    """Return a refusal if the cluster is not the one that .kbump.yaml names."""
    hint = "choose it by `--context` or `--kubeconfig`, or correct `cluster` in .kbump.yaml"
    told = [
        ("server", choice.server, found.server, _normal(choice.server) == _normal(found.server)),
        ("context", choice.context, found.context, choice.context == found.context),
    ]
    return [
        Refusal("", f"this is another cluster: its {name} is `{has}`, and .kbump.yaml says `{wanted}`", hint)
        if has
        else Refusal("", f"this cluster has no {name}, and .kbump.yaml says `{wanted}`", "name its `server` there")
        for name, wanted, has, same in told
        if wanted and not same
    ]


def _normal(url: str) -> tuple[str, str, int, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0), parts.path.rstrip("/")


def skew(found: Versions) -> Iterator[str]:
    """Yield what is to be said of a kubectl that is more than one version away from its server.

    https://kubernetes.io/releases/version-skew-policy/#kubectl
    """
    minors = [_minor(found.client), _minor(found.server)]
    if None not in minors and abs((minors[0] or 0) - (minors[1] or 0)) > 1:
        yield (
            f"kubectl is {found.client} and the server {found.server}: they are meant for at most one minor version "
            "of difference"
        )


def _minor(version: str) -> int | None:
    match = re.match(r"v?1\.(\d+)", version)
    return int(match[1]) if match else None


def schema_version(server: str) -> tuple[str, list[str]]:
    """Return the version to validate for, the newest known one not above the server's, and what to say of it."""
    known, minor = versions(), _minor(server)
    if minor is None:
        return known[-1], [f"the server says no version, so manifests are checked for {known[-1]}"]
    fits = [one for one in known if (_minor(one) or 0) <= minor]
    if not fits:
        return known[0], [f"the server is {server}, older than what kbump knows: manifests are checked for {known[0]}"]
    said = [f"the server is {server}, newer than what kbump knows: manifests are checked for {fits[-1]}"]
    return fits[-1], said if _minor(fits[-1]) != minor else []


def forbidden(cluster: Cluster, objects: Sequence[Planned]) -> list[str]:
    """Return what the credentials may not do, of all that the run may need: nobody is refused for it."""
    asked = dict.fromkeys(_needed(objects))
    denied: dict[tuple[str, str], list[str]] = {}
    wanted = [(verb, cluster.resolve(version, kind), namespace) for verb, version, kind, namespace in asked]
    questions = [(verb, kind, namespace) for verb, kind, namespace in wanted if kind]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(lambda one: cluster.may(*one), questions))
    for (verb, kind, namespace), allowed in zip(questions, answers, strict=True):
        if not allowed:
            denied.setdefault((kind.resource, namespace), []).append(verb)
    notes = [
        f"these credentials may not {_listed(verbs)} {resource}{f' in {namespace}' if namespace else ''}"
        for (resource, namespace), verbs in denied.items()
    ]
    more = len(notes) - _FEW
    return notes if more <= 1 else [*notes[:_FEW], f"and {more} more like that"]


def _needed(objects: Iterable[Planned]) -> Iterator[tuple[str, str, str, str]]:
    for one in objects:
        for verb in ("get", "create", "patch"):
            yield verb, one.api_version, one.kind, one.namespace
        if one.kind in HELPERS:
            yield "list", one.api_version, one.kind, one.namespace
            yield "watch", one.api_version, one.kind, one.namespace
        for api_version, kind in HELPERS.get(one.kind, ()):
            yield "list", api_version, kind, one.namespace


def _listed(verbs: Sequence[str]) -> str:
    return " or ".join(", ".join(verbs).rsplit(", ", 1))
