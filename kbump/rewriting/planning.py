"""plan(): from pairs of field and reference to edits, or to the reason why a field is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.image import ImageReference
from kbump.rewriting.entries import add_key, remove_key
from kbump.rewriting.scalars import Rewrite, rewrite_scalar
from kbump.source import Edit
from kbump.yaml.scalars import needs_quotes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.fields import ImageField
    from kbump.yaml.nodes import Path, Scalar

ABSENT = object()


class Plan(NamedTuple):
    """What is to be done to one field.

    `expected` says what each path is to read afterwards, counted from the document's root (ABSENT: the key is gone);
    `plain` that the edits are safe without a second parse; `refusal`, if not empty, why nothing is done.
    """

    field: ImageField
    reference: ImageReference
    edits: list[Edit]
    expected: dict[Path, object]
    plain: bool
    refusal: str = ""


def plan(pairs: Iterable[tuple[ImageField, ImageReference]]) -> list[Plan]:
    """Return a plan for each pair of a field and the reference that it is to hold; equal ones have no edits.

    Anchored scalars are edited only if all places that read them are fields of the pairs with the same new text.
    """
    plans = [_plan(field, reference) for field, reference in pairs]
    if any(one.field.manifest.document.aliases for one in plans):
        from kbump.rewriting.aliases import refuse_shared

        return refuse_shared(plans)
    return plans


def _plan(field: ImageField, reference: ImageReference) -> Plan:
    if field.problem:
        return Plan(field, reference, [], {}, True, field.problem)
    if field.reference == reference and _is_text(field.nodes.get("tag")):
        return Plan(field, reference, [], {}, True)
    if field.role == "reference":
        return _assembled(field, reference, [("reference", str(reference))])
    if field.role == "kustomization":
        return _plan_kustomization(field, reference)
    return _plan_values(field, reference)


def _plan_kustomization(field: ImageField, reference: ImageReference) -> Plan:
    """Set `newName`, `newTag` and `digest`; what the reference lacks goes: `digest` alone clears the tag in kustomize.

    https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/imagetag/updater.go
    """
    current = field.reference
    wanted = []
    if current is None or reference.name != current.name:
        wanted.append(("newName", reference.name))
    wanted += [("tag", reference.tag), ("digest", reference.digest)]
    return _assembled(field, reference, wanted)


def _plan_values(field: ImageField, reference: ImageReference) -> Plan:
    """Set the siblings of a Helm values entry and keep them consistent with one another."""
    nodes, current = field.nodes, field.reference
    tag, digest = reference.tag, reference.digest
    wanted: list[tuple[str, str]] = []
    if current is None or reference.name != current.name:
        wanted += _split_name(field, reference)
    if digest and "digest" not in nodes:
        if not (tag and "tag" in nodes and "@" in nodes["tag"].part):
            return _refused(field, reference, "has no `digest` key: add one, or give only a tag")
        tag, digest = f"{tag}@{digest}", ""
    if tag and "tag" not in nodes:
        return _refused(field, reference, "has no `tag` key: add one, or give only a digest")
    if not tag and "tag" in nodes and nodes["tag"].part and digest:
        return _refused(field, reference, "has a `tag` beside its `digest`: give both, `REPOSITORY:TAG@DIGEST`")
    wanted += [(part, text) for part, text in (("tag", tag), ("digest", digest)) if part in nodes]
    return _assembled(field, reference, wanted)


def _split_name(field: ImageField, reference: ImageReference) -> list[tuple[str, str]]:
    """Spread a new name over `registry` and `repository` as the entry does."""
    registry = field.nodes.get("registry")
    if registry is None or not registry.part:
        return [("name", reference.name)]
    current = field.reference
    if current and (reference.domain, current.path) == (current.domain, reference.path):
        return []
    return [("registry", reference.domain), ("name", reference.path)]


def _assembled(field: ImageField, reference: ImageReference, wanted: list[tuple[str, str]]) -> Plan:
    """Collect the edits that give every part its text; the parts are as in ImageField.nodes."""
    edits: list[Edit] = []
    expected: dict[Path, object] = {}
    plain = True
    stays = {part: node for part, node in field.nodes.items() if (part, "") not in wanted}
    for part, text in wanted:
        node = field.nodes.get(part)
        if (node.part if node else "") == text and _is_text(node):
            continue
        rewrite = _rewrite(field, part, text, stays)
        if isinstance(rewrite, str):
            return _refused(field, reference, rewrite)
        edits += rewrite.edits
        plain = plain and rewrite.plain
        gone = not text and field.role == "kustomization"
        expected[part_path(field, part)] = ABSENT if gone else text
    return Plan(field, reference, _joined(edits), expected, plain)


def _is_text(node: Scalar | None) -> bool:
    """Whether a tag is read as it is written: a plain 1.10 is the number 1.1, which kustomize refuses."""
    return not node or bool(node.style or node.tag) or not node.part or not needs_quotes(node.part)


def _rewrite(field: ImageField, part: str, text: str, stays: dict[str, Scalar]) -> Rewrite | str:
    """Return the edits for one part; a new one comes behind one that `stays`."""
    source, document = field.manifest.source, field.manifest.document
    entry = field.entry
    if part not in field.nodes and entry is not None:
        after = next(stays[name] for name in _BEFORE[part] if name in stays)
        return add_key(source, document, entry, after, _KEYS[part], text)
    if field.role == "kustomization" and not text and entry is not None:
        return remove_key(source, document, entry, _KEYS[part])
    return rewrite_scalar(source, document, field.nodes[part], text)


def _joined(edits: list[Edit]) -> list[Edit]:
    """Join what is inserted at one place, in this order: apply_edits() would sort it by its text."""
    inserted: dict[int, str] = {}
    for edit in edits:
        if edit.start == edit.end:
            inserted[edit.start] = inserted.get(edit.start, "") + edit.text
    replaced = [edit for edit in edits if edit.start < edit.end]
    return replaced + [Edit(at, at, text) for at, text in inserted.items()]


_KEYS = {"newName": "newName", "tag": "newTag", "digest": "digest"}
# Behind which part of an entry a new one goes, the first that is there.
_BEFORE = {"newName": ("name",), "tag": ("newName", "name"), "digest": ("tag", "newName", "name")}


def part_path(field: ImageField, part: str) -> Path:
    """Return the path of a part from the document's root."""
    if field.entry is None:
        return field.path
    node = field.nodes.get(part)
    keys = [key for key, value in field.entry.items() if value is node]
    return (*field.path, keys[0] if keys else _KEYS[part])


def _refused(field: ImageField, reference: ImageReference, reason: str) -> Plan:
    return Plan(field, reference, [], {}, True, reason)
