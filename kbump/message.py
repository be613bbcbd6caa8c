"""commit_message(): what a commit that sets images says."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from kbump.characters import printable
from kbump.errors import UsageError
from kbump.image import ImageReference
from kbump.provenance import Build, one_line, trailers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.rewriting.result import Change

SUBJECT = "chore: set {images}"
_FIELDS = ("build", "commit", "environment", "images", "link", "repository", "tag")
# A subject of more characters is cut by most tools (https://git-scm.com/docs/git-commit#_discussion).
_LONGEST = 72


def commit_message(
    changes: Sequence[Change], build: Build, template: str = "", *, skip_ci: bool = False, content: str = ""
) -> str:
    """Return the message of a commit: a subject, the changes one by one, and trailers that tell where they come from.

    `template` is the subject, and a body where it goes on behind an empty line; {images}, {tag}, {environment},
    {build}, {commit}, {link} and {repository} stand for what there is. `skip_ci` adds [CI SKIP] to the subject;
    `content` is the name of what the commit changes, if that is to be known again (kbump.git.content).
    Raises UsageError for a template with another field.
    """
    subject, gap, body = _filled(template or SUBJECT, changes, build).strip().partition("\n\n")
    if skip_ci:
        subject += " [CI SKIP]"
    said = [body.strip() if gap else "\n".join(_lines(changes)), "\n".join(trailers(build, _images(changes), content))]
    return "\n\n".join([subject, *filter(None, said)]) + "\n"


def _filled(template: str, changes: Sequence[Change], build: Build) -> str:
    images = _images(changes)
    environments = sorted({change.environment for change in changes if change.environment})
    tags = sorted({ImageReference.parse(image).tag or ImageReference.parse(image).digest for image in images})
    values = {
        "build": str(build.order or ""),
        "commit": build.commit,
        "environment": ", ".join(environments),
        "images": _short(images),
        "link": build.link,
        "repository": build.repository,
        "tag": ", ".join(tags),
    }
    try:
        parts = [one[1:] for one in string.Formatter().parse(template) if one[1] is not None]
    except ValueError as error:
        raise UsageError(f"the message `{template}` is no template: {error}", hint="write {{ for a brace") from None
    unknown = next((name for name, form, conversion in parts if name not in _FIELDS or form or conversion), None)
    if unknown is not None:
        listed = ", ".join(f"{{{name}}}" for name in _FIELDS)
        raise UsageError(f"the message has the unknown field `{{{unknown}}}`", hint=f"known are {listed}")
    return template.format(**{name: one_line(value) for name, value in values.items()})


def _images(changes: Sequence[Change]) -> list[str]:
    return sorted({change.new for change in changes})


def _short(images: Sequence[str]) -> str:
    """Name the images as a subject has room for them."""
    names = [image.rpartition("/")[2].partition("@")[0] for image in images]
    listed = ", ".join(dict.fromkeys(names))
    return listed if len(listed) + len("chore: set ") <= _LONGEST else f"{len(images)} images"


def _lines(changes: Sequence[Change]) -> list[str]:
    return [
        printable(
            f"- {change.workload or change.location.file}"
            f"{f', {change.container}' if change.container else ''}: {change.old} -> {change.new} ({change.change})"
        )
        for change in changes
    ]
