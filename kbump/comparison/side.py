"""Side: one of the two environments that are compared, as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kbump.source import Source

# A root ends so if what follows begins with the name of a file: `main:web.yaml`, `infra//web.yaml`.
_ENDINGS = ("/", ":")


class Side(NamedTuple):
    """The texts of one environment, and what is only its own: names are compared without them.

    `name` is what reports call it; file names are compared below the directory `root`. `prefix`, `suffix` and
    `namespace` are those that the environment gives its objects; `affixes` are prefixes with suffixes of which some
    objects have more, as overlays of overlays give them; `values` are the names of Helm values files.
    """

    name: str
    sources: Sequence[Source]
    root: str = ""
    prefix: str = ""
    suffix: str = ""
    namespace: str = ""
    values: Collection[str] = ()
    affixes: Sequence[tuple[str, str]] = ()

    def relative(self, file: str) -> str:
        """Return a file's name below the root."""
        root = self.root if self.root.endswith(_ENDINGS) else f"{self.root}/"
        return file.removeprefix(root) if self.root else file

    def plain_name(self, kind: str, name: str) -> str:
        """Return an object's name without what is only this side's."""
        if kind == "Namespace" and name == self.namespace:
            return ""
        return name.removeprefix(self.prefix).removesuffix(self.suffix)

    def bare_name(self, kind: str, name: str) -> str:
        """Return an object's name without all that any kustomization of this side may have given it."""
        fitting = [one for one in self.affixes if name.startswith(one[0]) and name.endswith(one[1])]
        prefix, suffix = max(fitting, key=lambda one: len(one[0]) + len(one[1]), default=("", ""))
        return name.removeprefix(prefix).removesuffix(suffix) if fitting else self.plain_name(kind, name)

    def plain_namespace(self, namespace: str) -> str:
        """Return a namespace, empty if it is this side's."""
        return "" if namespace == self.namespace else namespace
