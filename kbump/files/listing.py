"""Listing: which files of a repository git does not ignore; the git binary answers."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

# fsmonitor would start a program of the repository's choice.
_LIST = ("git", "-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
_NOT_OPENED = rb"(?ms)^warning: could not open directory '(.+?)/?': "


class Listing(NamedTuple):
    """Names below the directory; directories that git could not open, below the top; what went wrong, or "".

    Names may be tracked files that are deleted, and nested repositories, with or without a `/` at the end.
    """

    names: list[str]
    unopened: list[str]
    problem: str


def top(directory: str) -> str | None:
    """Return the root of the git work tree that holds a directory, without asking git."""
    here = os.path.realpath(directory)
    while not os.path.lexists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return None
        here = parent
    return here


def listing(directory: str) -> Listing:
    """List the files below a directory of a git work tree that are tracked, or not ignored."""
    import subprocess
    from subprocess import DEVNULL

    try:
        done = subprocess.run(_LIST, cwd=directory, env=_environment(), stdin=DEVNULL, capture_output=True, check=False)
    except FileNotFoundError:
        return Listing([], [], "git is not on PATH")
    if done.returncode:
        words = os.fsdecode(done.stderr).strip().partition("\n")[0]
        return Listing([], [], f"git cannot list it ({words})")
    # An unmerged file is listed once for every stage; git before 2.31 has no --deduplicate.
    names = dict.fromkeys(os.fsdecode(done.stdout).split("\0")[:-1])
    return Listing(list(names), [os.fsdecode(name) for name in re.findall(_NOT_OPENED, done.stderr)], "")


def _environment() -> dict[str, str]:
    # Within a hook GIT_DIR, GIT_INDEX_FILE and the like name another repository. GIT_CONFIG_* is how CI says
    # which directories are safe. https://git-scm.com/docs/git#_environment_variables
    kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
    return {**kept, "LC_ALL": "C"}


def _is_kept(name: str) -> bool:
    return not name.startswith("GIT_") or name.startswith("GIT_CONFIG_") or name == "GIT_EXEC_PATH"
