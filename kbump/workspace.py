"""Workspace: the files that a run is about, the .kbump.yaml above them, and what both say of a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump import files
from kbump.config import FILE_NAME, NO_CONFIG, Config, read_config
from kbump.errors import UsageError
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbump.files import Skipped


class Workspace(NamedTuple):
    """The files of a run in order, what was left out, temporary files of killed runs, and the repo's settings."""

    config: Config
    files: list[str]
    skipped: list[Skipped]
    leftovers: list[str]

    def environment(self, file: str) -> str:
        """Return the name of the declared environment that a file belongs to, the innermost one, or ""."""
        if not self.config.environments:
            return ""
        path = os.path.abspath(file) + "/"
        found = [
            (len(directory), name)
            for name, directory in self.config.environments.items()
            if path.startswith(os.path.normpath(os.path.join(self.config.root, directory)) + "/")
        ]
        return max(found, default=(0, ""))[1]

    def is_values(self, file: str) -> bool:
        """Whether a file holds Helm values: `values*.yaml` beside or below a Chart.yaml, or as .kbump.yaml says."""
        name = os.path.basename(file)
        if self.config.values and self._listed(file):
            return True
        return name.startswith("values") and name.endswith((".yaml", ".yml")) and _has_chart_above(file)

    def _listed(self, file: str) -> bool:
        from fnmatch import fnmatchcase

        path = os.path.relpath(os.path.abspath(file), self.config.root)
        return any(fnmatchcase(path, pattern) for pattern in self.config.values)


def open_workspace(
    paths: Sequence[str], *, environment: str = "", exclude: Sequence[str] = (), ignore: bool = True
) -> Workspace:
    """Find the files of a run; an environment stands for its directory.

    Raises UsageError for an unknown environment, ConfigError, and SourceError for a path that cannot be read.
    """
    config = find_config(paths[0] if paths else ".")
    if environment:
        paths = [environment_directory(config, environment)]
    tree = files.find(paths or ["."], exclude=exclude, ignore=ignore)
    return Workspace(config, tree.files, tree.skipped, tree.leftovers)


def environment_directory(config: Config, name: str) -> str:
    """Return the directory of a declared environment, relative to the current directory."""
    if name not in config.environments:
        known = ", ".join(f"`{one}`" for one in sorted(config.environments))
        hint = f"declared are {known}" if known else f"declare it under `environments` in {FILE_NAME}"
        raise UsageError(f"no environment `{name}` is declared", hint=hint)
    return os.path.relpath(os.path.join(config.root, config.environments[name]))


def find_config(path: str) -> Config:
    """Read the nearest .kbump.yaml in or above a path, not beyond the top of its git work tree."""
    directory = os.path.realpath(path)
    if path == "-":
        directory = os.getcwd()
    while True:
        file = os.path.join(directory, FILE_NAME)
        if os.path.isfile(file):
            data, _ = files.read(file)
            return read_config(Source.from_bytes(os.path.relpath(file), data), directory)
        above = os.path.dirname(directory)
        if above == directory or os.path.exists(os.path.join(directory, ".git")):
            return NO_CONFIG
        directory = above


def patch_name(file: str) -> str:
    """Return the name that a patch gives a file: from the top of its git work tree, else from the current directory."""
    from kbump.files.listing import top

    path = os.path.realpath(file)
    return os.path.relpath(path, top(os.path.dirname(path)) or os.getcwd())


def watched(batch: Sequence[str], total: int, progress: Callable[[int, int], None] | None) -> Iterator[str]:
    """Yield the items of a batch and tell how far the whole is, as far as one can see from this batch."""
    for count, item in enumerate(batch):
        if progress and not count % 16:
            progress(count * total // len(batch), total)
        yield item


def is_template(file: str) -> bool:
    """Whether a file is a template of a Helm chart: in `templates` beside its Chart.yaml, or below."""
    above, found, _ = os.path.abspath(file).rpartition("/templates/")
    return bool(found) and os.path.exists(os.path.join(above, "Chart.yaml"))


def _has_chart_above(file: str) -> bool:
    directory = os.path.dirname(os.path.abspath(file))
    while True:
        if os.path.exists(os.path.join(directory, "Chart.yaml")):
            return True
        above = os.path.dirname(directory)
        if above == directory or os.path.exists(os.path.join(directory, ".git")):
            return False
        directory = above
