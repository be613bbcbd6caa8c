"""Where a repo names the version of Kubernetes that it is for."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kbump import files
from kbump.discovery.result import Hint
from kbump.errors import Location, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

# CI systems, task runners and Terraform; the manifests of a repo are looked at anyway.
_ROOT = re.compile(
    r"\.(?:drone|woodpecker|gitlab-ci|travis|cirrus|pre-commit-config)\.ya?ml|Makefile|[Jj]ustfile|Taskfile\.ya?ml"
    r"|Jenkinsfile|.*\.(?:tf|tfvars|hcl)"
)
_FOLDERS = (
    ".github/workflows", ".gitea/workflows", ".forgejo/workflows", ".woodpecker", ".circleci", ".buildkite",
    "terraform", "tofu", "infrastructure",
)  # fmt: skip
_BELOW = re.compile(r".*\.(?:ya?ml|tf|tfvars|hcl)")
# kubernetesVersion of kops and kubeadm, kubernetes_version and cluster_version of Terraform's modules, the option
# --kubernetes-version of tools, the node images of kind.
_VERSION = re.compile(
    rb"(?i)(?:(?:\b|[-_])(?:kubernetes|k8s|kube)[-_]?version|\bcluster_version)[\"']?[ \t]*(?:[:= ])[ \t]*[\"']?v?"
    rb"(1\.\d{2})(?!\d)|\bkindest/node:v(1\.\d{2})(?!\d)"
)
_COMMENT = re.compile(rb"\s*(?:#|//)")


def hints_of(path: str, data: bytes) -> Iterator[Hint]:
    """Yield the versions that a file names."""
    if not _VERSION.search(data):
        return
    for number, line in enumerate(data.splitlines(), 1):
        for match in _VERSION.finditer(line):
            if not _COMMENT.match(line):
                place = Location(path, number, len(line[: match.start()].decode(errors="replace")) + 1)
                yield Hint((match[1] or match[2]).decode(), place)


def hints_beside(root: str) -> Iterator[Hint]:
    """Yield the versions that files of a repo name which are no manifests."""
    for folder, wanted in (("", _ROOT), *((folder, _BELOW) for folder in _FOLDERS)):
        for name in _names(os.path.join(root, folder)):
            if wanted.fullmatch(name):
                yield from _hints_in(root, os.path.join(folder, name))


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _hints_in(root: str, path: str) -> Iterator[Hint]:
    try:
        data, _ = files.read(os.path.join(root, path))
    except SourceError:
        return
    yield from hints_of(path, data)
