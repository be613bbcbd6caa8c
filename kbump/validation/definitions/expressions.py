"""expression_flaw(): why Go, and so the API server, does not take a regular expression.

https://github.com/google/re2/wiki/Syntax and Go's package regexp/syntax. That it is too large is not found out, nor
which scripts Unicode has.
"""

from __future__ import annotations

import re

_MOST = 1000
_POSIX = {
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
}  # fmt: skip
_ESCAPE = r"\\(?:[afnrtv]|0[0-7]{0,2}|[1-7][0-7]{1,2}|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]+\}|[^0-9A-Za-z\x80-\U0010ffff])"
_GROUP = r"\\[pP](?:\{[^}]*\}|[^{])"
_NUMBER = "0|[1-9][0-9]*"
_TOKEN = re.compile(
    rf"""(?xs)
      (?P<flags>  \(\?[imsU]*(?:-[imsU]+)?\) )
    | (?P<open>   \((?!\?) | \(\?P?<[0-9A-Za-z_]+> | \(\?[imsU]*(?:-[imsU]+)?: )
    | (?P<close>  \) )
    | (?P<bar>    \| )
    | (?P<quoted> \\Q(?P<quote>.*?)(?:\\E|\Z) )
    | (?P<repeat> [*+?]\?? | \{{(?P<least>{_NUMBER})(?:(?P<more>,)(?P<most>{_NUMBER})?)?\}}\?? )
    | (?P<atom>   \\[AbBzdDsSwW] | {_GROUP} | {_ESCAPE} | [^\\\[(] )
    """
)
_NAMED = re.compile(r"\[:\^?(.*?):\]", re.DOTALL)
_ITEM = re.compile(rf"\\[dDsSwW]|{_GROUP}")
_CHARACTER = re.compile(rf"{_ESCAPE}|[^\\]", re.DOTALL)
_LOOKS = {"(?=": "lookahead", "(?!": "lookahead", "(?<=": "lookbehind", "(?<!": "lookbehind"}
_CONTROLS = dict(zip("afnrtv", "\a\f\n\r\t\v", strict=True))


class _FlawError(Exception):
    """A regular expression that Go does not read."""


def expression_flaw(pattern: str) -> str:
    """Say what Go does not read in a regular expression, "" if it reads it all."""
    try:
        _Reader(pattern).read()
    except _FlawError as flaw:
        return str(flaw)
    return ""


class _Reader:
    """`sizes` holds for each open group how often its largest part is repeated, and last that of the last atom."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.groups: list[int] = []
        self.largest = 0
        self.last: int | None = None
        self.repeated = False

    def read(self) -> None:
        at = 0
        while at < len(self.pattern):
            match = _TOKEN.match(self.pattern, at)
            if match:
                repeats = match.lastgroup == "repeat" or bool(match["repeat"])
                self.token(match)
                self.repeated, at = repeats, match.end()
            else:
                at = self.other(at)
        if self.groups:
            raise _FlawError("a `)` is missing")

    def token(self, match: re.Match[str]) -> None:
        if match["open"]:
            self.groups.append(self.largest)
            self.largest, self.last = 0, None
        elif match["close"]:
            if not self.groups:
                raise _FlawError("there is no `(` for a `)`")
            size, self.largest = self.largest, self.groups.pop()
            self.atom(size)
        elif match["bar"]:
            self.last = None
        elif match["repeat"]:
            self.repeat(match)
        elif match["atom"] or match["quote"]:
            self.atom(1)

    def atom(self, size: int) -> None:
        self.last = max(size, 1)
        self.largest = max(self.largest, self.last)

    def repeat(self, match: re.Match[str]) -> None:
        if self.repeated:
            raise _FlawError(f"`{match[0]}` repeats a repetition")
        if self.last is None:
            raise _FlawError(f"there is nothing that `{match[0]}` repeats")
        least = int(match["least"] or 1)
        most = int(match["most"] or least)
        if most < least or max(most, least) > _MOST or self.last * most > _MOST:
            raise _FlawError(f"`{match[0]}` repeats too often: at most {_MOST} times")
        self.atom(self.last * most)

    def other(self, at: int) -> int:
        """Read what is a class of characters, and nothing else that Go reads; return its end."""
        self.repeated = False
        if self.pattern[at] == "[":
            self.atom(1)
            return self.characters(at)
        if self.pattern[at] == "\\":
            raise _escape(self.pattern, at)
        look = next((name for start, name in _LOOKS.items() if self.pattern.startswith(start, at)), "")
        found = (
            f"has no {look}, found `{self.pattern[at : at + 4]}`"
            if look
            else f"does not know `{self.pattern[at : at + 4]}`"
        )
        raise _FlawError(f"it {found}")

    def characters(self, start: int) -> int:
        at = start + (2 if self.pattern.startswith("[^", start) else 1)
        first = True
        while first or not self.pattern.startswith("]", at):
            first = False
            named, item = _NAMED.match(self.pattern, at), _ITEM.match(self.pattern, at)
            if named and named[1] not in _POSIX:
                raise _FlawError(f"there is no class `{named[0]}`")
            at = named.end() if named else item.end() if item else self.range(at)
        return at + 1

    def range(self, start: int) -> int:
        low, at = self.character(start)
        if self.pattern.startswith("-", at) and at + 1 < len(self.pattern) and self.pattern[at + 1] != "]":
            high, at = self.character(at + 1)
            if high < low:
                raise _FlawError(f"the range `{self.pattern[start:at]}` is upside down")
        return at

    def character(self, at: int) -> tuple[int, int]:
        match = _CHARACTER.match(self.pattern, at)
        if not match:
            raise _escape(self.pattern, at) if at < len(self.pattern) else _FlawError("a `]` is missing")
        return _code(match[0]), match.end()


def _escape(pattern: str, at: int) -> _FlawError:
    escape = pattern[at : at + 2]
    if len(escape) < 2:
        return _FlawError("a `\\` is its end")
    digit = escape[1] in "123456789"
    return _FlawError(f"it has no backreference, found `{escape}`" if digit else f"it does not know `{escape}`")


def _code(character: str) -> int:
    """Return the code point of a character that may be escaped."""
    if character[0] != "\\" or not character[1].isalnum():
        return ord(character[-1])
    if character[1] == "x":
        return int(character[2:].strip("{}"), 16)
    return ord(_CONTROLS[character[1]]) if character[1] in _CONTROLS else int(character[1:], 8)
