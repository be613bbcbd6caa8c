"""The kubectl binary, run as it is."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kbump.errors import SourceError
from kbump.process import execute

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_S = 120.0
# `E1231 23:59:59.123456    1234 run.go:72] "command failed" err="..."`
_LOGGED = re.compile(r'"command failed" err="((?:[^"\\]|\\.)*)"')


def kustomize(directory: str, *, environ: Mapping[str, str] | None = None, timeout_s: float = _TIMEOUT_S) -> str:
    """Return what `kubectl kustomize DIR` builds; raise SourceError, with kubectl's words, if it does not.

    Without `environ` it is run with the variables of this process.
    """
    if os.path.isfile(directory):
        named = os.path.dirname(directory) or "."
        raise SourceError(f"`{directory}` is a file", hint=f"name its directory: `-k {named}`")
    try:
        done = execute(["kubectl", "kustomize", "--", directory], environ, allowed_s=timeout_s)
    except FileNotFoundError:
        raise SourceError("kubectl is not on PATH", hint="install kubectl, or name files instead of `-k`") from None
    if done.expired:
        raise SourceError(f"`kubectl kustomize {directory}` did not end within {timeout_s:.3g} s")
    if done.code:
        raise SourceError(f"`kubectl kustomize {directory}` failed: {_words(done.stderr)}")
    return done.stdout.decode()


def _words(text: str) -> str:
    """Return what kubectl complains of, without its warnings; some builds of it write a log line."""
    logged = _LOGGED.search(text)
    if logged:
        return re.sub(r"\\(.)", r"\1", logged[1])
    lines = [line for line in text.strip().splitlines() if not line.startswith("# Warning")]
    return "\n".join(lines).removeprefix("error: ")
