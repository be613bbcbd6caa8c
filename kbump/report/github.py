"""Reports as GitHub workflow commands, which become annotations.

https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.report.text import change_text, image_line, unicode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.errors import KbumpError, Location
    from kbump.inspection import ValidateResult
    from kbump.inventory import ImagesResult
    from kbump.update import SetImageResult


def images_github(result: ImagesResult) -> str:
    """Return a notice for each image, and an error for each file that could not be read."""
    lines = [annotation("notice", image.location, "image", image_line(image)) for image in result.images]
    return "".join(lines + _errors(result.errors))


def set_image_github(result: SetImageResult) -> str:
    """Return a notice for each change, warnings for near misses, errors for refusals and unreadable files."""
    lines = [annotation("notice", one.location, "set-image", change_text(one)) for one in result.changed]
    lines += [annotation("warning", one.location, "near miss", one.message) for one in result.findings]
    lines += [annotation("error", one.location, "refused", f"`{one.old}` {one.reason}") for one in result.of("refused")]
    lines += [
        annotation("notice", one.location, "left", f"`{one.old}` {one.reason}") for one in result.of("overridden")
    ]
    level = "error" if result.blocked else "notice"
    lines += [annotation(level, None, "set-image", f"no image matches `{text}`") for text in result.unmatched]
    if result.blocked:
        lines.append(annotation("error", None, "set-image", f"nothing was written: {result.blocked}"))
    return "".join(lines + _errors(result.errors))


def validate_github(result: ValidateResult) -> str:
    """Return an annotation for each finding, and an error for each file that could not be read."""
    from kbump.report.findings import details
    from kbump.validation.rules import RULES

    lines = [
        annotation(
            _LEVELS[one.severity],
            one.location,
            one.rule,
            f"{details(one)}\n{RULES[one.rule].url}",
            length=one.length,
        )
        for one in result.findings
    ]
    return "".join(lines + _errors(result.errors))


_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def annotation(level: str, location: Location | None, title: str, message: str, *, length: int = 0) -> str:
    """Return one workflow command; values are escaped as the runner reads them.

    The place is on one line, `length` characters long if that is known. Without `line` GitHub shows no annotation
    beside the changes (https://github.com/open-policy-agent/conftest/issues/1173).
    """
    properties = {"title": f"kbump {title}"}
    if location:
        end = {"endColumn": str(location.column + length)} if length else {}
        place = {"file": location.file, "line": str(location.line), "col": str(location.column), **end}
        properties = {**place, **properties}
    listed = ",".join(f"{key}={_escaped(value, property_=True)}" for key, value in properties.items())
    return unicode(f"::{level} {listed}::{_escaped(message)}\n")


def _escaped(text: str, *, property_: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property_ else text


def _errors(errors: Iterable[KbumpError]) -> list[str]:
    return [annotation("error", error.location, "error", error.message) for error in errors]
