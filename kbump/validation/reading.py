"""said(): what is wrong with a source as YAML, as findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.finding import Finding
from kbump.validation.kustomizations import is_kustomization_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.errors import Location, SourceError
    from kbump.source import Source

_LAST = "remove one of them: kubectl takes the last, kustomize refuses the file"
_REFUSED = "remove one of them: kustomize refuses the file"
_TEMPLATE_LINE = re.compile(r"^[ \t]*(?:-[ \t]+)*\{\{", re.MULTILINE)
_ALIAS = re.compile(r"`\*[^`]*`")
_SECRET = re.compile(r"""(?i)\bkind["']?[ \t]*:[ \t]*["']?secret\b""")
_KEY = re.compile(r"""(?:"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\r\n]|'')*'|[^\r\n]*?)(?=[ \t]*:)""")
_ITEM = re.compile(r"[ \t]*(?:-[ \t]+)*(.*?)[ \t]*")
_VALUE = re.compile(r"""[ \t]*(?:-[ \t]+)*[^\s:]+:[ \t]+["']?(.*?)["']?[ \t]*""")


def rule_of(error: SourceError) -> str:
    """Return the rule that an error of the parser is about."""
    return "duplicate-key" if "is there twice" in error.message or " are both " in error.message else "yaml-syntax"


def unread(source: Source, *errors: SourceError) -> list[Finding]:
    """Say why kubectl cannot read a source, of which nothing else can be said; nor can a comment ignore it."""
    findings = said(source, errors)
    if "kbump" in source.text:
        from kbump.validation.ignores import powerless

        findings += powerless(source, {one.rule for one in findings})
    return sorted(findings, key=lambda one: one.location)


def said(source: Source, errors: Sequence[SourceError]) -> list[Finding]:
    """Return the findings that errors of the parser are; there may be thousands."""
    hides = bool(errors) and _SECRET.search(source.text) is not None
    last = _REFUSED if is_kustomization_file(source.name) else _LAST
    findings = []
    for error in errors:
        # A text without quotes that begins with `*` is an alias, and may be a password all the same.
        message = _ALIAS.sub("`*…`", error.message) if hides else error.message
        place = error.location or source.location(0)
        if rule_of(error) == "duplicate-key":
            findings.append(Finding("duplicate-key", "error", place, message, last, _length(source, place)))
        else:
            fix = _placeholder(source, place, hides=hides) or error.hint or ""
            findings.append(Finding("yaml-syntax", "error", place, message, fix))
    return findings


def _length(source: Source, place: Location) -> int:
    """Return how many characters of its line the key at a place has."""
    match = _KEY.match(source.text, source.line_starts[place.line - 1] + place.column - 1)
    return max(1, len(match[0])) if match else 1


def _placeholder(source: Source, place: Location, *, hides: bool) -> str:
    """Say that a line is a placeholder, at a place that is no YAML or around it, or the value in its line."""
    from kbump.validation.wording import placeholder_hint

    near = _near(source, place)
    own = near[min(place.line, 2) - 1 :][:1]
    matches = (*map(_ITEM.fullmatch, near), *map(_VALUE.fullmatch, own))
    return next(filter(None, (placeholder_hint(match[1], secret=hides) for match in matches if match)), "")


def _near(source: Source, place: Location) -> list[str]:
    """Return the line of a place with those around it; there may be only one line in the whole text."""
    starts = [*source.line_starts, len(source.text)]
    first, last = max(0, place.line - 2), min(len(starts) - 1, place.line + 1)
    return source.text[starts[first] : starts[last]].splitlines()


def is_template(source: Source, error: SourceError) -> bool:
    """Whether a text is no YAML because of a template: it has lines of one, or is wrong beside `{{`."""
    if rule_of(error) == "duplicate-key" or "{{" not in source.text:
        return False
    near = _near(source, error.location or source.location(0))
    return _TEMPLATE_LINE.search(source.text) is not None or any("{{" in one for one in near)
