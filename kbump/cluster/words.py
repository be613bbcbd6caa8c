"""words_of(): what kubectl complains of."""

from __future__ import annotations

import re

# `E1231 23:59:59.123456    1234 run.go:72] "command failed" err="..."`
_LINE = re.compile(r"[EIW]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\] ")
_LOGGED = re.compile(r'"command failed" err="((?:[^"\\]|\\.)*)"')


def words_of(text: str) -> str:
    """Return what kubectl complains of, without its warnings and its log; some builds write a log line only."""
    logged = _LOGGED.search(text)
    if logged:
        return re.sub(r"\\(.)", r"\1", logged[1])
    told = text.strip().splitlines()
    # Of what went wrong on the way it keeps a log; the last words are what came of it.
    lines = [line for line in told if not line.startswith("# Warning") and not _LINE.match(line)] or told
    return "\n".join(lines).removeprefix("error: ")
