"""plan_source(): everything that set-image makes of one text, without reading or writing files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import SourceError
from kbump.fields import ImageField, image_fields
from kbump.manifest import manifests
from kbump.rewriting.near_misses import near_misses
from kbump.rewriting.planning import Plan, plan
from kbump.rewriting.request import Needles
from kbump.rewriting.result import Change, FilePlan
from kbump.rewriting.selection import guarded, select, wanted
from kbump.versions import change
from kbump.yaml.composer import compose_matching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.errors import Location
    from kbump.manifest import Manifest
    from kbump.rewriting.request import Request, Selection
    from kbump.source import Source


OVERRIDDEN = "is overridden by"


class Dialect(NamedTuple):
    """How texts are to be understood: extra paths for custom resources, and whether templates are edited as text."""

    paths: Mapping[str, Sequence[str]] = {}
    templates: bool = False


def plan_source(
    source: Source,
    selection: Selection,
    dialect: Dialect,
    *,
    values: bool = False,
    overridden: Mapping[Location, str] | None = None,
) -> FilePlan:
    """Return what a run makes of one text; `values` says that it is a Helm values file.

    `overridden` has the places to leave alone because an overlay decides, with the reason. Nothing is raised for a text
    that is no YAML: the plan says so, as an error, or as skipped for a template.
    """
    try:
        documents = compose_matching(source, Needles(selection.requests).search)
    except SourceError as error:
        return _plan_unreadable(source, selection, dialect, error)
    found = list(manifests(source, documents, values=values))
    fields = [field for manifest in found for field in image_fields(manifest, dialect.paths)]
    return _plan_fields(source, found, fields, selection, overridden or {})


def _plan_unreadable(source: Source, selection: Selection, dialect: Dialect, error: SourceError) -> FilePlan:
    if "{{" not in source.text:
        return FilePlan(source.name, [], [], [], error=error)
    if not dialect.templates:
        return FilePlan(
            source.name, [], [], [], skipped="is a template: `--templates` edits its literal `image:` lines"
        )
    from kbump.rewriting.templates import template_fields

    return _plan_fields(source, [], template_fields(source), selection, {})


def _plan_fields(
    source: Source,
    found: list[Manifest],
    fields: list[ImageField],
    selection: Selection,
    overridden: Mapping[Location, str],
) -> FilePlan:
    selected = select(fields, selection)
    admitted = [(field, requests) for field, requests in selected if selection.admits(field)]
    chosen = [(_guarded(field, requests[0], selection, overridden), requests[0]) for field, requests in admitted]
    plans = looked_at(source, plan((field, wanted(field, request)) for field, request in chosen))
    changes = [change_of(one, request.text) for one, (_, request) in zip(plans, chosen, strict=True)]
    return FilePlan(
        source.name,
        changes,
        [edit for one in plans for edit in one.edits],
        near_misses(source, found, fields, selection.requests),
        answered=frozenset(request.text for _, requests in admitted for request in requests),
        filtered=tuple(
            request.text for field, requests in selected if not selection.admits(field) for request in requests
        ),
    )


def _guarded(
    field: ImageField, request: Request, selection: Selection, overridden: Mapping[Location, str]
) -> ImageField:
    reason = field.problem or guarded(field, wanted(field, request), selection)
    reason = overridden.get(field.location, reason) if overridden else reason
    return field._replace(problem=reason) if reason else field


def looked_at(source: Source, plans: list[Plan]) -> list[Plan]:
    """Return the plans for one source, those refused that would do what they should not."""
    if all(one.plain for one in plans):
        return plans
    from kbump.rewriting.checking import checked

    return checked(source, plans)


def change_of(one: Plan, request: str) -> Change:
    """Return what a plan makes of its field; `request` is what asked for it."""
    field, manifest = one.field, one.field.manifest
    status = "refused" if one.refusal else "changed" if one.edits else "unchanged"
    if one.refusal.startswith(OVERRIDDEN):
        status = "overridden"
    new = str(one.reference)
    kind = change(field.reference, one.reference) if field.reference else "unknown"
    return Change(
        field.location, manifest.kind, manifest.namespace, manifest.name, field.container, field.path_text,
        field.raw, new, kind, status, one.refusal, request, manifest.role,
    )  # fmt: skip
