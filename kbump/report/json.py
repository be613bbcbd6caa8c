"""Reports for programs: JSON as schemas/images.schema.json and its like describe it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kbump.report.text import unicode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbump.delivery import Delivery
    from kbump.delivery.result import Proposed
    from kbump.errors import KbumpError, Location
    from kbump.finding import Built, Finding
    from kbump.inspection import ValidateResult
    from kbump.inventory import Image, ImagesResult
    from kbump.rewriting.result import Change
    from kbump.tags import Tagged
    from kbump.update import SetImageResult

_VERSION = 1


def images_json(result: ImagesResult) -> str:
    """Return an images() result as JSON."""
    return _dump(
        {
            "version": _VERSION,
            "files": result.files,
            "images": [_image(image) for image in result.images],
            "errors": errors_data(result.errors),
            "skipped": _skipped(result.skipped),
        }
    )


def set_image_json(result: SetImageResult) -> str:
    """Return a set_image() result as JSON."""
    return _dump(_set_image(result))


def tag_json(tagged: Tagged) -> str:
    """Return the tags of a build as JSON, and what they are made of."""
    build = tagged.build
    source = {"repository": build.repository, "branch": build.branch, "commit": build.commit, "tag": build.tag}
    return _dump({"version": _VERSION, "tag": tagged.tags[0], "tags": list(tagged.tags), "source": source})


def delivery_json(delivery: Delivery) -> str:
    """Return a delivery as JSON: that of set_image(), and what came of it in the repository."""
    newer = delivery.superseded_by
    told = {
        "status": delivery.status,
        "repository": delivery.repository,
        "branch": delivery.branch,
        "commit": delivery.commit,
        "message": delivery.message,
        "attempts": delivery.attempts,
        "reason": delivery.reason,
        "supersededBy": {"commit": newer.commit.sha, "build": newer.build.order, "image": newer.image}
        if newer
        else None,
        "notes": list(delivery.notes),
        "pullRequest": proposed_data(delivery.proposal) if delivery.proposal else None,
    }
    return _dump({**_set_image(delivery.result), "delivery": told})


def proposed_data(proposed: Proposed) -> dict[str, Any]:
    """Return what became of a pull request as JSON has it."""
    pull = proposed.pull_request
    told = {"number": pull.number, "url": pull.url, "branch": pull.head} if pull else {}
    return {"status": proposed.status, **told, "warnings": list(proposed.notes)}


def _set_image(result: SetImageResult) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "files": result.files,
        "written": result.written,
        "blocked": result.blocked,
        "changes": [change_data(change) for change in result.changes],
        "nearMisses": [_finding(finding) for finding in result.findings],
        "unmatched": [{"image": text, "suggestions": close} for text, close in result.unmatched.items()],
        "errors": errors_data(result.errors),
        "skipped": _skipped(result.skipped),
    }


def validate_json(result: ValidateResult) -> str:
    """Return a validate() result as JSON."""
    return _dump(
        {
            "version": _VERSION,
            "kubernetesVersion": result.version,
            "release": result.release,
            "built": [one._asdict() for one in result.built],
            "files": result.files,
            "resources": result.resources,
            "findings": [_located(finding, result.built) for finding in result.findings],
            "errors": errors_data(result.errors),
            "skipped": _skipped(result.skipped),
            "unknown": [_unknown(kind, number) for kind, number in result.unknown.items()],
            "others": result.others,
            "encrypted": result.encrypted,
            "ignored": result.ignored,
        }
    )


def _dump(data: dict[str, Any]) -> str:
    return unicode(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _place(location: Location | None) -> dict[str, Any]:
    return location._asdict() if location else {}


def _image(image: Image) -> dict[str, Any]:
    fields = image._asdict()
    fields["objectName"] = fields.pop("object")
    return {**_place(fields.pop("location")), **fields}


def change_data(change: Change) -> dict[str, Any]:
    """Return a change as JSON has it."""
    fields = change._asdict()
    return {**_place(fields.pop("location")), **fields}


def _finding(finding: Finding) -> dict[str, Any]:
    return {**_place(finding.location), "message": finding.message, "fix": finding.fix}


def _located(finding: Finding, overlays: Sequence[Built]) -> dict[str, Any]:
    """Return all of a finding but whether it is secret, and the page of its rule.

    That of a built text is at the top of the kustomization, and has its place in the text beside that.
    """
    from kbump.report.built import built_of
    from kbump.validation.rules import RULES

    fields = finding._asdict()
    del fields["secret"]
    place, built, within = _place(fields.pop("location")), built_of(finding, overlays), None
    if built:
        within = {**place, "length": fields["length"]}
        place, fields = {"file": built.file, "line": 1, "column": 1}, {**fields, "length": 1}
    return {**place, **fields, "url": RULES[finding.rule].url, "built": within}


def _unknown(kind: str, number: int) -> dict[str, Any]:
    api_version, _, name = kind.rpartition(" ")
    return {"apiVersion": api_version, "kind": name, "resources": number}


def errors_data(errors: Iterable[KbumpError]) -> list[dict[str, Any]]:
    """Return errors as JSON has them."""
    return [{**_place(error.location), "message": error.message, "hint": error.hint or ""} for error in errors]


def _skipped(skipped: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"path": path, "reason": reason} for path, reason in skipped]
