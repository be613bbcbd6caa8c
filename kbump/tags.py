"""Tags: the tag of an image that a build makes, and the file of tags that build plugins read.

A tag is made of what was built: of a branch and commit, or of a git tag. It is valid whatever those are called
(https://github.com/distribution/reference, regexp.go: TagRegexp), and two branches never share one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError, Location, SourceError, UsageError
from kbump.image import ImageReference, tag_fault

if TYPE_CHECKING:
    from kbump.provenance import Build
    from kbump.source import Source

_LONGEST = 128
_COMMIT_DIGITS = 12
_MARK = re.compile(r".*_[0-9a-f]{8}")
# semver.org, 10: a tag of an image has no `+`, and Helm writes `_`, which no semantic version has.
_METADATA = re.compile(r"(v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\+([0-9A-Za-z.-]+)")


class Tagged(NamedTuple):
    """The tags of a build, the build's own first, and the build that they are made of."""

    tags: tuple[str, ...]
    build: Build

    @property
    def text(self) -> str:
        """The tags as `.tags` has them for plugins/docker and its kin, which split at commas, and trim each."""
        return ",".join(self.tags) + "\n"

    @property
    def lines(self) -> str:
        """The tags as the `tags_file` of Woodpecker's docker-buildx has them, one on each line."""
        return "".join(f"{tag}\n" for tag in self.tags)


def tag_of(build: Build) -> str:
    """Return the tag of a build's image: the git tag's own, or one of the branch and the commit.

    Builds of one branch never look like versions of one another, so that `kbump.versions.change()` calls none of them
    a downgrade. Raises UsageError for a build that says neither, or has a commit that is none.
    """
    if build.tag:
        return _of_git_tag(build.tag)
    if not (build.branch and build.commit):
        missing = "commit" if build.branch else "branch"
        hint = f"`--source-{missing}` names it"
        raise UsageError(f"nothing says which {missing} was built", hint=hint)
    commit = _short(build.commit)
    return f"{_named(build.branch, _LONGEST - len(commit) - 1, 'branch')}-{commit}"


def with_tag(image: str, tag: str) -> str:
    """Return `IMAGE`, `OLD=IMAGE` or `NAME=IMAGE` with a tag, if it has neither a tag nor a digest."""
    new = image.rpartition("=")[2]
    try:
        reference = ImageReference.parse(new)
    except ImageReferenceError:
        return image  # whoever reads it says what is wrong with it
    return image if reference.tag or reference.digest else f"{image}:{tag}"


def read_tags(source: Source) -> list[str]:
    """Return the tags of a file, which commas or white space separate; raise SourceError, located, for what is none."""
    found = list(re.finditer(r"[^\s,]+", source.text))
    if not found:
        hint = "`kbump tag` prints what it should hold"
        raise SourceError("there is no tag in it", location=Location(source.name, 1, 1), hint=hint)
    for match in found:
        check_tag(match[0], source.location(match.start()))
    return [match[0] for match in found]


def check_tag(tag: str, location: Location | None = None) -> None:
    """Raise for a text that is no tag: SourceError, if it stands in a file at a place, else UsageError."""
    fault = tag_fault(tag)
    if fault:
        kind = SourceError if location else UsageError
        raise kind(f"`{tag[:_LONGEST]}` is no tag of an image: {fault[0]}", location=location, hint=fault[1])


def _of_git_tag(name: str) -> str:
    plain = _METADATA.sub(r"\1_\2", name) if _METADATA.fullmatch(name) else name
    return plain if not tag_fault(plain) else _marked(name, _LONGEST, "tag")


def _named(branch: str, room: int, fallback: str) -> str:
    """Return a branch's own name where it is valid, and fits, and could not be the one that was made of another."""
    plain = not tag_fault(branch) and len(branch) <= room and not _MARK.fullmatch(branch)
    return branch if plain else _marked(branch, room, fallback)


def _marked(name: str, room: int, fallback: str) -> str:
    """Return what is valid of a name, with a mark that tells it from every other name of which the same is left."""
    from hashlib import sha256
    from unicodedata import normalize

    # Letters without their accents: what is left is for people, the mark for programs.
    ascii_only = normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9_.]+", "-", ascii_only).strip("-.")
    mark = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{kept[: room - len(mark) - 1] or fallback}_{mark}"


def _short(commit: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{7,64}", commit):
        hint = "write the 40 hexadecimal digits that `git rev-parse HEAD` prints, or at least 7 of them"
        raise UsageError(f"`{commit[:_LONGEST]}` is no commit", hint=hint)
    digits = commit[:_COMMIT_DIGITS]
    # Behind 1.4-rc, digits alone would be the number of a prerelease. This is how `git describe` tells them.
    return f"g{digits}" if digits.isdecimal() else digits
