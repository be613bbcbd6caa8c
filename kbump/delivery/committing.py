"""Style: how a commit of kbump looks, from what the caller and the target say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import UsageError
from kbump.git import Person, commit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.config import Config
    from kbump.delivery.checkout import Checkout

# CI systems set GIT_AUTHOR_* to the author of the commit that they build: a bot's commit is the bot's own.
_AUTHOR = Person("kbump", "kbump@localhost")
_PERSON = re.compile(r"\s*([^<>]*[^<>\s])\s*<([^<>\s]+)>\s*")


class Style(NamedTuple):
    """The template of the message, the author (`Name <address>`), [CI SKIP] or not, a signature or not.

    What is empty is said by the target's .kbump.yaml, or else by kbump.
    """

    message: str = ""
    author: str = ""
    skip_ci: bool = False
    sign: bool = False

    def under(self, config: Config) -> Style:
        """Return the style with what the target says where nothing was given."""
        return self._replace(message=self.message or config.commit.message, author=self.author or config.commit.author)

    @property
    def person(self) -> Person:
        """The author; raise UsageError if the text is none."""
        if not self.author:
            return _AUTHOR
        match = _PERSON.fullmatch(self.author)
        if not match:
            raise UsageError(f"`{self.author}` is no author", hint="write `Name <address>`")
        return Person(match[1], match[2])


def commit_files(checkout: Checkout, message: str, files: Iterable[str], style: Style) -> str | None:
    """Commit files, named from the top of the clone; return the commit, None if nothing changed."""
    person = style.person
    return commit(checkout.repository, message, files, author=person, committer=person, sign=style.sign)
