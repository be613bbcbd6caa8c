"""Config: what a .kbump.yaml says, checked, with the place of every mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.errors import Location
    from kbump.source import Source

FILE_NAME = ".kbump.yaml"
# The options of each command that may have a default in the file (a test holds this to the commands).
OPTIONS: dict[str, tuple[str, ...]] = {
    "diff": ("color", "exclude", "exit-code", "no-build", "no-ignore", "output", "quiet", "timeout", "verbose"),
    "images": ("color", "exclude", "keep-going", "no-ignore", "output", "quiet", "require-pinned", "verbose"),
    "promote": (
        "assignee", "author", "color", "draft", "dry-run", "label", "max-change", "message", "output", "quiet",
        "reviewer", "sign", "strict", "timeout", "verbose",
    ),
    "rollout": (
        "color", "context", "diff", "dry-run", "force-conflicts", "grace", "keep-going", "kubeconfig",
        "kubeconfig-content-from", "log-lines", "namespace", "output", "quiet", "recreate-jobs", "require-tip",
        "require-workloads", "server-side", "stable", "timeout", "undo", "undo-git", "verbose", "wait-for",
        "wait-terminated",
    ),
    "set-image": (
        "author", "break-links", "check", "color", "diff", "drop-digest", "dry-run", "exclude", "keep-going", "kind",
        "message", "no-downgrade", "no-ignore", "output", "quiet", "require", "sign", "skip-ci", "superseded-ok",
        "templates", "timeout", "verbose",
    ),
    "status": (
        "color", "context", "kubeconfig", "kubeconfig-content-from", "log-lines", "namespace", "output", "quiet",
        "timeout", "verbose",
    ),
    "validate": (
        "color", "deprecations-until", "exclude", "fail-on", "fail-on-skipped", "jobs", "no-ignore", "output", "quiet",
        "severity", "skip-non-manifests", "summary", "verbose",
    ),
}  # fmt: skip
DELIVERIES = ("push", "pull-request")
FORGES = ("forgejo", "gitea", "github")
MAX_CHANGES = ("patch", "minor", "major")
SWITCHES = ("no-downgrade", "immutable-tags", "pinned", "valid", "deployed")
"""The gates that are on or off."""


class Ignore(NamedTuple):
    """Findings that `kbump validate` leaves out: of a rule, in a path (a glob or directory), of a kind; "" is any."""

    rule: str
    path: str
    kind: str
    location: Location


class Validation(NamedTuple):
    """The settings of `kbump validate`: Kubernetes version, directories and files of CRDs, what to ignore.

    `version_at` and `crds_at` are their places, for those who find that there is no such version or file.
    """

    version: str = ""
    crds: tuple[str, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    version_at: Location | None = None
    crds_at: tuple[Location, ...] = ()


class Gates(NamedTuple):
    """The gates of promotions as the file states them: `switches` says on or off by name; "" is no limit."""

    switches: Mapping[str, bool] = {}
    max_change: str = ""


class Promoting(NamedTuple):
    """The settings of `kbump promote`; what is empty, and a `draft` of None, is not stated.

    `target` is the URL that images go to; `groups` maps a name to globs of repositories that get a pull request of
    their own; `repositories` maps a repository of the source to the target's.
    """

    target: str = ""
    gates: Gates = Gates()
    groups: Mapping[str, tuple[str, ...]] = {}
    repositories: Mapping[str, str] = {}
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    draft: bool | None = None


class ForgeChoice(NamedTuple):
    """Which forge a repository is on, where nothing tells: its kind, one of FORGES or empty, and its API's root."""

    kind: str = ""
    api_url: str = ""
    allow_http: bool = False


class ClusterChoice(NamedTuple):
    """The cluster that a rollout may touch: the URL of its API server, the name of its context; "" is any."""

    server: str = ""
    context: str = ""


class Committing(NamedTuple):
    """How commits look: the template of the message, and the author, `Name <address>`."""

    message: str = ""
    author: str = ""


class Config(NamedTuple):
    """The settings of one infra repo; directories are relative to `root`, the directory of the file.

    `environments` maps a name to a directory; `images` a `group/Kind` to extra paths; `values` are globs of Helm
    values files; `defaults` maps a command to its options; `expected` are the paths that differ between environments;
    `delivery` is one of DELIVERIES or empty, how changes may come into this repo. The empty Config stands for no file.
    """

    root: str
    environments: dict[str, str]
    images: dict[str, tuple[str, ...]]
    values: tuple[str, ...]
    defaults: dict[str, dict[str, Any]]
    validate: Validation = Validation()
    expected: tuple[str, ...] = ()
    delivery: str = ""
    commit: Committing = Committing()
    promotion: Promoting = Promoting()
    forge: ForgeChoice = ForgeChoice()
    cluster: ClusterChoice = ClusterChoice()


NO_CONFIG = Config("", {}, {}, (), {})


def read_config(source: Source, root: str) -> Config:
    """Read a .kbump.yaml; raise ConfigError, located, for anything that is not in schemas/kbump.schema.json."""
    from kbump.config.reading import Reader, mapping_of
    from kbump.config.sections import config

    node = mapping_of(source)
    return config(Reader(source), node, root) if node else NO_CONFIG._replace(root=root)
