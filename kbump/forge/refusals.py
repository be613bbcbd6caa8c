"""What a forge answered, in words: what was asked, the status, the forge's own words, and what to do about it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import ForgeError

if TYPE_CHECKING:
    from kbump.forge.transport import Answer, Request

_MOST = 500
_ACCESS = "check the address, and that the token's user may see it: forges hide what a token may not see"
_HINTS = {
    401: "the token is wrong, expired or revoked: make a new one",
    403: "check what the token and its user may do in this repository",
    404: _ACCESS,
    405: "the forge does not allow this now: look at the pull request for conflicts, checks and protections",
    409: "it changed meanwhile, or is in conflict: run again",
    410: "this was switched off or deleted on the forge",
    412: "the pull request was merged meanwhile: run again",
    413: "make the text shorter",
    422: "look at what was refused, in the forge's words",
    423: "the repository is archived or locked: unlock it, or name another",
    429: "wait, or give more time",
}
_SWITCHED = "check that pull requests are switched on in the settings of the repository, and what the token may see"
_MOVED = "the repository was moved or renamed, or the API's address is another: use the new one"
_TROUBLE = "the forge has trouble: run again later"
_ARCHIVED = "the repository is archived: unarchive it, or name another"
_NO_TOKEN = "give a token: nobody is signed in"
# Gitea, routers/api/v1/api.go: tokenRequiresScopes
_GITEA_SCOPES = re.compile(r"required=\[(?P<wanted>[^]]*)\], token scope=(?P<had>\S*)")


class Refusal(NamedTuple):
    """What is needed to speak of a refusal: `secret` is the token, never to be shown."""

    host: str
    secret: str

    def __repr__(self) -> str:
        return f"Refusal(host={self.host!r})"

    def about(self, request: Request, words: str, hint: str | None = None) -> ForgeError:
        """Return the error that says what was asked, without query and body, and how it went."""
        asked = f"`{request.method} {request.path}` on {self.host}"
        return ForgeError(clean(f"{asked}: {words}", self.secret), hint=hint and clean(hint, self.secret))

    def of(self, answer: Answer) -> ForgeError:
        """Return the error for an answer that is a refusal."""
        hint = hint_for(answer, signed_in=bool(self.secret))
        return self.about(answer.request, f"answered {answer.status}: {said(answer)}", hint)


def clean(text: str, secret: str) -> str:
    """Return a text on one line, without the token and control characters, of a length that can be read."""
    shown = text.replace(secret, "***") if secret else text
    shown = " ".join("".join(char if char.isprintable() else " " for char in shown).split())
    return shown if len(shown) <= _MOST else f"{shown[: _MOST - 1]}…"


def said(answer: Answer) -> str:
    """Return the forge's own words: its message and errors, or what came instead."""
    if isinstance(answer.data, dict):
        errors = answer.data.get("errors")
        told = [answer.data.get("message"), *map(_one, errors if isinstance(errors, list) else [errors])]
        words = [str(one) for one in told if one]
        if len(words) > 1:
            return f"{words[0].rstrip('.')}: {'; '.join(words[1:])}"
        return words[0] if words else _phrase(answer.status)
    if "<html" in answer.text[:2000].lower():
        title = re.search(r"<title[^>]*>([^<]{1,200})", answer.text[:20_000], re.IGNORECASE)
        return f"an HTML page titled `{title[1].strip()}`" if title else "an HTML page"
    return answer.text[:_MOST] or _phrase(answer.status)


def _one(error: Any) -> str:
    """Say what an entry of GitHub's `errors` says; Gitea's are texts."""
    if not isinstance(error, dict):
        return str(error or "")
    return str(error.get("message") or " ".join(str(error[key]) for key in ("field", "code") if key in error))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "no words"


def hint_for(answer: Answer, *, signed_in: bool) -> str:
    """Return what to do about a refusal, from what the forge tells."""
    if 300 <= answer.status < 400:
        return _MOVED
    if answer.status >= 500:
        return _TROUBLE
    if answer.status in {401, 403, 404}:
        return _access_hint(answer, signed_in=signed_in)
    return _HINTS.get(answer.status, _HINTS[422])


def _access_hint(answer: Answer, *, signed_in: bool) -> str:
    words = said(answer)
    if not signed_in:
        return _NO_TOKEN
    if "archived" in words:
        return _ARCHIVED
    if "required" in answer.headers.get("x-github-sso", ""):
        return "authorize the token for the organization's single sign-on, in its settings on GitHub"
    if answer.status == HTTPStatus.NOT_FOUND and answer.request.path.endswith("/pulls"):
        # The address is that of a repository where git mostly was already.
        return _SWITCHED
    return _scope_hint(answer, words) or _HINTS[answer.status]


def _scope_hint(answer: Answer, words: str) -> str:
    """Name the scope or permission that is missing, if the forge tells it: "" if not."""
    if match := _GITEA_SCOPES.search(words):
        return f"give the token the scope `{match['wanted'].replace(' ', '` or `')}`; it has `{match['had'] or 'none'}`"
    wanted, had = scopes(answer, "x-accepted-oauth-scopes"), scopes(answer, "x-oauth-scopes")
    if wanted and had is not None and not set(wanted) & set(had):
        return f"give the token the scope {_quoted(wanted)}; it has {_quoted(had)}"
    if answer.status == 403 and (permissions := answer.headers.get("x-accepted-github-permissions")):
        # "issues=write; pull_requests=write" are alternatives, "contents=read,pull_requests=write" are all wanted.
        alternatives = [one.strip().replace("=", ": ").replace(",", " and ") for one in permissions.split(";")]
        return f"give the token the permission {' or '.join(f'`{one}`' for one in alternatives)}"
    return ""


def scopes(answer: Answer, header: str) -> tuple[str, ...] | None:
    """Return the scopes that a header of GitHub lists, None if it is not there (tokens that are not classic)."""
    listed = answer.headers.get(header)
    return None if listed is None else tuple(filter(None, (one.strip() for one in listed.split(","))))


def _quoted(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names) if names else "none"
