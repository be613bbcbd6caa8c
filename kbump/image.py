"""ImageReference: the grammar of image references and their normal spelling.

The grammar is that of https://github.com/distribution/reference (regexp.go, reference.go, normalize.go), as
`ParseNormalizedNamed` applies it: kubelet, Docker and containerd read references with it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    Fault = tuple[str, str | None]


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
# `[abc]` has no character by which normalize.go tells a domain, so it is read as a path, and refused.
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|(?=[^/]*[:A-F])\[[A-Fa-f0-9:]+\])(?::[0-9]+)?"
# Possessive where the grammar leaves no choice: what does not match is refused in linear time.
_COMPONENT = r"[a-z0-9]++(?:(?:\.|__?|-++)[a-z0-9]++)*+"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}+"
# go-digest (algorithm.go): the algorithms it knows, in lower case hexadecimal digits of exactly this number.
_DIGEST_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
_DIGEST = "|".join(f"{algorithm}:[a-f0-9]{{{digits}}}" for algorithm, digits in _DIGEST_DIGITS.items())
_IMAGE_ID = r"[a-f0-9]{64}"
_REFERENCE = re.compile(
    rf"(?!{_IMAGE_ID}\Z)((?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*+)(?::({_TAG}))?(?:@({_DIGEST}))?"
)
_PATH_MAX = 255
_TAG_MAX = 128


class ImageReference(NamedTuple):
    """`name` is `[domain/]path` as spelled, tag and digest are "" if absent, digest has its algorithm."""

    name: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> ImageReference:
        """Read a reference as kubelet reads it; raise ImageReferenceError, which says what is wrong.

        `str()` is the exact inverse: nothing is normalised, and no tag is made up.
        """
        return _parse(text)

    @property
    def domain(self) -> str:
        """The registry, `docker.io` if none is written; "" for `my_registry.com/app`, which is all path."""
        return _normalise(self.name)[0]

    @property
    def path(self) -> str:
        """The repository within its registry; one word on `docker.io` is in `library/`."""
        return _normalise(self.name)[1]

    @property
    def repository(self) -> str:
        """The normalised name: two references are of one repository if these are equal."""
        domain, path = _normalise(self.name)
        return f"{domain}/{path}" if domain else path

    def familiar(self) -> str:
        """Spell the whole reference as shortly as it means the same: docker.io/library/nginx:1 is nginx:1."""
        domain, path = normal = _normalise(self.name)
        names = (path.removeprefix("library/"), path)
        short = (name for name in names if _normalise(name) == normal and not re.fullmatch(_IMAGE_ID, name))
        return str(self._replace(name=next(short, f"{domain}/{path}")))

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}@{self.digest}" if self.digest else f"{self.name}{tag}"


@lru_cache(maxsize=4096)
def _parse(text: str) -> ImageReference:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise _error(text)
    name, tag, digest = match.groups("")
    if len(name) > _PATH_MAX - len("library/") and len(_normalise(name)[1]) > _PATH_MAX:
        raise _error(text)
    return ImageReference(name, tag, digest)


@lru_cache(maxsize=4096)
def _normalise(name: str) -> tuple[str, str]:
    """Split a name into domain and path (normalize.go: splitDockerDomain)."""
    first, slash, rest = name.partition("/")
    if not slash:
        return "docker.io", f"library/{name}"
    if not _names_registry(first):
        return "docker.io", name
    if first in {"docker.io", "index.docker.io"}:
        return "docker.io", rest if "/" in rest else f"library/{rest}"
    return (first, rest) if re.fullmatch(_DOMAIN, first) else ("", name)


def _names_registry(first: str) -> bool:
    return first == "localhost" or re.search("[.:A-Z]", first) is not None


def _error(text: str) -> ImageReferenceError:
    reason, hint = next(_faults(text))
    # A URL in place of a reference may carry a password.
    shown = _quote(re.sub("(?<=://)[^/]*@", "***@", text)) if text else "an empty text"
    return ImageReferenceError(f"{shown} is not an image reference: {reason}", hint=hint)


def _quote(text: str) -> str:
    # Manifests hold texts of any length, and terminals obey control characters.
    short = text if len(text) <= 300 else f"{text[:300]}..."
    return f"`{short if short.isprintable() else short.encode('unicode_escape').decode()}`"


def _faults(text: str) -> Iterator[Fault]:
    """Say what is wrong with a text that is no reference: the first fault counts."""
    if not text:
        yield "there is no repository", "write `REPOSITORY:TAG`"
    if template := re.search(r"\{\{|\$[({]?", text):
        yield f"`{template[0]}` makes it a template", "fill in the template first"
    if re.search(r"\s", text):
        yield "it contains whitespace", "remove the whitespace"
    if scheme := re.match("[A-Za-z][A-Za-z0-9+.-]*://", text):
        yield "it is a URL", f"leave out {_quote(scheme[0])}"
    if re.fullmatch(_IMAGE_ID, text):
        yield "64 hexadecimal digits are an image ID", "write `REPOSITORY@sha256:` before them"
    tagged, at, digest = text.partition("@")
    if at:
        yield from _digest_faults(digest)
    folder, slash, last = tagged.rpartition("/")
    if not slash and last.startswith("["):
        yield "there is no repository after the registry", None
    last, colon, tag = last.partition(":")
    if colon:
        yield from _tag_faults(tag)
    yield from _name_faults(folder + slash + last)


def _digest_faults(digest: str) -> Iterator[Fault]:
    algorithm, colon, digits = digest.partition(":")
    expected = _DIGEST_DIGITS.get(algorithm)
    if not colon:
        yield "there is no digest after `@`", "write `@sha256:` and 64 hexadecimal digits"
    elif expected is None:
        yield f"the digest algorithm {_quote(algorithm)} is unknown", "known are sha256, sha384 and sha512"
    elif foreign := re.search("[^A-Fa-f0-9]", digits):
        yield f"{_quote(foreign[0])} in the digest is no hexadecimal digit", None
    elif len(digits) != expected:
        yield f"the digest has {len(digits)} hexadecimal digits, {algorithm} has {expected}", None
    elif digits != digits.lower():
        yield "the digest has upper case digits", f"write `{algorithm}:{digits.lower()}`"


def tag_fault(tag: str) -> Fault | None:
    """Say what is wrong with a tag that stands alone, and what to do, if something can be done; None if it is right."""
    return next(_tag_faults(tag), None)


def _tag_faults(tag: str) -> Iterator[Fault]:
    if not tag:
        yield "there is no tag after `:`", None
    elif foreign := re.search("[^A-Za-z0-9_.-]", tag):
        yield (
            f"{_quote(foreign[0])} is not allowed in a tag",
            "write `_` for `+`" if foreign[0] == "+" else None,
        )
    elif tag[0] in ".-":
        yield f"the tag starts with `{tag[0]}`", "a tag starts with a letter, a digit or `_`"
    elif len(tag) > _TAG_MAX:
        yield f"the tag has {len(tag)} characters, at most {_TAG_MAX} are allowed", None


def _name_faults(name: str) -> Iterator[Fault]:
    if not name:
        yield "there is no repository before the tag or digest", None
    first, slash, path = name.partition("/")
    has_domain = slash and _names_registry(first)
    if has_domain and not re.fullmatch(f"{_DOMAIN}|{_COMPONENT}", first):
        yield from _domain_faults(first)
    for component in (path if has_domain else name).split("/"):
        if not re.fullmatch(_COMPONENT, component):
            yield _component_fault(component)
    yield (
        f"the path has {len(_normalise(name)[1])} characters, at most {_PATH_MAX} are allowed",
        "an implied `library/` counts",
    )


def _domain_faults(domain: str) -> Iterator[Fault]:
    host, colon, port = domain.partition(":")
    if domain.startswith("["):
        yield f"{_quote(domain)} is no IPv6 address and port", "write `[ADDRESS]:PORT`, without zone or IPv4"
    elif ":" in port:
        yield f"the registry {_quote(domain)} has more than one `:`", "put an IPv6 address in square brackets"
    elif foreign := re.search("[^A-Za-z0-9.-]", host):
        yield f"{_quote(foreign[0])} is not allowed in the registry {_quote(host)}", None
    elif colon and not re.fullmatch("[0-9]+", port):
        yield f"the port of the registry {_quote(domain)} is not a number", None
    else:
        yield f"each part of the registry {_quote(host)} has to start and end with a letter or a digit", None


def _component_fault(component: str) -> Fault:
    if not component:
        return "a part of the path is empty", "parts are separated by one `/`"
    if re.search("[A-Z]", component):
        return f"the path has upper case in {_quote(component)}", f"write {_quote(component.lower())}"
    if foreign := re.search("[^a-z0-9._-]", component):
        return f"{_quote(foreign[0])} is not allowed in the path", None
    if component[0] in "._-" or component[-1] in "._-":
        return f"{_quote(component)} has to start and end with a letter or a digit", None
    return (
        f"the separators in {_quote(component)} are wrong",
        "one `.`, one or two `_` or any number of `-` is right",
    )
