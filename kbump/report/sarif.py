"""Findings as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kbump.report.findings import details, unknown_text
from kbump.report.text import unicode
from kbump.validation.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbump.errors import KbumpError, Location
    from kbump.finding import Finding
    from kbump.inspection import ValidateResult
    from kbump.validation.rules import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/kbump/kbump"
# The name that code scanning gives to the root of the repository.
_ROOT = "%SRCROOT%"


def validate_sarif(result: ValidateResult) -> str:
    """Return a validate() result as a SARIF log of one run.

    Columns count code points, an end column is the one behind the place (section 3.30). What could not be answered
    and what has no schema are notifications; no line of a file is in it.
    """
    run = {
        "tool": {"driver": _driver()},
        "invocations": [_invocation(result)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The directory that kbump ran in."}}},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(result.findings)),
        "properties": {
            "kubernetesVersion": result.version,
            "release": result.release,
            "files": result.files,
            "resources": result.resources,
            "encrypted": result.encrypted,
            "ignored": result.ignored,
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return unicode(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _driver() -> dict[str, Any]:
    from importlib.metadata import version

    return {
        "name": "kbump",
        "version": version("kbump"),
        "informationUri": _HOME,
        "rules": [_rule(rule) for rule in RULES.values()],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    title = {"text": f"{rule.title[0].upper()}{rule.title[1:]}."}
    return {
        "id": rule.id,
        "shortDescription": title,
        "fullDescription": title,
        "helpUri": rule.url,
        "help": {
            "text": f"Wrong:\n\n{rule.bad}\n\nRight:\n\n{rule.good}\n\n{rule.url}",
            "markdown": f"Wrong:\n\n```yaml\n{rule.bad}\n```\n\nRight:\n\n```yaml\n{rule.good}\n```\n\n<{rule.url}>",
        },
        "defaultConfiguration": {"level": rule.severity},
    }


def _invocation(result: ValidateResult) -> dict[str, Any]:
    notes = [_notification("error", _error_text(error), error.location) for error in result.errors]
    if result.unknown:
        notes.append(_notification("note", f"skipped: {unknown_text(result)}", None))
    listed = {"toolExecutionNotifications": notes} if notes else {}
    return {"executionSuccessful": not result.errors, **listed}


def _error_text(error: KbumpError) -> str:
    return f"{error.message}\n{error.hint}" if error.hint else error.message


def _notification(level: str, message: str, location: Location | None) -> dict[str, Any]:
    place = {"locations": [{"physicalLocation": _physical(location, 0)}]} if location else {}
    return {"level": level, "message": {"text": message}, **place}


def _results(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    numbers = {rule: number for number, rule in enumerate(RULES)}
    seen: dict[str, int] = {}
    for finding in findings:
        name = _fingerprint(finding)
        seen[name] = seen.get(name, 0) + 1
        yield {
            "ruleId": finding.rule,
            "ruleIndex": numbers[finding.rule],
            "level": finding.severity,
            "message": {"text": details(finding)},
            "locations": [_place(finding)],
            "partialFingerprints": {"kbumpFinding/v1": f"{name}:{seen[name]}"},
        }


def _place(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": _physical(finding.location, finding.length)}
    name = " ".join(text for text in (finding.subject, finding.path) if text)
    return {**place, "logicalLocations": [{"fullyQualifiedName": name}]} if name else place


def _physical(location: Location, length: int) -> dict[str, Any]:
    region = {"startLine": location.line, "startColumn": location.column}
    end = {"endColumn": location.column + length} if length else {}
    return {"artifactLocation": _artifact(location.file), "region": {**region, **end}}


def _artifact(path: str) -> dict[str, str]:
    """Return the URI of a path; one that leaves the directory is relative to nothing that a reader knows."""
    import os
    from urllib.parse import quote

    normal = os.path.normpath(path)
    uri = quote(normal.replace(os.sep, "/"), errors="surrogateescape")
    if os.path.isabs(normal):
        return {"uri": f"file://{uri}"}
    return {"uri": uri} if uri.split("/")[0] == ".." else {"uri": uri, "uriBaseId": _ROOT}


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same when lines move: of the rule, the file, the object and the path, not of the text."""
    import hashlib

    parts = (finding.rule, _artifact(finding.location.file)["uri"], finding.subject, finding.path)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
