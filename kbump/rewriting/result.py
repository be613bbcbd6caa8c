"""What a run of set-image found and did: plain values, so that two processes can share the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.manifest import workload

if TYPE_CHECKING:
    from kbump.errors import KbumpError, Location
    from kbump.finding import Finding
    from kbump.source import Edit


class Change(NamedTuple):
    """One selected image field.

    `status` is changed, unchanged (already right), refused or overridden (by an overlay's `images:`), `reason` says why
    for the last two; `change` is the class of the change (see kbump.versions); `old` and `new` are as the file spells
    them; `request` is what was typed; `role` is the manifest's (manifest, kustomization, values, template, other).
    """

    location: Location
    kind: str
    namespace: str
    name: str
    container: str
    path: str
    old: str
    new: str
    change: str
    status: str
    reason: str
    request: str
    role: str
    environment: str = ""

    @property
    def workload(self) -> str:
        """The object as people name it: `Deployment shop/web`; empty where it is no Kubernetes object."""
        return workload(self.role, self.kind, self.namespace, self.name)


class FilePlan(NamedTuple):
    """What a run makes of one file.

    `edits` count code points of the decoded text; `error` stands for a file that could match and cannot be read;
    `skipped` says why the file was passed over, if it was; `findings` are near misses; `answered` are the requests that
    selected something, as typed; `filtered` has those of each field that only the filters leave out.
    """

    file: str
    changes: list[Change]
    edits: list[Edit]
    findings: list[Finding]
    error: KbumpError | None = None
    skipped: str = ""
    answered: frozenset[str] = frozenset()
    filtered: tuple[str, ...] = ()
