"""Remote: where a git repository is, read from a URL before git sees it."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote

from kbump.errors import UsageError

_PORTS = {"http": 80, "https": 443, "ssh": 22}
_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_USER = r"[A-Za-z0-9_][A-Za-z0-9_.+-]*"
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)")
_AUTHORITY = re.compile(rf"(?:({_USER})@)?({_NAME}|\[[0-9A-Fa-f:.]+\])(?::([0-9]{{1,5}}))?")
_SCP = re.compile(rf"(?:({_USER})@)?({_NAME}):(.*)")
# `ext::COMMAND` runs it: https://git-scm.com/docs/git-remote-ext
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
# https://git-scm.com/docs/git-check-ref-format
_NO_REF = re.compile(r"^@?$|^[-+/]|/$|//|\.\.|@\{|\.lock(/|$)|(^|/)\.|\.$|[ ~^:?*\[\\]")
_TOKEN = "give the token by KBUMP_TOKEN or KBUMP_TOKEN_FILE, and leave user and password out of the URL"


class Remote(NamedTuple):
    """A git repository behind a URL, and what of it is meant.

    `url` is what git is given; it holds no password, host and scheme are in small letters, and a default port is
    left out. `port` is 0 where the URL has none. `path` starts with `/`, as it is in the URL. `owner` is all that is
    before the repository's name (`group/subgroup`), empty for files. `directory` and `ref` are empty if not given.
    """

    url: str
    scheme: str
    user: str
    host: str
    port: int
    path: str
    owner: str
    name: str
    directory: str = ""
    ref: str = ""

    @classmethod
    def parse(cls, text: str) -> Remote:
        """Read an https, http, ssh or file URL or the form `user@host:path`, each also with `//DIRECTORY?ref=REV`.

        The ending is kustomize's: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/.
        Raises UsageError, which repeats no password, for anything that git could take for an option, a command or
        a credential.
        """
        if not text.isprintable() or not text.strip() or text != text.strip():
            raise UsageError("a repository's URL is empty, or has spaces around it or control characters in it")
        if text.startswith("-"):
            raise UsageError("a repository's URL cannot start with `-`", hint="options of git are not passed on")
        if _HELPER.match(text):
            raise UsageError("git's remote helpers (`ext::`, `git::`) are not used", hint="write the plain URL")
        match = _URL.fullmatch(text)
        return _of_url(*match.groups()) if match else _of_scp(text)

    @property
    def display(self) -> str:
        """The URL with directory and ref, as a person would give it."""
        below = f"//{self.directory}" if self.directory else ""
        return f"{self.url}{below}{f'?ref={quote(self.ref)}' if self.ref else ''}"

    @property
    def repository(self) -> str:
        """OWNER/NAME, as forges say it."""
        return f"{self.owner}/{self.name}" if self.owner else self.name

    @property
    def origin(self) -> str:
        """SCHEME://HOST[:PORT], as git names it when it asks for a password."""
        return _origin(self.scheme, "", self.host, self.port)


def is_remote(text: str) -> bool:
    """Say whether a text is a URL or `user@host:path`; `host:path` without a user is read as `REV:PATH`."""
    scp = _SCP.fullmatch(text)
    return bool(_URL.fullmatch(text) or (scp and scp[1]))


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_ref(ref: str) -> str:
    """Return the name of a branch or tag, or a commit; raise UsageError if git would not take it for one."""
    if not ref.isprintable() or _NO_REF.search(ref):
        shown = f"`{ref}`" if ref.isprintable() and ref else "an empty text or one with control characters"
        raise UsageError(f"{shown} is no name of a branch or tag, and no commit")
    return ref


def check_directory(directory: str) -> str:
    """Return a directory of a repository without needless slashes; raise UsageError if it would leave it."""
    parts = [part for part in directory.split("/") if part]
    if not directory.isprintable() or directory.startswith("-"):
        raise UsageError(
            "a directory has control characters, or starts with `-`", hint="write `./-name` for such a one"
        )
    if {"..", ".git"} & {part.lower() for part in parts}:
        raise UsageError(f"the directory `{directory}` is outside of the repository's files")
    return "/".join(part for part in parts if part != ".")


def _of_url(scheme: str, authority: str, rest: str) -> Remote:
    scheme = scheme.lower()
    if scheme not in {*_PORTS, "file"}:
        hint = f"write ssh://{authority}/..." if "ssh" in scheme and _AUTHORITY.fullmatch(authority) else None
        raise UsageError(f"`{scheme}://` is not known: https, http, ssh and file are", hint=hint)
    path, directory, ref = _split(rest, scheme)
    if scheme == "file":
        if authority not in {"", "localhost"}:
            raise UsageError("a file URL has no host", hint="write file:///PATH, with three slashes")
        return Remote(f"file://{path}", scheme, "", "", 0, path, "", _names(path)[1], directory, ref)
    user, host, port = _authority(scheme, authority, path)
    owner, name = _names(path)
    return Remote(_origin(scheme, user, host, port) + path, scheme, user, host, port, path, owner, name, directory, ref)


def _authority(scheme: str, authority: str, path: str) -> tuple[str, str, int]:
    """Read [USER@]HOST[:PORT]; nothing of it is shown unless it is whole, for it may hold a password."""
    secret = "@" in path or (":" in authority.rpartition("@")[0] if scheme == "ssh" else "@" in authority)
    if secret:
        raise UsageError(f"the {scheme} URL has a user, a token or a password in it", hint=_TOKEN)
    match = _AUTHORITY.fullmatch(authority)
    if not match or (match[3] and not 0 < int(match[3]) < 65536):
        raise UsageError(f"the {scheme} URL has no valid host and port", hint=f"write {scheme}://HOST/OWNER/NAME")
    port = int(match[3] or 0)
    return match[1] or "", match[2].strip("[]").lower(), 0 if port == _PORTS[scheme] else port


def _of_scp(text: str) -> Remote:
    match = _SCP.fullmatch(text)
    if not match or match[3].startswith("//"):
        hint = "write https://HOST/OWNER/NAME, ssh://git@HOST:PORT/OWNER/NAME, git@HOST:OWNER/NAME or file:///PATH"
        raise UsageError("this is no URL of a repository", hint=hint)
    user, host, path = match[1] or "", match[2].lower(), match[3]
    if "@" in path.partition("//")[0]:
        raise UsageError("the URL has a password in it", hint="write USER@HOST:PATH; SSH takes keys")
    path, directory, ref = _split(path, "ssh")
    at = f"{user}@" if user else ""
    rooted = path if path.startswith("/") else f"/{path}"
    return Remote(f"{at}{host}:{path}", "ssh", user, host, 0, rooted, *_names(path), directory, ref)


def _split(rest: str, scheme: str) -> tuple[str, str, str]:
    """Split what comes after the host into the repository's path, the directory in it and the ref."""
    before, _, query = rest.partition("?")
    path, _, directory = before.partition("//")
    path = path.rstrip("/")
    plain = unquote(path)
    if "#" in rest or "\\" in path or not plain.isprintable() or plain.lstrip("/").startswith("-"):
        raise UsageError(f"the path of the {scheme} URL has `#`, `\\` or control characters, or starts with `-`")
    if not plain.strip("/") or {".", ".."} & set(plain.split("/")):
        raise UsageError(f"the {scheme} URL names no repository", hint="write HOST/OWNER/NAME, without `.` and `..`")
    return path, check_directory(directory), _ref(query)


def _ref(query: str) -> str:
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    # The values may be secrets; the names are not.
    unknown = [name for name in pairs if name not in {"ref", "version"}]
    if unknown or bool(query) != bool(pairs) or len(pairs) > 1:
        hint = "leave the rest out; a token is given by KBUMP_TOKEN or KBUMP_TOKEN_FILE"
        raise UsageError("a URL can have `?ref=REV` and no other query", hint=hint)
    return check_ref(next(iter(pairs.values()))) if pairs else ""


def _names(path: str) -> tuple[str, str]:
    owner, _, name = unquote(path).strip("/").rpartition("/")
    if name == ".git":
        # The directory of a work tree that is no bare repository.
        owner, _, name = owner.rpartition("/")
    return owner, name.removesuffix(".git")


def _origin(scheme: str, user: str, host: str, port: int) -> str:
    literal = f"[{host}]" if ":" in host else host
    return f"{scheme}://{f'{user}@' if user else ''}{literal}{f':{port}' if port else ''}"
