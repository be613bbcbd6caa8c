"""Findings as markdown that GitHub, Gitea and GitLab render: what a comment on a pull request says.

Whoever opens a pull request writes its files, and so a part of every message: words that could be markup, a mention,
a reference or a link are code, where none of the three looks for any.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.report.built import in_files
from kbump.report.comparison_markdown import LIMIT, Line, capped, code
from kbump.report.findings import flat, sum_text, validate_words
from kbump.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.errors import KbumpError
    from kbump.finding import Finding
    from kbump.inspection import ValidateResult

POINTER = "_The rest is too long for this page: `kbump validate` shows all of it._"
_DETAILS = "\n</details>\n"
_BEFORE, _AFTER = "(\"'", ")\"'.,;:?!"
# What is quoted, or else a word, from blank to blank, with the punctuation around it: code never touches other code.
_WORD = re.compile(rf"(?<!\S)([{_BEFORE}]*)`([^`]+)`((?:'s)?[{_AFTER}]*)(?!\S)|\S+")
_PLAIN = re.compile(r"|[A-Za-z]+(?:['-][A-Za-z]+)*|\d{1,3}(?:,\d{3})*")


def validate_markdown(
    result: ValidateResult,
    *,
    shown: Sequence[Finding] | None = None,
    name: str = "",
    limit: int = LIMIT,
    pointer: str = POINTER,
) -> str:
    """Return a page of at most `limit` characters; `shown` are the findings to list, `name` is what was checked.

    What goes beyond the limit is left out at a line, and the `pointer` takes its place.
    """
    # What is in a built text is in a file for whoever reads a page.
    listed = in_files(result if shown is None else result._replace(findings=list(shown))).findings
    title = f"**kbump validate** {code(name)}" if name else "**kbump validate**"
    lines = [
        Line(f"{title}: {prose(sum_text(result))}"),
        *_errors(result.errors),
        *_table(listed),
        *_notes(validate_words(result, verbose=False, summary=False, shown=len(listed))[:-1]),
    ]
    return capped(lines, limit, f"\n{pointer}\n")


def prose(text: str) -> str:
    """Return words for people, on one line, with everything as code that is quoted in them or is no plain word."""
    return _WORD.sub(_word, flat(text))


def _word(match: re.Match[str]) -> str:
    before, quoted, after = match.groups()
    if quoted is None:
        word = match[0].lstrip(_BEFORE).rstrip(_AFTER)
        if _PLAIN.fullmatch(word):
            return match[0]
        before, quoted, after = match[0].partition(word)
    return f"{before}{code(quoted)}{after}"


def _errors(errors: Sequence[KbumpError]) -> Iterator[Line]:
    if errors:
        yield Line("\n**Not complete**\n")
    for error in errors:
        place = f"{code(flat(str(error.location)))}: " if error.location else ""
        yield Line(f"- {place}{prose(error.message)}")


def _table(findings: Sequence[Finding]) -> Iterator[Line]:
    from kbump.validation.rules import RULES

    if findings:
        yield Line("\n| | Where | What is wrong, and what to do | Rule |\n|---|---|---|---|")
    for one in findings:
        strong = "**" if one.severity == "error" else ""
        where = [code(flat(str(one.location))), code(flat(one.subject)) if one.subject else ""]
        what = [prose(one.message), prose(one.fix)]
        cells = [
            f"{strong}{one.severity}{strong}",
            *("<br>".join(filter(None, cell)) for cell in (where, what)),
            f"[{one.rule}]({RULES[one.rule].url})",
        ]
        yield Line(f"| {' | '.join(cells)} |")


def _notes(words: Sequence[str]) -> Iterator[Line]:
    if not words:
        return
    yield Line(f"\n<details>\n<summary>{counted(len(words), 'note')}</summary>\n", _DETAILS)
    for note in words:
        yield Line(f"- {prose(note.partition(chr(10))[0])}", _DETAILS)
    yield Line("\n</details>")
