"""The kubectl binary, run as it is."""

from __future__ import annotations

import subprocess

from kbump.errors import SourceError

_TIMEOUT_S = 120


def kustomize(directory: str) -> str:
    """Return what `kubectl kustomize DIR` builds; raise SourceError, with kubectl's words, if it does not."""
    try:
        done = subprocess.run(
            ["kubectl", "kustomize", "--", directory],
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        raise SourceError("kubectl is not on PATH", hint="install kubectl, or name files instead of `-k`") from None
    except subprocess.TimeoutExpired:
        raise SourceError(f"`kubectl kustomize {directory}` did not end within {_TIMEOUT_S} s") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().removeprefix("error: ")
        raise SourceError(f"`kubectl kustomize {directory}` failed: {words}")
    return done.stdout.decode()
