"""What an anchor may do to an edit: every alias of the edited scalar reads the new text too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.rewriting.planning import ABSENT, Plan, part_path
from kbump.yaml.nodes import path_text, walk

if TYPE_CHECKING:
    from kbump.yaml.nodes import Document, Mapping, Node, Path, Scalar

_Places = dict[int, list["Path"]]
_Covered = dict[tuple[int, "Path"], object]


def refuse_shared(plans: list[Plan]) -> list[Plan]:
    """Return the plans, refused where other places than fields with the same new text read the same scalar."""
    while True:
        documents = {id(one.field.manifest.document): one.field.manifest.document for one in plans if one.edits}
        places = {key: _places(document) for key, document in documents.items() if document.aliases}
        covered = _covered(plans)
        checked = [_checked(one, places.get(id(one.field.manifest.document), {}), covered) for one in plans]
        # A plan refused here uncovers the places of others that share its scalar.
        if [bool(one.refusal) for one in checked] == [bool(one.refusal) for one in plans]:
            return checked
        plans = checked


def _places(document: Document) -> _Places:
    found: _Places = {}
    for node, path in walk(document.root) if document.root else ():
        found.setdefault(id(node), []).append(path)
    return found


def _covered(plans: list[Plan]) -> _Covered:
    """Return what each place is to hold, for fields that are edited or already right; an entry, its whole reference."""
    found: _Covered = {}
    for one in plans:
        if one.refusal:
            continue
        document = id(one.field.manifest.document)
        if one.field.entry is not None:
            found[document, one.field.path] = one.reference
        for part, node in one.field.nodes.items():
            path = part_path(one.field, part)
            found[document, path] = one.expected.get(path, node.part)
    return found


def _checked(one: Plan, places: _Places, covered: _Covered) -> Plan:
    if not places or not one.edits:
        return one
    document = id(one.field.manifest.document)
    for node, own in _edited(one):
        text = covered[document, own]
        others = [path for path in places.get(id(node), []) if covered.get((document, path)) != text]
        if others:
            return one._replace(edits=[], expected={}, refusal=_reason(one, node, others))
    return one


def _edited(one: Plan) -> list[tuple[Scalar | Mapping, Path]]:
    """Return the scalars that the plan changes, and the entry if it gains or loses a key, each with its path."""
    field = one.field
    kept = {part: path for part in field.nodes if one.expected.get(path := part_path(field, part)) is not ABSENT}
    edited: list[tuple[Scalar | Mapping, Path]] = [
        (field.nodes[part], path) for part, path in kept.items() if path in one.expected
    ]
    if field.entry is not None and not one.expected.keys() <= set(kept.values()):
        edited.append((field.entry, field.path))
    return edited


def _reason(one: Plan, node: Node, others: list[Path]) -> str:
    source, document = one.field.manifest.source, one.field.manifest.document
    names = " and ".join(f"`{path_text(path)}`" for path in sorted(others, key=str)[:3])
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    lines = sorted(
        {
            source.location(span.start).line
            for span, target in document.aliases
            if target.start <= node.start and node.end <= target.end
        }
    )
    plural = ("es", "s") if len(lines) > 1 else ("", "")
    at = f" (alias{plural[0]} in line{plural[1]} {', '.join(map(str, lines[:3]))})" if lines else ""
    return f"is shared with {names}{more}{at}, which would change too: ask for all, or write it out in each place"
