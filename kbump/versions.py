"""Versions: what a tag says of one, and the class of the change from one image reference to another."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from semver import Version

    from kbump.image import ImageReference

Change = Literal["major", "minor", "patch", "prerelease", "digest", "downgrade", "same", "unknown"]

# A version in a tag: date or numbers, then a prerelease by one of its usual words, then a variant (`alpine`)
# or build metadata (a tag has no `+`: Helm writes `_`, https://helm.sh/docs/topics/registries/).
# A bare number of four digits or more counts builds or is a commit; 12a3 is a commit, 3.12a3 a prerelease.
_DATE = r"(?P<year>(?:19|20)\d\d) (?P<to>-?) (?P<month>0[1-9]|1[0-2]) (?P=to) (?P<day>0[1-9]|[12]\d|3[01])"
_NUMBERS = r"(?!\d{4,}+(?!\.)) (?P<major>\d+) (?:\.(?P<minor>\d+) (?:\.(?P<patch>\d+))?)?"
_WORD = r"alpha|beta|rc|pre|preview|snapshot|nightly|canary|dev(?=[.-]?\d)"
_VERSION = rf"""(?aix) (?=.{{1,128}}\Z) v? (?: {_DATE} (?![\d.]) | {_NUMBERS} )
    (?: [-.]? (?P<prerelease> (?:{_WORD}) (?:[.-]?\d+)? (?:\.[a-z0-9]+)*
                            | (?(minor)|(?<=[.-])) (?:a|b|m|cr) [.-]?\d{{1,3}} ) (?![a-z0-9.]) )?
    (?: -(?P<variant>[\w.+-]+) | [+_](?P<build>[\w.+-]+) )?"""


def change(old: ImageReference, new: ImageReference) -> Change:
    """Class the change from one reference to another by semver, from the tags; repositories do not matter.

    `major`, `minor`, `patch`: the first number that rises; a release after its own prerelease is of the class
    of the release: 2.0.0-rc.1 to 2.0.0 is major (https://github.com/npm/node-semver, functions/diff.js).
    `prerelease`: a higher version, but a prerelease, which promises nothing (semver.org, 9).
    `downgrade`: a lower version. `digest`: tag or version stay, the digest does not. `same`: both stay.
    `unknown`: a tag is absent or no version, the variants differ (`-alpine`, `-slim`), only one counts years,
    or equal versions differ in build metadata or in how many numbers they give (1.4 may mean 1.4.7).
    """
    step: Change = "same" if old.tag == new.tag else _class(old.tag, new.tag)
    return "digest" if step == "same" and old.digest != new.digest else step


def version(tag: str) -> Version | None:
    """Read a tag as the version by which `change()` compares it; None for no version (`latest`).

    A leading `v` and leading zeros are dropped, absent numbers are 0, dates are year.month.day: 2024.01.15,
    2024-01-15 and 20240115 are 2024.1.15. A prerelease starts with one of its usual words (alpha, beta, rc,
    SNAPSHOT, ...; rc10 is rc.10, after rc.9); any other suffix is a variant of the image and is left out.
    """
    match = re.fullmatch(_VERSION, tag)
    return _version(match) if match else None


@lru_cache(maxsize=1024)
def _class(old: str, new: str) -> Change:
    before, after = re.fullmatch(_VERSION, old), re.fullmatch(_VERSION, new)
    if not before or not after or before["variant"] != after["variant"]:
        return "unknown"
    # Without prereleases the numbers alone decide, and most runs get by without importing semver (20 ms).
    read = _version if before["prerelease"] or after["prerelease"] else _release
    old_version, new_version = read(before), read(after)
    if _counts_years(old_version) != _counts_years(new_version):
        return "unknown"
    if old_version != new_version:
        return _step(old_version, new_version)
    alike = before["build"] == after["build"] and len(_numbers(before)) == len(_numbers(after))
    return "same" if alike else "unknown"


class _Release(NamedTuple):
    """A version without prerelease, which compares as semver compares it (semver.org, 11.2)."""

    major: int
    minor: int
    patch: int
    prerelease: None = None


def _release(match: re.Match[str]) -> _Release:
    major, minor, patch = (*_numbers(match), 0, 0)[:3]
    return _Release(major, minor, patch)


def _version(match: re.Match[str]) -> Version:
    from semver import Version

    # semver compares rc10 as text, so that it would come before rc9 (semver.org, 11.4.2).
    prerelease = re.sub(r"^([a-z]+)[.-]?0*(?=\d)", r"\1.", (match["prerelease"] or "").lower())
    major, minor, patch = (*_numbers(match), 0, 0)[:3]
    return Version(major, minor, patch, prerelease or None, match["build"])


def _numbers(match: re.Match[str]) -> list[int]:
    groups = ("year", "month", "day") if match["year"] else ("major", "minor", "patch")
    return [int(number) for number in match.group(*groups) if number is not None]


def _counts_years(version: Version | _Release) -> bool:
    return 1990 <= version.major < 2100


def _step(old: Version | _Release, new: Version | _Release) -> Change:
    if new < old:
        return "downgrade"
    if new.prerelease:
        return "prerelease"
    if (old.major, old.minor, old.patch) == (new.major, new.minor, new.patch):
        return "patch" if new.patch else "minor" if new.minor else "major"
    return "major" if old.major != new.major else "minor" if old.minor != new.minor else "patch"
