"""The workload of `kbump set-image --repo`: a bare repository on this disk, and the shell script that it replaces."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from measuring import Command
from peers import kbump, peer
from workload import REPOSITORY, deployment_and_service, make_files

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = r"""
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --depth 1 "file://$1" "$work/clone"
cd "$work/clone"
sed -i "s|\(image: $2:\)[^ ]*|\1$3|" *.yaml
git -c user.name=bot -c user.email=bot@example.com commit --quiet --all --message "set $2:$3"
git push --quiet origin HEAD
"""
_FILES = 1_000


def deliver(directory: str, *, matching: int) -> Iterator[Command]:
    """Yield the commands on a repository of 1,000 files, of which so many have the image."""
    bare = {name: _repository(f"{directory}/{name}", matching) for name in ("kbump", "script")}
    yield Command(
        "kbump set-image --repo",
        lambda tag: [*kbump(), "set-image", f"{REPOSITORY}:{tag}", "--repo", f"file://{bare['kbump']}"],
        directory,
    )
    yield from peer(
        "git clone --depth 1, sed, commit, push",
        lambda tag: ["sh", "-c", _SCRIPT, "deliver", bare["script"], REPOSITORY, tag],
        directory,
        "<= 2.0",
    )


def _repository(directory: str, matching: int) -> str:
    texts = {f"shop-{number:04}.yaml": deployment_and_service(f"shop-{number:04}") for number in range(_FILES)}
    others = {name: text.replace(REPOSITORY, "registry.example.com/other/tool") for name, text in texts.items()}
    mixed = {name: texts[name] if number < matching else others[name] for number, name in enumerate(texts)}
    make_files(f"{directory}/work", mixed)
    bare = f"{directory}/infra.git"
    for command in (
        ["init", "--quiet", "--initial-branch=main", "."],
        ["add", "--all"],
        ["-c", "user.name=bot", "-c", "user.email=bot@example.com", "commit", "--quiet", "--message=first"],
        ["clone", "--quiet", "--bare", ".", os.path.abspath(bare)],
    ):
        subprocess.run(["git", *command], cwd=f"{directory}/work", check=True)
    return bare
