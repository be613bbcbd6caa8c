"""ImageField: one place that names an image, in one scalar or split over several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError
from kbump.image import ImageReference
from kbump.yaml.nodes import path_text

if TYPE_CHECKING:
    from kbump.errors import Location
    from kbump.manifest import Manifest
    from kbump.yaml.nodes import Mapping, Path, Scalar

TEMPLATED = re.compile(r"\{\{|\$\{|\$\(|<%")


class ImageField(NamedTuple):
    """A place that names an image.

    `role` is `reference` (one scalar), `kustomization` or `values` (an `entry` with siblings); `nodes` has the scalars
    by what they hold: `reference`, or `registry`, `name`, `tag`, `digest` (kustomization: `newName`, `suffix` too).
    `reference` is None if `problem` says why the text is none; a problem forbids any edit.
    """

    manifest: Manifest
    container: str
    path: Path
    role: str
    nodes: dict[str, Scalar]
    entry: Mapping | None
    raw: str
    reference: ImageReference | None
    problem: str

    @property
    def location(self) -> Location:
        """Where the text is that says which version of the image runs."""
        source = self.manifest.source
        return source.location(self.main.content(source.text).start)

    @property
    def main(self) -> Scalar:
        """The scalar that says which version of the image runs, or else the one that could."""
        found = [self.nodes[part] for part in _MAIN if part in self.nodes]
        return next((node for node in found if node.part), found[0]) if "digest" in self.nodes else found[0]

    @property
    def path_text(self) -> str:
        """The path as people write it."""
        return path_text(self.path)


_MAIN = ("reference", "tag", "digest", "newName", "name")


def whole(manifest: Manifest, container: str, path: Path, node: Scalar) -> ImageField:
    """Return the field of a scalar that holds a whole reference."""
    reference, problem = read_reference(node.value)
    nodes = {"reference": node}
    return ImageField(manifest, container, path, "reference", nodes, None, node.value, reference, problem)


def split(manifest: Manifest, path: Path, role: str, nodes: dict[str, Scalar], entry: Mapping) -> ImageField:
    """Return the field of an entry that holds a reference in parts."""
    raw = assembled({part: node.part for part, node in nodes.items()})
    reference, problem = read_reference(raw)
    problem = problem or _name_problem(nodes)
    if not problem and "suffix" in nodes:
        problem = "has a `tagSuffix`: its tag comes from the base, so change it there"
    container = nodes["name"].value if role == "kustomization" else str(path[-1])
    return ImageField(manifest, container, path, role, nodes, entry, raw, reference, problem)


def _name_problem(nodes: dict[str, Scalar]) -> str:
    """Say whether a tag hides where only a name belongs: another tag behind it would make no reference."""
    name = assembled({part: node.part for part, node in nodes.items() if part in ("registry", "newName", "name")})
    reference = read_reference(name)[0]
    if reference is None or str(reference) == reference.name:
        return ""
    return f"has a tag or digest in the name `{name}`: give it a key of its own"


def assembled(parts: dict[str, str]) -> str:
    """Put a reference together from its parts as kustomize and Helm charts do."""
    name = parts.get("newName") or parts.get("name", "")
    registry = f"{parts['registry']}/" if parts.get("registry") else ""
    tag = f":{parts['tag']}" if parts.get("tag") else ""
    digest = f"@{parts['digest']}" if parts.get("digest") else ""
    return f"{registry}{name}{tag}{digest}"


def read_reference(raw: str) -> tuple[ImageReference | None, str]:
    """Return the reference that a text is, or None and what is wrong with it."""
    if TEMPLATED.search(raw):
        return None, "is templated"
    try:
        return ImageReference.parse(raw), ""
    except ImageReferenceError as error:
        return None, f"is not an image reference{error.message.partition(' is not an image reference')[2]}"
