"""What git said, as an error: its last words without secrets, and what to do about the frequent ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.errors import GitError

if TYPE_CHECKING:
    from kbump.git.access import Credentials

_MOST = 500
# Advice, warnings, and the boilerplate below every failure of SSH.
_NOISE = re.compile(
    r"(?i)hint:|warning:|please make sure you have|and the repository exists|fatal: could not read from"
)
_MOST_LINES = 4
_LABELS = re.compile(r"^(?:(?:fatal|error|remote): *)+")
_ASKED = re.compile(r"could not read \w+ for '(?P<url>\w+://(?:[^/@']*@)?(?P<host>\[[^\]']*\]|[^/:']*)[^']*)'")
_NO_ACCESS = re.compile(r"Authentication failed|could not read (?:Username|Password)|error: 40[13]|HTTP 40[13]")
_FORBIDDEN = re.compile(r"error: 403|HTTP 403")
# Git's words in English (LC_ALL=C), curl's and OpenSSH's; the first that is found counts.
_HINTS = (
    (r"cannot exec '.*askpass'", "programs cannot be run in the temporary directory: let TMPDIR name another"),
    (
        r"gpg failed|write commit object|ssh-keygen|load public key|signing",
        "check `user.signingKey` and that the key can be used",
    ),
    (r"dubious ownership", "the repository belongs to another user: see `safe.directory` in `git help config`"),
    (r"Permission denied \(|sign_and_send_pubkey", "check the SSH key: ssh-agent, ~/.ssh/config, GIT_SSH_COMMAND"),
    (r"Host key verification failed", "add the server's key to ~/.ssh/known_hosts; `ssh-keyscan` shows it"),
    (r"SSL|TLS|certificate", "name the file of a private CA by GIT_SSL_CAINFO"),
    (r"Could not resolve|Name or service|name resolution", "check the host's name, the network and the proxy"),
    (r"Connection refused|Failed to connect|timed out|No route|unreachable", "check host, port, network and proxy"),
    (r"[Nn]ot found|not appear to be|404", "check the URL; a forge also hides what the token may not see"),
    (r"No space left", "make room on the disk"),
    (r"transport '.*' not allowed", "check `insteadOf` in git's configuration: it leads to another protocol"),
)
_ANONYMOUS = "give a token by KBUMP_TOKEN or KBUMP_TOKEN_FILE"


def failure(what: str, stderr: str, given: Credentials) -> GitError:
    """Return the error that says what git could not do, in git's last words."""
    hint = _hint(what, stderr, given)
    return GitError(f"{what}: {last_words(stderr, given)}", hint=hint and given.redact(hint))


def last_words(stderr: str, given: Credentials) -> str:
    """Return what git and the server complained of, on one line, without secrets."""
    lines = [_printable(line) for line in given.redact(stderr).splitlines() if line.strip()]
    said = [_LABELS.sub("", line) for line in lines if not _NOISE.match(line)] or lines
    words = "; ".join(list(dict.fromkeys(filter(None, said)))[-_MOST_LINES:]) or "git did not say why"
    return words if len(words) <= _MOST else f"{words[: _MOST - 1]}…"


def server_words(stderr: str, given: Credentials) -> str:
    """Return what the server and its hooks said, line by line, without secrets."""
    lines = [line for line in given.redact(stderr).splitlines() if line.startswith("remote:")]
    text = "\n".join(filter(None, (_LABELS.sub("", _printable(line)).strip() for line in lines)))
    return text if len(text) <= 4 * _MOST else f"{text[: 4 * _MOST - 1]}…"


def _printable(line: str) -> str:
    # OpenSSH and hooks write colours and carriage returns.
    return "".join(char for char in re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line) if char.isprintable())


def _hint(what: str, stderr: str, given: Credentials) -> str | None:
    asked = _ASKED.search(stderr)
    if asked and given.secret and asked["host"].strip("[]").lower() != given.host:
        # A redirect or `insteadOf` of the user's configuration leads there.
        return f"git was sent to {asked['url']}, which gets no secret: give the URL that is meant"
    if "archived" in stderr:
        return "the repository is archived: unarchive it, or name another"
    if _NO_ACCESS.search(stderr) and "cannot exec" not in stderr:
        return _access_hint(what, stderr, given) if given.secret else _ANONYMOUS
    return next((hint for pattern, hint in _HINTS if re.search(pattern, stderr)), None)


def _access_hint(what: str, stderr: str, given: Credentials) -> str:
    """Say what is wrong with a secret: whose it is the server knows where it answers 403, and forbids it."""
    if not _FORBIDDEN.search(stderr):
        return f"the secret of {given.source} is wrong, expired, or may not do this"
    verb = "write" if what.startswith("git cannot push") else "read"
    needed = f"`contents: {verb}` on GitHub, `{verb}:repository` on Gitea, and a user who may {verb} there"
    return f"the secret of {given.source} may not do this: it needs {needed}"
