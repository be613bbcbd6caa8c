"""Discovery: what was found in a repo; Hint: a place that names a version of Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.errors import Location
    from kbump.remote import Remote


class Hint(NamedTuple):
    """A minor version of Kubernetes (`1.31`), and where it is named."""

    version: str
    location: Location


class Discovery(NamedTuple):
    """What was found; all paths are relative to the directory that was looked at.

    `environments` maps names to directories, in the order in which changes usually reach them. `hints` name versions of
    Kubernetes; `crds` are directories and files of CustomResourceDefinitions; `values` are globs of Helm values files
    outside of charts; `encrypted` are files that SOPS encrypted, and `rules` says that there is a .sops.yaml.
    `origin` is the repository's remote, and `forge` the kind that it is on, "" if its host does not tell; `folder` is
    the kind that a directory of the repo's CI tells. `production` names what looks like production. `unread` are files
    that could not be read.
    """

    environments: dict[str, str]
    hints: Sequence[Hint] = ()
    crds: Sequence[str] = ()
    values: Sequence[str] = ()
    encrypted: Sequence[str] = ()
    rules: bool = False
    origin: Remote | None = None
    forge: str = ""
    folder: str = ""
    production: str = ""
    unread: Sequence[str] = ()

    @property
    def version(self) -> str:
        """The version of Kubernetes that every hint names, "" if there is none, or there are several."""
        named = {hint.version for hint in self.hints}
        return named.pop() if len(named) == 1 else ""
