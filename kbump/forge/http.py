"""A small HTTP client for forges: JSON in and out, one host, and the token nowhere but in its header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from kbump.errors import ForgeError
from kbump.forge.refusals import Refusal, said
from kbump.forge.settings import TIMING
from kbump.forge.transport import Answer, Broken, Request, exchange, pool
from kbump.forge.waiting import is_limited, is_unclear, pause_s
from kbump.remote import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from urllib.parse import SplitResult

    from kbump.forge.settings import Settings, Timing

_ATTEMPTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')
_T = TypeVar("_T")


def path(*parts: str | int) -> str:
    """Join the parts of a path, each quoted whole; raise ForgeError for one that would climb."""
    for part in parts:
        if str(part) in {"", ".", ".."}:
            raise ForgeError(f"`{part}` cannot be a part of an address", hint="check the names that were given")
    return "/" + "/".join(quote(str(part), safe="") for part in parts)


class Client:
    """Asks one API under one token."""

    def __init__(
        self,
        settings: Settings,
        timing: Timing = TIMING,
        *,
        scheme: str = "Bearer",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take the root of the API from the settings; raise ForgeError if it cannot be asked safely."""
        parts = _checked(settings)
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._below = parts.path.rstrip("/")
        self._settings, self._timing, self._pool = settings, timing, pool(settings)
        self._refusal = Refusal(parts.netloc, settings.token)
        self._headers = {"Accept": "application/json", **(headers or {}), "User-Agent": settings.user_agent}
        self._signed = {"Authorization": f"{scheme} {settings.token}"} if settings.token else {}

    def ask(
        self,
        method: str,
        where: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
        accept: tuple[int, ...] = (),
        found: Callable[[], Any] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Ask, again if that is safe, and return an answer of the 2xx or of `accept`; raise ForgeError otherwise.

        A POST is sent again only if the forge cannot have done it, if `repeatable` says that twice does no harm, or if
        `found`, asked first, finds (None: not) what it was to make: that is then the answer's data.
        """
        request = Request(method, where, query or {}, body)
        safe = repeatable or method != "POST"
        for attempt in range(_ATTEMPTS):
            outcome = self._followed(request)
            again = pause_s(outcome, attempt, repeatable=safe or bool(found), chance=self._timing.chance())
            if again is None or attempt == _ATTEMPTS - 1:
                break
            self._wait(again, request, outcome)
            made = found() if found and is_unclear(outcome) else None
            if made is not None:
                return Answer(200, {}, made, request=request)
        return self._final(request, outcome, accept)

    def pages(
        self,
        where: str,
        query: Mapping[str, str | int],
        reader: Callable[[Any], _T],
        *,
        accept: tuple[int, ...] = (),
        most: int = 20,
    ) -> Iterator[_T]:
        """Yield what `reader` makes of the entries of a list of at most `most` pages; of `accept`: none.

        Of a `Link` to the next page only the query is taken: the host and the path stay the ones that were asked
        (Gitea writes its configured address into it, which may be another name than the one used here).
        """
        seen: list[Mapping[str, str | int]] = []
        while query and query not in seen and len(seen) < most:
            seen.append(query)
            answer = self.ask("GET", where, query=query, accept=accept)
            if answer.status in accept:
                return
            yield from self.read(answer, lambda data: [reader(one) for one in _listed(data)])
            following = _NEXT.search(answer.headers.get("link", ""))
            query = dict(parse_qsl(urlsplit(following[1]).query)) if following else {}

    def read(self, answer: Answer, reader: Callable[[Any], _T]) -> _T:
        """Return what `reader` makes of an answer; raise ForgeError if that has not the form that it should have."""
        try:
            return reader(answer.data)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            words = f"the answer has not the form that it should: {type(error).__name__}: {error}"
            hint = "check that the API's address and kind are right"
            raise self._refusal.about(answer.request, words, hint) from None

    def refuse(self, answer: Answer) -> NoReturn:
        """Raise ForgeError for an answer that was let through by `accept`."""
        raise self._refusal.of(answer)

    def _followed(self, request: Request) -> Answer | Broken:
        outcome = self._once(self._below + request.path, request)
        for _ in range(_MOST_REDIRECTS):
            if isinstance(outcome, Broken) or outcome.status not in _REDIRECTS or request.method != "GET":
                break
            target = urlsplit(outcome.headers.get("location", ""))
            # Another host, port or scheme would be shown the token, or what it protects.
            if not target.path.startswith("/") or f"{target.scheme}://{target.netloc}" not in {self._root, "://"}:
                break
            query = dict(parse_qsl(target.query))
            outcome = self._once(target.path, request._replace(query=query))
        return outcome

    def _once(self, where: str, request: Request) -> Answer | Broken:
        left = self._settings.deadline - self._timing.clock()
        if left <= 0:
            raise self._refusal.about(request, "no time is left to ask", "give more time")
        headers = {**self._headers, **self._signed}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        allowed = min(self._settings.timeout_s, left)
        return exchange(self._pool, self._root, request._replace(path=where), headers, allowed, self._timing.clock)

    def _wait(self, seconds: float, request: Request, outcome: Answer | Broken) -> None:
        if self._timing.clock() + seconds < self._settings.deadline:
            self._timing.sleep(seconds)
            return
        if isinstance(outcome, Answer) and is_limited(outcome):
            words = f"too many requests: the forge wants {seconds:.0f} s of rest, more than is left"
            raise self._refusal.about(request, words, "run again later, or give more time")
        self._final(request, outcome, ())

    def _final(self, request: Request, outcome: Answer | Broken, accept: tuple[int, ...]) -> Answer:
        if isinstance(outcome, Broken):
            raise self._refusal.about(request, outcome.words, outcome.hint)
        answer = outcome._replace(request=request)
        if answer.text and answer.status < 300 and answer.status not in accept:
            self._not_json(answer)
        if answer.status >= 300 and (answer.status not in accept or is_limited(answer)):
            raise self._refusal.of(answer)
        return answer

    def _not_json(self, answer: Answer) -> NoReturn:
        begun = answer.text.lstrip()[:1] in {"{", "["}
        words = "the answer is JSON that breaks off" if begun else f"the answer is no JSON but {said(answer)}"
        hint = "check that the API's address is right, and what is in between"
        raise self._refusal.about(answer.request, words, hint)


def _listed(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError("no list")
    return data


def _checked(settings: Settings) -> SplitResult:
    try:
        parts = urlsplit(settings.api_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise ForgeError("the API's address must be an http or https URL without a password", hint="check `api_url`")
    if parts.scheme == "http" and not settings.allow_http and not is_loopback(host):
        hint = "use https; if the network is trusted, set `allow_http: true` under `forge` in .kbump.yaml"
        raise ForgeError(f"the token would go to {parts.netloc} in the clear", hint=hint)
    if not settings.token.isascii() or not settings.token.isprintable() or " " in settings.token:
        # What sends the header would show it in its error.
        raise ForgeError("the token holds characters that no token has", hint="look for spaces and line ends in it")
    return parts
