"""What a remote has, asked without a clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.errors import GitError
from kbump.remote import check_ref

if TYPE_CHECKING:
    from kbump.git.session import Git

_HEADS = "refs/heads/"


def heads(git: Git) -> dict[str, str]:
    """Return the branches of the remote and their commits."""
    return {name.removeprefix(_HEADS): sha for name, sha in _listed(git, "--heads").items()}


def head(git: Git, branch: str) -> str:
    """Return the commit of one branch of the remote, "" if there is no such branch."""
    ref = _HEADS + check_ref(branch)
    # The pattern also finds refs that only end like it.
    return _listed(git, "--heads", ref=ref).get(ref, "")


def default_branch(git: Git, *, needed: bool = True) -> str:
    """Return the branch that the remote's HEAD names; raise GitError, or return "", if it names none that exists."""
    refs = _listed(git, "--symref", ref="HEAD")
    branch = next((ref for ref in refs if ref.startswith(_HEADS)), "")
    if not branch and needed:
        raise GitError(f"{git.known().url} is empty, or has no default branch", hint="name a branch")
    return branch.removeprefix(_HEADS)


def _listed(git: Git, option: str, *, ref: str = "") -> dict[str, str]:
    arguments = ["ls-remote", "--quiet", option, "--", git.url, *([ref] if ref else [])]
    listed = git.run(*arguments, what=f"git cannot read {git.known().url}", network=True)
    rows = (line.partition("\t") for line in listed.decode(errors="surrogateescape").splitlines())
    # A symbolic ref is `ref: refs/heads/main<TAB>HEAD`: the branch is the name, then.
    return {(sha[5:] if sha.startswith("ref: ") else name): sha for sha, _, name in rows}
