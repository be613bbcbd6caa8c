"""What a pull request is of, and the name of the branch that it comes from: never the same for two."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from kbump.image import ImageReference
from kbump.remote import check_ref

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAFE = "/:+=.@,"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 100


class Subject(NamedTuple):
    """What a pull request is of: a directory, in it a group of images or some images, and what else narrows it.

    Images are repositories in their normal spelling; the order of images says nothing.
    """

    directory: str = ""
    group: str = ""
    images: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [
            self.directory or ".",
            *([f":{self.group}"] if self.group else []),
            *(f"+{image}" for image in sorted(set(self.images))),
            *(f"={text}" for text in sorted(set(self.narrowed))),
        ]
        return " ".join(quote(part, safe=_SAFE) for part in parts)


def read_subject(text: str) -> Subject:
    """Return what the text of a subject says."""
    directory, *rest = (unquote(part) for part in text.split(" "))
    of = {sign: tuple(part[1:] for part in rest if part[:1] == sign) for sign in ":+="}
    return Subject("" if directory == "." else directory, "".join(of[":"]), of["+"], of["="])


def repositories(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the repositories of references in their normal spelling, sorted, each once."""
    return tuple(sorted({ImageReference.parse(text).repository for text in texts}))


def head_name(verb: str, subject: Subject, base: str = "") -> str:
    """Return the branch for a subject; `base` is the branch it goes into, "" for the default one of the repository.

    `kbump/promote-live.shop` is directory and group; `+` begins an image, `@` the base. Where this is not all, for
    names are shortened or have other characters, a hash of all ends it.
    """
    images = [ImageReference(image).familiar() for image in sorted(set(subject.images))]
    parts = [
        *([("-", subject.directory)] if subject.directory else []),
        *([(".", subject.group)] if subject.group else []),
        *(("+", image) for image in images),
        *([("@", base)] if base else []),
    ]
    shown = "".join(f"{sign}{_slug(text.rpartition('/')[2] if sign == '+' else text)}" for sign, text in parts)
    # `.lock` is no end of a branch's name.
    whole = all(_slug(text) == text for _, text in parts) and not (subject.narrowed or shown.endswith(".lock"))
    if whole and len(shown) <= _LONGEST:
        return check_ref(f"kbump/{verb}{shown}")
    name = sha256(f"{subject}\n{base}".encode()).hexdigest()[:8]
    return check_ref(f"kbump/{verb}{shown[:_LONGEST]}-{name}")


def _slug(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text)
