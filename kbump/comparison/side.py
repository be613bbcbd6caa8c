"""Side: one of the two environments that are compared, as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kbump.source import Source


class Side(NamedTuple):
    """The texts of one environment, and what is only its own: names are compared without them.

    `name` is what reports call it; file names are compared below the directory `root`. `prefix`, `suffix` and
    `namespace` are those that the environment gives its objects; `values` are the names of Helm values files.
    """

    name: str
    sources: Sequence[Source]
    root: str = ""
    prefix: str = ""
    suffix: str = ""
    namespace: str = ""
    values: Collection[str] = ()

    def relative(self, file: str) -> str:
        """Return a file's name below the root."""
        return file.removeprefix(f"{self.root.rstrip('/')}/") if self.root else file

    def plain_name(self, kind: str, name: str) -> str:
        """Return an object's name without what is only this side's."""
        if kind == "Namespace" and name == self.namespace:
            return ""
        return name.removeprefix(self.prefix).removesuffix(self.suffix)

    def plain_namespace(self, namespace: str) -> str:
        """Return a namespace, empty if it is this side's."""
        return "" if namespace == self.namespace else namespace
