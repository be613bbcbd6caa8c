"""What rollout() and status() are given: Asked says of what and in which cluster, Options how a rollout behaves.

Each option is declared here, and nowhere else below the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.config import NO_CONFIG, Config
from kbump.provenance import Build
from kbump.rollouts.connecting import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIMEOUT_S = 600.0
LOOK_S = 60.0
_NO_BUILD = Build()


class Asked(NamedTuple):
    """What a run is about, and in which cluster.

    Manifests are in files and directories, the `paths`, or in one `text` that `name` stands for in locations: a
    directory if kustomize built it. `names` are workloads such as deployment/web instead. The cluster is chosen by
    `kubeconfig`, `context` and `namespace` as kubectl has them, and by `environ`, which kubectl, git and credential
    plugins run with; `config` may name the only one that is allowed.
    """

    environ: Mapping[str, str]
    paths: Sequence[str] = ()
    text: str | None = None
    name: str = "-"
    names: Sequence[str] = ()
    config: Config = NO_CONFIG
    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""

    @property
    def choice(self) -> Connection:
        """Which cluster it is."""
        return Connection(self.environ, self.kubeconfig, self.context, self.namespace)

    @property
    def start(self) -> str:
        """The first of the paths, or what stands for the text."""
        return next(iter(self.paths), ".") if self.text is None else self.name


class Options(NamedTuple):
    """How a rollout behaves.

    `timeout_s`: for all together, and as much again for an undo. `server_side`, `force_conflicts`: of apply.
    `recreate_jobs`: finished ones that cannot be changed. `grace` multiplies the patience with troubles. `keep_going`:
    though one workload is doomed. `wait_for`: kinds, or `all`. `wait_terminated`: old pods are gone. `only_wait`:
    nothing is applied. `stable_s`: all stay done for so long. `log_lines`: of what fails. `require_workloads`: there is
    something to wait for. `diff`: of kubectl, told before anything is applied. `undo`: what failed. `undo_git`: that,
    and its images on the branch of the checkout. `require_tip`: the checkout is the tip of its remote branch. `build`
    is the CI build that this is, with the branch that it is of. `write`: False only checks.
    """

    timeout_s: float = TIMEOUT_S
    server_side: bool = False
    force_conflicts: bool = False
    recreate_jobs: bool = False
    grace: float = 1.0
    keep_going: bool = False
    wait_for: Sequence[str] = ()
    wait_terminated: bool = False
    only_wait: bool = False
    stable_s: float = 0.0
    log_lines: int = 20
    require_workloads: bool = False
    diff: bool = False
    undo: bool = False
    undo_git: bool = False
    require_tip: bool = False
    build: Build = _NO_BUILD
    write: bool = True


class LookOptions(NamedTuple):
    """How status() looks: lines of the logs of what fails, and how long it may take."""

    log_lines: int = 0
    timeout_s: float = LOOK_S


class Step(NamedTuple):
    """A phase of a rollout that begins, in words."""

    words: str


UNDOING, REVERTING = "undoing", "putting images back in git"


class Difference(NamedTuple):
    """What `kubectl diff` says of what is about to be applied."""

    text: str


def asked(paths: str | Sequence[str], given: Mapping[str, Any]) -> tuple[Asked, dict[str, Any]]:
    """Return what a call is about, and what it says else."""
    listed = [paths] if isinstance(paths, str) else list(paths)
    mine = {name: value for name, value in given.items() if name in Asked._fields}
    return Asked(paths=listed, **mine), {name: value for name, value in given.items() if name not in mine}


def said(kind: type[Options] | type[LookOptions], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options among what a command line has, which leaves units out of their names."""
    short = {name: name.removesuffix("_s") for name in kind._fields}
    return {name: given[text] for name, text in short.items() if text in given}
