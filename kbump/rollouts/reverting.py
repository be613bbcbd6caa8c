"""put_back(): the images of what was undone go back on the branch of the checkout, too."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from kbump.delivery.checkout import Access
from kbump.errors import KbumpError, UsageError
from kbump.reversion.place import place_of
from kbump.reversion.result import Reverted
from kbump.reversion.reverting import revert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.provenance import Build
    from kbump.reversion.place import Place
    from kbump.reversion.result import Gone
    from kbump.rollouts.options import Asked, Options

# Whatever time the rollout had: what is half undone is worse than what is late.
_GIT_S = 120.0


def found_place(about: Asked, options: Options, deadline: float) -> Place:
    """Return where images would be put back; raise UsageError or GitError if they could not be."""
    built = about.text is not None
    if built and not os.path.isdir(about.name):
        words = "manifests from standard input are in no git repository that images could be put back in"
        raise UsageError(words, hint="name files by `-f`, or leave out `--undo-git`")
    paths = [about.name] if built else about.paths
    return place_of(paths, about.config, _access(about, deadline), branch=options.build.branch, built=built)


def put_back(place: Place, about: Asked, build: Build, gone: Sequence[Gone]) -> Reverted:
    """Put images back; what goes wrong is in the result: there is more to be said of the rollout."""
    try:
        return revert(place, gone, about.config, build, _access(about, time.monotonic() + _GIT_S))
    except KbumpError as error:
        return Reverted("failed", place.remote.url, place.branch, reason=f"{error.message}; {_way(error, place)}")


def _way(error: KbumpError, place: Place) -> str:
    """Say what to do instead; a hint at options is one at those of other commands."""
    own = f"{error.hint}; " if error.hint and "`--" not in error.hint else ""
    return f"{own}`kbump promote --to {place.remote.display} --branch {place.branch} --rollback` proposes the same"


def _access(about: Asked, deadline: float) -> Access:
    return Access(about.environ, deadline, about.config.forge.allow_http)
