"""named(): workloads that are named as KIND/NAME, as kubectl's users write them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from kbump.errors import UsageError
from kbump.rollouts.looking import Watched

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "cronjob": ("batch/v1", "CronJob", ("cj",)),
    "customresourcedefinition": ("apiextensions.k8s.io/v1", "CustomResourceDefinition", ("crd", "crds")),
    "daemonset": ("apps/v1", "DaemonSet", ("ds",)),
    "deployment": ("apps/v1", "Deployment", ("deploy",)),
    "ingress": ("networking.k8s.io/v1", "Ingress", ("ing", "ingresses")),
    "job": ("batch/v1", "Job", ()),
    "persistentvolumeclaim": ("v1", "PersistentVolumeClaim", ("pvc",)),
    "pod": ("v1", "Pod", ("po",)),
    "replicaset": ("apps/v1", "ReplicaSet", ("rs",)),
    "service": ("v1", "Service", ("svc",)),
    "statefulset": ("apps/v1", "StatefulSet", ("sts",)),
}
_ALIASES = {
    alias: name for name, (_, _, short) in _KINDS.items() for alias in (name, f"{name}s", *short)
}  # fmt: skip


def named(text: str, namespace: str) -> Watched:
    """Return what `deployment/web` means, in a namespace; raise UsageError for what is no such name."""
    kind, slash, name = text.partition("/")
    plain = kind.lower().partition(".")[0]
    if not (slash and name) or "/" in name:
        raise UsageError(f"`{text}` is no KIND/NAME", hint="write it as deployment/web")
    if plain not in _ALIASES:
        close = get_close_matches(plain, _ALIASES, 1)
        hint = f"did you mean `{close[0]}/{name}`?" if close else f"known are {', '.join(sorted(_KINDS))}"
        raise UsageError(f"`{kind}` is no kind that kbump waits for", hint=hint)
    api_version, full, _ = _KINDS[_ALIASES[plain]]
    return Watched(api_version, full, "" if full == "CustomResourceDefinition" else namespace, name)
