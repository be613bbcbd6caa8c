"""Request: one image that a run is asked to set, and which fields it asks for."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError, UsageError
from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbump.fields import ImageField

# A name can hide from a search of the bytes only behind an escape, or a line break escaped in the middle of a word.
_BREAK = rb"(?:\r\n?|\n|\xc2\x85|\xe2\x80[\xa8\xa9])"
_HIDING = rb"\\(?:[xuU/]|(?<=[\w./-]\\)" + _BREAK + rb"[ \t]*[\w./-])"

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


class Request(NamedTuple):
    """An image to set: by repository (normalised, any of several) or by container name; `text` is as it was typed."""

    text: str
    image: ImageReference
    repositories: frozenset[str]
    container: str = ""
    renames: bool = False

    @property
    def sought(self) -> str:
        """The name of the container, or of the repository as typed, that the request looks for first."""
        return self.container or (self.text.rpartition("=")[0] if self.renames else self.image.name)

    def wants(self, field: ImageField) -> bool:
        """Whether a field is one of those that are asked for, by repository or container."""
        if self.container:
            return field.container == self.container and field.manifest.role == "manifest"
        return any(name in self.repositories for name in repositories(field))


class Selection(NamedTuple):
    """What a run is asked for: requests, and filters that narrow all of them; empty filters admit everything."""

    requests: tuple[Request, ...]
    kinds: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    no_downgrade: bool = False
    drop_digest: bool = False

    def admits(self, field: ImageField) -> bool:
        """Whether the filters admit a field; kinds are compared without case, namespaces only where stated."""
        manifest = field.manifest
        return (
            (not self.kinds or manifest.kind.lower() in self.kinds)
            and (not self.names or manifest.name in self.names)
            and (not self.namespaces or manifest.namespace in self.namespaces)
        )


def repositories(field: ImageField) -> list[str]:
    """Return the normalised repositories of a field; a kustomization entry has two, `name` and `newName`."""
    found = [field.reference.repository] if field.reference else []
    if field.role == "kustomization" and field.reference:
        with suppress(ImageReferenceError):
            found.append(ImageReference.parse(field.nodes["name"].value).repository)
    return found


def image_request(text: str) -> Request:
    """Read `IMAGE` or `OLD=NEW`; raise UsageError if it is neither."""
    old, equals, new = text.rpartition("=")
    image = _parse(new, text)
    if not equals:
        if not (image.tag or image.digest):
            raise UsageError(f"`{text}` has no tag and no digest", hint=f"write `{text}:TAG` or `{text}@sha256:...`")
        return Request(text, image, frozenset({image.repository}))
    before = _parse(old, text)
    if before.tag or before.digest:
        hint = f"write `{before.name}={new}`"
        raise UsageError(f"`{old}` in `{text}` must be a repository, without tag and digest", hint=hint)
    return Request(text, image, frozenset({before.repository, image.repository}), renames=True)


def container_request(text: str) -> Request:
    """Read `NAME=IMAGE`, kubectl's way; raise UsageError if it is not that."""
    name, equals, new = text.partition("=")
    if not equals or not name:
        raise UsageError(f"`{text}` is not NAME=IMAGE", hint="write `--container web=ghcr.io/acme/web:1.4.2`")
    image = _parse(new, text)
    if not (image.tag or image.digest):
        raise UsageError(f"`{new}` has no tag and no digest", hint=f"write `{name}={new}:TAG`")
    return Request(text, image, frozenset(), container=name, renames=True)


def check_requests(requests: Sequence[Request]) -> None:
    """Raise UsageError if there is nothing to set, or if two requests ask for the same images."""
    if not requests:
        raise UsageError("no image is named", hint="write `kbump set-image ghcr.io/acme/web:1.4.2`")
    seen: dict[str, str] = {}
    for request in requests:
        for key in request.repositories or {f"container {request.container}"}:
            if seen.setdefault(key, request.text) != request.text:
                raise UsageError(f"`{seen[key]}` and `{request.text}` both set {key}", hint="leave one of them out")


def select_images(
    images: str | Iterable[str],
    *,
    containers: Iterable[str],
    kinds: Iterable[str],
    names: Iterable[str],
    namespaces: Iterable[str],
    no_downgrade: bool,
    drop_digest: bool,
) -> Selection:
    """Read what a run is asked for; raise UsageError for what is no request, or for two that contradict."""
    texts = [images] if isinstance(images, str) else images
    requests: list[Request] = [image_request(text) for text in texts]
    requests += [container_request(text) for text in containers]
    check_requests(requests)
    lowered = frozenset(kind.lower() for kind in kinds)
    return Selection(tuple(requests), lowered, frozenset(names), frozenset(namespaces), no_downgrade, drop_digest)


class Needles:
    """What a text holds if a request could match in it: a repository's path, a container's name, or an escape.

    Searching for words one by one is many times faster than for a pattern of alternatives. Helm values may split a
    path between `registry` and `repository`; the path's last part is in one piece there.
    """

    def __init__(self, requests: Iterable[Request]) -> None:
        names = {name for request in requests for name in request.repositories}
        containers = {request.container for request in requests if request.container}
        paths = {name.partition("/")[2].removeprefix("library/") for name in names}
        self.words = [word.encode() for word in sorted(paths | containers)]
        self.parts = [name.rpartition("/")[2].encode() for name in sorted(names)]
        # UTF-8 never has the byte 0xFF, the marks of UTF-16 and UTF-32 always do, and kubectl reads those, too.
        self.literals = [*self.words, *self.parts, b"\\", b"\xff"]

    def search(self, data: bytes) -> bool:
        """Whether one of them is in the bytes, or could be in what is no UTF-8."""
        if any(word in data for word in self.words) or data.startswith(_WIDE):
            return True
        if b"registry" in data and any(part in data for part in self.parts):
            return True
        return b"\\" in data and bool(re.search(_HIDING, data))


def _parse(text: str, whole: str) -> ImageReference:
    try:
        return ImageReference.parse(text)
    except ImageReferenceError as error:
        inside = f"in `{whole}`, " if whole != text else ""
        raise UsageError(f"{inside}{error.message}", hint=error.hint) from None
