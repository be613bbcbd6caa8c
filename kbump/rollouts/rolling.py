"""rollout(): check, record, apply, wait, explain, undo; each phase ends before the next begins."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kbump.config import NO_CONFIG
from kbump.rollouts.connecting import Connection
from kbump.rollouts.options import Options
from kbump.rollouts.reading import read
from kbump.rollouts.result import RolloutResult
from kbump.rollouts.running import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.config import Config
    from kbump.inspection import ValidateResult
    from kbump.rollouts.options import Step
    from kbump.rollouts.waiting import Moment


def rollout(
    paths: str | Sequence[str] = (),
    *,
    environ: Mapping[str, str],
    text: str | None = None,
    name: str = "-",
    names: Sequence[str] = (),
    config: Config = NO_CONFIG,
    kubeconfig: str = "",
    context: str = "",
    namespace: str = "",
    tell: Callable[[Step | Moment], object] = bool,
    **options: Any,
) -> RolloutResult:
    """Apply the manifests in files and directories, or in one `text`, and wait until their workloads are as they say.

    `name` stands for the text in locations. The cluster is chosen by `kubeconfig`, `context` and `namespace` as
    kubectl has them, and by `environ`, which kubectl and credential plugins run with; `config` may name the only one
    that is allowed. Options are `timeout_s` (for all together), `server_side` and `force_conflicts` (of apply),
    `recreate_jobs` (finished ones that cannot be changed), `grace` (multiplies the patience with troubles),
    `keep_going` (though one workload is doomed), `wait_for` (kinds, or `all`), `wait_terminated` (old pods are gone),
    `only_wait` (nothing is applied; then there may be `names`, such as deployment/web, instead of manifests),
    `stable_s` (all stay done for so long), `log_lines`, `require_workloads`, `diff` (of kubectl), `undo` (what failed,
    within another `timeout_s`), `require_tip` (of the remote `branch`, else of the one that is checked out; a checkout
    that is behind is superseded) and `write` (False: only check). `tell` is called with the phases and with how far the
    wait is.

    Raises UsageError, ConfigError, SourceError and ClusterError; what a check refuses is in the result.
    """
    given = Options(**options)
    began = time.monotonic()
    run = Run(given, config, Connection(environ, kubeconfig, context, namespace), tell)
    if given.only_wait and names:
        result = run.only_wait([], names)
    else:
        reading = read(paths, text, name)
        if reading.errors:
            return RolloutResult("refused", errors=reading.errors)
        if given.only_wait:
            result = run.only_wait(reading.objects, ())
        else:
            start = next(iter([paths] if isinstance(paths, str) else paths), ".") if text is None else name
            late = run.behind(start) if given.require_tip else ""
            result = (
                RolloutResult("superseded", notes=[late])
                if late
                else run.apply(reading, lambda version: _validated(paths, text, name, version))
            )
    return result._replace(seconds=time.monotonic() - began)


def _validated(paths: str | Sequence[str], text: str | None, name: str, version: str) -> ValidateResult:
    from kbump.inspection import validate

    return validate(paths or None, text=text, name=name, kubernetes_version=version, jobs=1)
