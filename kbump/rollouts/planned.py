"""Planned: an object that a rollout applies, as kubectl would read it, with its place in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from kbump.errors import Location


class Key(NamedTuple):
    """What makes two objects the same one in a cluster."""

    group: str
    kind: str
    namespace: str
    name: str


class Planned(NamedTuple):
    """One object; `data` is what kubectl would read, `namespace` where it goes, "" for what is in no namespace."""

    api_version: str
    kind: str
    namespace: str
    name: str
    data: dict[str, Any]
    location: Location

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def key(self) -> Key:
        """What makes it the same object in a cluster."""
        return Key(self.group, self.kind, self.namespace, self.name)

    @property
    def subject(self) -> str:
        """The object as people name it: `Deployment shop/web`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
