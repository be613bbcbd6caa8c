"""A promotion diff for programs: JSON as schemas/diff.schema.json describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kbump.report.text import unicode

if TYPE_CHECKING:
    from kbump.comparison import Difference, ImageDifference, Note, Object, PromotionDiff
    from kbump.errors import Location

_VERSION = 1


def diff_json(result: PromotionDiff) -> str:
    """Return the diff as JSON."""
    data = {
        "version": _VERSION,
        "from": result.old,
        "to": result.new,
        "fromCommit": result.old_commit,
        "toCommit": result.new_commit,
        "images": [_image(one) for one in result.images],
        "differences": [_difference(one) for one in result.differences],
        "expected": [{"rule": rule, "differences": number} for rule, number in result.expected.items()],
        "onlyFrom": [_object(one) for one in result.only_old],
        "onlyTo": [_object(one) for one in result.only_new],
        "equal": result.equal,
        "notes": [_note(one) for one in result.notes],
    }
    return unicode(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _object(one: Object) -> dict[str, Any]:
    return {
        "role": one.role,
        "apiVersion": one.api_version,
        "kind": one.kind,
        "namespace": one.namespace,
        "objectName": one.name,
        **_place(one.location),
    }


def _image(one: ImageDifference) -> dict[str, Any]:
    return {
        "fromObject": _object(one.old_object),
        "toObject": _object(one.new_object),
        "container": one.container,
        "path": one.path,
        "from": one.old,
        "to": one.new,
        "change": one.change,
        "fromLocation": _place(one.old_location),
        "toLocation": _place(one.new_location),
        "link": one.link,
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "fromObject": _object(one.old_object),
        "toObject": _object(one.new_object),
        "path": one.path,
        "change": one.kind,
        "from": one.old,
        "to": one.new,
        "expected": one.expected,
        "secret": one.secret,
    }


def _note(one: Note) -> dict[str, Any]:
    return {"kind": one.kind, "side": one.side, "message": one.message, "hint": one.hint, **_place(one.location)}


def _place(location: Location | None) -> dict[str, Any]:
    return location._asdict() if location else {}
