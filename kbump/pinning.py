"""unpinned(): why an image reference may mean another image tomorrow."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.image import ImageReference

_DO = "name a full version or a digest"
# Names that are pushed again and again: the newest build of a branch, of a stage, or of a promise.
_MOVING = frozenset((
    "alpha", "beta", "canary", "current", "daily", "default", "dev", "devel", "develop", "development", "edge",
    "experimental", "head", "integration", "latest", "lts", "main", "mainline", "master", "next", "nightly",
    "oldstable", "preview", "prod", "production", "qa", "rc", "release", "rolling", "snapshot", "stable", "stage",
    "staging", "test", "testing", "tip", "trunk", "uat", "unstable", "weekly",
))  # fmt: skip
# Words that say what an image is built on or for, and nothing of which build it is.
_VARIANTS = frozenset((
    "al", "alpine", "amazonlinux", "amd", "apache", "arm", "azurelinux", "base", "bci", "bionic", "bookworm",
    "bullseye", "buster", "centos", "chromium", "cli", "corretto", "cuda", "cudnn", "debian", "debug", "dind",
    "distroless", "fedora", "fips", "focal", "fpm", "full", "glibc", "go", "headless", "jammy", "java", "jdk",
    "jessie", "jre", "linux", "ltsc", "management", "mariner", "micro", "minimal", "musl", "nanoserver", "noble",
    "node", "nonroot", "nvidia", "ol", "openjdk", "otel", "perl", "pg", "photon", "php", "py", "python", "rhel",
    "root", "rootless", "ruby", "runtime", "sid", "slim", "static", "stretch", "temurin", "tiny", "trixie", "ubi",
    "ubuntu", "unprivileged", "windows", "windowsservercore", "wolfi", "xenial", "zts",
))  # fmt: skip
# What moves even behind a full version: https://maven.apache.org/guides/getting-started/#what-is-a-snapshot-version
_LAST = frozenset(("latest", "nightly", "snapshot"))
_PARTIAL = re.compile(r"v?(?:\d{1,3}(?:\.\d{1,3})?|(?:19|20)\d\d\.\d\d?)(?:\.x)?")
_VARIANT = re.compile(r"([a-z]+)(?:\d[\d.]*)?")
# A full version or date (1.27.1, 8u392), four digits (dates, builds), a commit, a revision (r3, rc.1, build42).
_IDENTITY = re.compile(
    r"v?\d+(?:\.\d+){2}.*|\d+u\d+|.*\d{4}.*|g?[0-9a-f]{7,64}"
    r"|(?:a|alpha|b|beta|build|ci|dev|eks|gke|hotfix|k3s|m|p|patch|pre|preview|r|rc|rev|run|u)\.?\d+"
)


@lru_cache(maxsize=1024)
def unpinned(reference: ImageReference) -> str:
    """Say why a reference is not pinned, and what to do; "" if it has a digest or a tag that is not known to move.

    Registries let every tag be pushed again, so only a digest is certain. A tag is refused where moving it is the
    custom: no tag, which is `latest` (https://kubernetes.io/docs/concepts/containers/images/#image-names); names such
    as `stable`, `edge` or `main`, alone or with a variant (`stable-alpine`); parts of a version (`1`, `1.27-alpine`),
    which follow each release of it; variants alone (`alpine`). These are the "stable tags" of
    https://learn.microsoft.com/azure/container-registry/container-registry-image-tag-version, the aliases of
    https://github.com/docker-library/official-images and the defaults of https://github.com/docker/metadata-action.
    Its "unique tags" are taken: full versions, dates, commits, build numbers (of one to three digits only behind
    something else: `42` looks like a major version); so is a tag of which nothing is known.
    """
    if reference.digest:
        return ""
    if not reference.tag:
        return f"has no tag, which means `latest`: {_DO}"
    words = re.split("[-_+]", reference.tag.lower())
    if words[-1] not in _LAST and words[0] != "latest" and _identified(words):
        return ""
    if _PARTIAL.fullmatch(words[0]) and not {words[0], words[-1]} & _MOVING:
        return f"has only a part of a version in `{reference.tag}`, which moves with its releases: {_DO}"
    if _MOVING & {words[0], words[-1]} or all(_says_nothing(word) for word in words):
        return f"has the tag `{reference.tag}`, which moves: {_DO}"
    return ""


def unknown(problem: str) -> str:
    """Say of an image that cannot be read, for instance since it `is templated`, that it is not called pinned."""
    return f"is not known to be pinned, since it {problem}; {_DO}"


def _identified(words: Sequence[str]) -> bool:
    """Whether one of the words of a tag tells its build from every other."""
    return any(_identifies(word, before) for word, before in zip(words, ("", *words), strict=False))


def _identifies(word: str, before: str) -> bool:
    if _is_variant(word):
        return False  # alpine3.20.1
    if _PARTIAL.fullmatch(word):
        return word.isdecimal() and before != "" and before not in _VARIANTS  # main-42, not 42 or debian-12
    return _IDENTITY.fullmatch(word) is not None


def _is_variant(word: str) -> bool:
    match = _VARIANT.fullmatch(word)
    return match is not None and match[1] in _VARIANTS


def _says_nothing(word: str) -> bool:
    return word in _MOVING or _is_variant(word) or _PARTIAL.fullmatch(word) is not None
