"""What promotion does with any forge: one comment kept up to date, a pull request closed with a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.forge import Comment, Forge, PullRequest


def upsert_comment(
    forge: Forge, number: int, marker: str, body: str, *, stays: Callable[[Comment], bool] | None = None
) -> Comment:
    """Write the one comment that begins with a hidden marker: replace its text, or add it; `body` is without marker.

    What is there already and `stays` is returned as it is. A comment of somebody else is not taken for it, if the forge
    tells whose token this is: its author could change the text again, and a quotation of the marker is not at the
    beginning.
    """
    text = f"{marker}\n{body}"
    me = forge.who_am_i().login.casefold()
    ours = [
        one for one in forge.comments(number) if one.body.startswith(marker) and (not me or one.author.casefold() == me)
    ]
    if not ours:
        return forge.create_comment(number, text)
    # A forge may turn line ends into CRLF, as its web editor does.
    same = ours[0].body.replace("\r\n", "\n").strip() == text.strip()
    return ours[0] if same or (stays and stays(ours[0])) else forge.update_comment(ours[0].id, text)


def close_with_comment(forge: Forge, number: int, words: str) -> PullRequest:
    """Say why, then close; a run that died between the two does not say it twice."""
    if all(one.body.strip() != words.strip() for one in forge.comments(number)):
        forge.create_comment(number, words)
    return forge.update(number, state="closed")


def each_reviewer(names: Sequence[str], ask: Callable[[Sequence[str]], str]) -> tuple[str, ...]:
    """Ask for all reviews at once, and one by one if that is refused; `ask` returns the refusal's words, "" if none.

    One unknown name makes forges refuse the whole list.
    """
    if not names or not ask(names):
        return ()
    refused = [(name, ask([name])) for name in names]
    return tuple(f"`{name}` was not asked for a review: {words}" for name, words in refused if words)


def split_teams(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the members of a review request: `org/team` is a team, everything else a user."""
    found = {
        "reviewers": [name for name in names if "/" not in name],
        "team_reviewers": [name.partition("/")[2] for name in names if "/" in name],
    }
    return {key: value for key, value in found.items() if value}
