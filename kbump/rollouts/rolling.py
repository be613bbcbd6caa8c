"""rollout(): check, record, apply, wait, explain, undo; each phase ends before the next begins."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kbump.rollouts.options import Options, asked
from kbump.rollouts.reading import read
from kbump.rollouts.result import RolloutResult
from kbump.rollouts.running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.inspection import ValidateResult
    from kbump.rollouts.options import Asked, Difference, Step
    from kbump.rollouts.waiting import Moment


def rollout(
    paths: str | Sequence[str] = (), *, tell: Callable[[Step | Moment | Difference], object] = bool, **given: Any
) -> RolloutResult:
    """Apply the manifests in files and directories, or in one `text`, and wait until their workloads are as they say.

    What else is given is declared in kbump.rollouts.options: `environ`, which has to be, and the rest of Asked, which
    manifests and which cluster; and Options, how it behaves. With `only_wait` there may be `names`, such as
    deployment/web, instead of manifests. A checkout that is behind is superseded, with `require_tip`. `tell` is called
    with the phases, with what `diff` says, and with how far the wait is.

    Raises UsageError, ConfigError, SourceError, GitError and ClusterError; what a check refuses is in the result.
    """
    about, rest = asked(paths, given)
    options = Options(**rest)
    began = time.monotonic()
    return _ran(about, options, Run(about, options, tell))._replace(seconds=time.monotonic() - began)


def _ran(about: Asked, options: Options, run: Run) -> RolloutResult:
    if options.only_wait and about.names:
        return run.only_wait([], about.names)
    reading = read(about.paths, about.text, about.name)
    if reading.errors:
        return RolloutResult("refused", errors=reading.errors)
    if options.only_wait:
        return run.only_wait(reading.objects, ())
    late = run.behind() if options.require_tip else ""
    if late:
        return RolloutResult("superseded", notes=[late])
    if options.undo_git:
        run.find_place()
    return run.apply(reading, lambda version: _validated(about, version))


def _validated(about: Asked, version: str) -> ValidateResult:
    from kbump.inspection import validate

    return validate(about.paths or None, text=about.text, name=about.name, kubernetes_version=version, jobs=1)
