"""What is said of a delivery: the commit of a dry run, and words about what was pushed, or why nothing was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.report.text import Palette, set_image_words

if TYPE_CHECKING:
    from kbump.delivery import Delivery


def commit_text(delivery: Delivery) -> str:
    """Return the message and the patch of a commit as `git show` does; `git apply` takes the patch out of it."""
    message = "".join(f"    {line}".rstrip() + "\n" for line in delivery.message.splitlines())
    return f"{message}\n{delivery.result.patch}"


def delivery_words(delivery: Delivery, *, verbose: bool, colour: bool) -> list[str]:
    """Return what is said beside the rows: of the images first, then of the repository."""
    paint = Palette(colour)
    pushed = delivery.status == "pushed"
    told = delivery.status not in ("superseded", "refused")
    words = set_image_words(delivery.result, wrote=pushed, verbose=verbose, colour=colour) if told else []
    words += [f"{paint('note', 'yellow')}: {note}" for note in delivery.notes]
    place = f"`{delivery.branch}` of {delivery.repository}"
    if pushed:
        again = f", at attempt {delivery.attempts}: the branch had moved" if delivery.attempts > 1 else ""
        words.append(f"pushed {delivery.commit[:12]} to {place}{again}")
    elif delivery.status == "planned":
        words.append(f"would be pushed to {place}")
    elif delivery.status == "superseded":
        words.append(f"{paint('superseded', 'yellow')}: {delivery.reason}; nothing was pushed")
        words.append(f"  {paint('hint', 'cyan')}: `--force` goes ahead, `--superseded-ok` takes it for a success")
    elif delivery.status == "refused":
        words.append(f"{paint('refused', 'red', 'bold')}: {delivery.repository}: {delivery.reason}")
    return words
