"""Git: the git binary, for one remote at a time; `session()` says how it is run, the rest is done with that.

No hook, filter or credential helper of the user's runs, line ends stay as they are, and a secret goes to the host
that it belongs to and nowhere else.
"""

from __future__ import annotations

from kbump.git.access import NOBODY, Credentials, credentials
from kbump.git.checkouts import CheckedOut, checked_out
from kbump.git.cloning import clone, fetch, reset
from kbump.git.commits import Person, changed, commit, stage
from kbump.git.content import content, differs, fork, patch
from kbump.git.log import Commit, commit_of, history
from kbump.git.pushing import Moved, Outcome, Pushed, Refused, delete_branch, push
from kbump.git.remotes import default_branch, head, heads
from kbump.git.repository import Repository
from kbump.git.session import Git, session
from kbump.git.trees import Entry, export, show, tree

__all__ = [
    "NOBODY", "CheckedOut", "Commit", "Credentials", "Entry", "Git", "Moved", "Outcome", "Person", "Pushed", "Refused",
    "Repository", "changed", "checked_out", "clone", "commit", "commit_of", "content", "credentials", "default_branch",
    "delete_branch", "differs", "export", "fetch", "fork", "head", "heads", "history", "patch", "push", "reset",
    "session", "show", "stage", "tree",
]  # fmt: skip
