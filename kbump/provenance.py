"""Build: the CI build that a change comes from, and the trailers of a commit that say so.

Trailers are those of `git interpret-trailers` (https://git-scm.com/docs/git-interpret-trailers).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

IMAGE = "Kbump-Image"
REPOSITORY = "Kbump-Source-Repo"
BRANCH = "Kbump-Source-Branch"
COMMIT = "Kbump-Source-Commit"
BUILD = "Kbump-Source-Build"
CI = "Kbump-Source-CI"
AUTHOR = "Triggered-by"
CONTENT = "Kbump-Content"
"""What the commit changes (kbump.git.content): a branch that changes something else has commits of somebody else."""
_TRAILER = re.compile(r"([A-Za-z0-9-]+): (.*)")
_TAGS = "refs/tags"


class Build(NamedTuple):
    """A build of a source repository; texts are empty and numbers 0 where nobody says.

    `branch` is the one that was built; all tags of a repository are one line of builds. A build that is a restart has
    the number of the one that it restarts as its `parent`. `author` is `Name <address>` of who triggered it. `ci` is
    what counts: a CI system and, where each has a counter of its own, the workflow; empty for numbers that people give.
    """

    repository: str = ""
    branch: str = ""
    commit: str = ""
    number: int = 0
    parent: int = 0
    tag: str = ""
    link: str = ""
    author: str = ""
    ci: str = ""

    @property
    def order(self) -> int:
        """The number that says which of two builds is the newer one: a restart counts as what it restarts."""
        return self.parent or self.number

    @property
    def line(self) -> tuple[str, str, str]:
        """What makes two builds comparable: the repository, the branch or that they are of tags, and who counts."""
        return self.repository, _TAGS if self.tag else self.branch, " ".join(self.ci.split())


class Occasion(NamedTuple):
    """What a build was started for: the repository's URL, the commit, and the number of a pull request.

    Empty and 0 where nobody says; `link` is the page of the build.
    """

    url: str = ""
    commit: str = ""
    pull_request: int = 0
    link: str = ""


def trailers(build: Build, images: Iterable[str], content: str = "") -> list[str]:
    """Return the trailers of a commit that sets images: one for each image, what is known of the build, the content."""
    lines = [f"{IMAGE}: {image}" for image in images]
    known = {
        REPOSITORY: build.repository,
        BRANCH: _TAGS if build.tag else build.branch,
        COMMIT: build.commit,
        BUILD: str(build.order or ""),
        CI: build.ci if build.order else "",
        AUTHOR: build.author,
        CONTENT: content,
    }
    return lines + [f"{name}: {one_line(value)}" for name, value in known.items() if value]


def read_trailers(message: str) -> dict[str, list[str]]:
    """Return the trailers of a commit message by name: those of its last paragraph, if all its lines are some."""
    # A subject alone, `chore: ...`, looks like a trailer and is none.
    _, gap, last = message.rstrip().rpartition("\n\n")
    lines = last.splitlines() if gap else []
    matches = [_TRAILER.fullmatch(line) for line in lines]
    found: dict[str, list[str]] = {}
    for match in matches if all(matches) else ():
        if match:
            found.setdefault(match[1], []).append(match[2])
    return found


def build_of(found: Mapping[str, Sequence[str]]) -> Build:
    """Return the build that trailers tell of."""

    def last(name: str) -> str:
        return found[name][-1] if found.get(name) else ""

    number = last(BUILD)
    branch = last(BRANCH)
    return Build(
        repository=last(REPOSITORY),
        branch="" if branch == _TAGS else branch,
        commit=last(COMMIT),
        number=int(number) if number.isascii() and number.isdigit() else 0,
        tag=_TAGS if branch == _TAGS else "",
        author=last(AUTHOR),
        ci=last(CI),
    )


def supersedes(last: Build, build: Build) -> bool:
    """Whether the build that set an image last is a newer one of the same line than the one that wants to now."""
    return bool(last.order and build.order and last.repository) and last.line == build.line and last.order > build.order


def one_line(text: str) -> str:
    """Return a text on one line, without characters that a terminal obeys."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
