"""words_of(): what kubectl complains of."""

from __future__ import annotations

import re

# `E1231 23:59:59.123456    1234 run.go:72] "command failed" err="..."`
_LOGGED = re.compile(r'"command failed" err="((?:[^"\\]|\\.)*)"')


def words_of(text: str) -> str:
    """Return what kubectl complains of, without its warnings; some builds of it write a log line."""
    logged = _LOGGED.search(text)
    if logged:
        return re.sub(r"\\(.)", r"\1", logged[1])
    lines = [line for line in text.strip().splitlines() if not line.startswith("# Warning")]
    return "\n".join(lines).removeprefix("error: ")
