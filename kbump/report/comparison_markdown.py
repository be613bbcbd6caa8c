"""A promotion diff as markdown that GitHub, Gitea and GitLab render: what a pull request says.

Values are in code only: none of the three looks for mentions, references, HTML or links there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.characters import printable
from kbump.report.comparison import by_object, diff_sum, difference_lines, references, subject
from kbump.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbump.comparison import Difference, ImageDifference, Note, Object, PromotionDiff

# https://github.com/orgs/community/discussions/27190: the longest body of a pull request or comment.
LIMIT = 65_536
POINTER = "_The rest is too long for this page: `kbump diff` shows all of it._"
_LONG_LINE = 1_000
STRONG = ("downgrade", "major", "unknown")
_DETAILS = "\n</details>\n"


class Line(NamedTuple):
    """A line, and what closes the page behind it."""

    text: str
    closing: str = ""


def diff_markdown(result: PromotionDiff, *, limit: int = LIMIT, pointer: str = POINTER) -> str:
    """Return the page; what goes beyond `limit` characters is left out at a line, and the `pointer` takes its place."""
    lines = [
        Line(f"{code(result.old)} → {code(result.new)}: {diff_sum(result, named=code)}"),
        *_errors(result.errors),
        *_images(result.images),
        *_unexpected(result),
        *_expected(result),
        *_only(result.old, result.only_old),
        *_only(result.new, result.only_new),
        *_notes([note for note in result.notes if not note.is_error]),
    ]
    return capped(lines, limit, f"\n{pointer}\n")


def code(text: str) -> str:
    """Return a text as code; in tables, too, nothing in it is markup."""
    text = printable(text)
    if "|" in text or not text.strip():
        kept = (one if one.isalnum() or one in " -./:" else f"&#{ord(one)};" for one in text)
        return f"<code>{''.join(kept)}</code>"
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    quotes = "`" * (longest + 1)
    pad = " " if "`" in (text[0], text[-1]) or text != text.strip() else ""
    return f"{quotes}{pad}{text}{pad}{quotes}"


def capped(lines: list[Line], limit: int, pointer: str) -> str:
    """Return the lines as a text of at most `limit` characters: where it is cut, it is closed and ends in a pointer."""
    total = fits = last = 0
    for number, line in enumerate(lines, 1):
        total += len(line.text) + 1
        if total + len(line.closing) + len(pointer) <= limit:
            fits, last = total, number
    if total <= limit:
        return "".join(f"{line.text}\n" for line in lines)
    kept = lines[:last] if fits else []
    closing = kept[-1].closing if kept else ""
    return "".join(f"{line.text}\n" for line in kept) + closing + pointer


def _errors(errors: list[Note]) -> Iterator[Line]:
    if errors:
        yield Line("\n**Not complete**\n")
        yield from (Line(f"- {code(_said(note))}") for note in errors)


def _images(images: list[ImageDifference]) -> Iterator[Line]:
    if not images:
        return
    links = [changes_link(one.link) for one in images]
    heads = ["Workload", "Container", "Image", "From", "To", "Change", *(["Link"] if any(links) else [])]
    yield Line("")
    yield Line(f"| {' | '.join(heads)} |")
    yield Line("|---" * len(heads) + "|")
    for one, address in zip(images, links, strict=True):
        name, old, new = references(one)
        where = one.path if one.new_object.role == "values" else one.container
        strong = "**" if one.change in STRONG else ""
        cells = [subject(one), where, name, old, new]
        row = [*(code(cell) if cell else "" for cell in cells), f"{strong}{one.change}{strong}"]
        yield Line(f"| {' | '.join([*row, *([address] if any(links) else [])])} |")


def changes_link(address: str) -> str:
    """Return a link to what changed, "" for what is no address of a page."""
    from urllib.parse import quote

    if not re.match("https?://", address):
        return ""
    return f"[changes]({quote(address, safe=':/?#@!$&+,;=%~')})"


def _unexpected(result: PromotionDiff) -> Iterator[Line]:
    if result.unexpected:
        number = counted(len(result.unexpected), "difference")
        yield Line(f"\n**{number} that nothing expects**")
        yield from _fences(result.unexpected, "")


def _expected(result: PromotionDiff) -> Iterator[Line]:
    expected = [one for one in result.differences if one.expected]
    if not expected:
        return
    number = counted(len(expected), "expected difference")
    yield Line(f"\n<details>\n<summary>{number} between environments</summary>\n", _DETAILS)
    for rule, count in result.expected.items():
        yield Line(f"- {code(rule)}: {count:,}", _DETAILS)
    yield from _fences(expected, _DETAILS)
    yield Line("\n</details>")


def _fences(differences: Iterable[Difference], closing: str) -> Iterator[Line]:
    for group in by_object(differences):
        texts = [_fenced(sign, text) for one in group for sign, text in difference_lines(one, arrow=False)]
        longest = max((len(run) for text in texts for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        end = f"{fence}\n{closing}"
        yield Line(f"\n{code(subject(group[0]))}\n\n{fence}diff", end)
        yield from (Line(text, end) for text in texts)
        yield Line(fence, closing)


def _fenced(sign: str, text: str) -> str:
    shown = text if len(text) <= _LONG_LINE else f"{text[:_LONG_LINE]} … ({len(text):,} characters)"
    if sign == "@":
        return shown
    return f"{'!' if sign == '~' else sign} {shown}".rstrip()


def _only(side: str, objects: list[Object]) -> Iterator[Line]:
    if objects:
        yield Line(f"\n**Only in** {code(side)}\n")
        yield from (Line(f"- {code(one.subject)}, {code(str(one.location))}") for one in objects)


def _notes(notes: list[Note]) -> Iterator[Line]:
    if not notes:
        return
    yield Line(f"\n<details>\n<summary>{counted(len(notes), 'note')}</summary>\n", _DETAILS)
    for note in notes:
        yield Line(f"- {code(_said(note))}", _DETAILS)
    yield Line("\n</details>")


def _said(note: Note) -> str:
    return f"{note.location}: {note.message}" if note.location else note.message
