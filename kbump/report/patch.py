"""file_patch(): a unified diff of planned edits that `git apply` and `patch -p1` take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.source import Source, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kbump.source import Edit

_CONTEXT = 3
_UNQUOTED = re.compile(r'[^"\\\x00-\x1f\x7f]*')


class _Hunk(NamedTuple):
    """Lines [start, end) of the old text and what they become."""

    start: int
    end: int
    new: list[str]


def file_patch(source: Source, edits: Sequence[Edit], *, name: str | None = None) -> str:
    """Return the patch of one file; line ends stay in the lines, as git has them; empty without edits."""
    if not edits:
        return ""
    path = name or source.name
    text = "\ufeff" * source.bom + source.text
    moved = sorted({edit._replace(start=edit.start + source.bom, end=edit.end + source.bom) for edit in edits})
    old = _lines(text)
    patch = [f"--- {_quoted('a/' + path)}\n", f"+++ {_quoted('b/' + path)}\n"]
    shift = 0
    for group in _grouped(_changed(text, moved)):
        hunk, shift = _hunk_text(group, old, shift)
        patch += hunk
    return "".join(patch)


def _lines(text: str) -> list[str]:
    """Split as git counts lines, by LF alone: a CR is part of the line (https://git-scm.com/docs/diff-format)."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _changed(text: str, edits: list[Edit]) -> Iterator[_Hunk]:
    """Yield the changed line ranges; edits that touch the same lines are one."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    ranges: list[tuple[int, int, list[Edit]]] = []
    for edit in edits:
        first, last = _line(starts, edit.start), _line(starts, max(edit.start, edit.end - 1)) + 1
        if ranges and first < ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], last), [*ranges[-1][2], edit])
        else:
            ranges.append((first, last, [edit]))
    for first, end, inside in ranges:
        begin = starts[first]
        before = text[begin : starts[end] if end < len(starts) else len(text)]
        after = apply_edits(before, [one._replace(start=one.start - begin, end=one.end - begin) for one in inside])
        yield _trimmed(_lines(before), _Hunk(first, end, _lines(after)))


def _trimmed(old: list[str], hunk: _Hunk) -> _Hunk:
    """Leave out the lines at both ends that stay as they are, as where a line is inserted before another."""
    new = list(hunk.new)
    ahead = 0
    while ahead < min(len(old), len(new)) and old[ahead] == new[ahead]:
        ahead += 1
    old, new = old[ahead:], new[ahead:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return _Hunk(hunk.start + ahead, hunk.start + ahead + len(old), new)


def _line(starts: list[int], offset: int) -> int:
    from bisect import bisect_right

    return bisect_right(starts, offset) - 1


def _grouped(hunks: Iterable[_Hunk]) -> list[list[_Hunk]]:
    """Put hunks together whose contexts touch."""
    groups: list[list[_Hunk]] = []
    for hunk in hunks:
        if groups and hunk.start - groups[-1][-1].end <= 2 * _CONTEXT:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return groups


def _hunk_text(group: list[_Hunk], old: list[str], shift: int) -> tuple[list[str], int]:
    first = max(0, group[0].start - _CONTEXT)
    last = min(len(old), group[-1].end + _CONTEXT)
    body: list[str] = []
    position = first
    for hunk in group:
        body += [_marked(" ", line) for line in old[position : hunk.start]]
        body += [_marked("-", line) for line in old[hunk.start : hunk.end]]
        body += [_marked("+", line) for line in hunk.new]
        position = hunk.end
    body += [_marked(" ", line) for line in old[position:last]]
    grown = sum(len(hunk.new) - (hunk.end - hunk.start) for hunk in group)
    length = last - first
    header = f"@@ -{_range(first, length)} +{_range(first + shift, length + grown)} @@\n"
    return [header, *body], shift + grown


def _range(start: int, length: int) -> str:
    return f"{start + 1 if length else start},{length}"


def _marked(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """Write a file name as git does: in C quotes if it has quotes, backslashes or control characters."""
    if _UNQUOTED.fullmatch(path):
        # A tab ends a name with spaces, for patch(1).
        return f"{path}\t" if " " in path else path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\{ord(m.group()):03o}", escaped) + '"'
