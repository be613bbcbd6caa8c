"""kustomize(): what `kubectl kustomize` builds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump.cluster.words import words_of
from kbump.errors import SourceError
from kbump.process import execute

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_S = 120.0


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
        raise SourceError(f"`kubectl kustomize {directory}` failed: {words_of(done.stderr)}")
    return done.stdout.decode()
