"""Reports for people: rows for stdout, words for stderr; colour is the caller's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbump.inventory import Image, ImagesResult
    from kbump.rewriting.result import Change
    from kbump.update import SetImageResult

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}
_COLOUR_OF = {
    "major": "red", "minor": "yellow", "patch": "green", "prerelease": "yellow", "digest": "green", "downgrade": "red",
    "same": "dim", "unknown": "yellow",
}  # fmt: skip


class Palette:
    """Paints text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, *names: str) -> str:
        """Return the text in the named colours."""
        if not self.colour or not text:
            return text
        codes = ";".join(_CODES[name] for name in names)
        return f"\033[{codes}m{text}\033[0m"


def images_rows(result: ImagesResult, *, colour: bool) -> str:
    """Return one aligned row for each image: place, workload, container, reference, and what is wrong with it."""
    paint = Palette(colour)
    rows = [(str(image.location), image.workload, image.container, image.reference) for image in result.images]
    notes = ["  " + paint(image.problem, "yellow") if image.problem else "" for image in result.images]
    lines = aligned(rows, [("cyan",), (), (), ("bold",)], paint)
    return "".join(f"{line.rstrip()}{note}\n" for line, note in zip(lines, notes, strict=True))


def change_rows(changes: Iterable[Change], *, colour: bool) -> str:
    """Return one aligned row for each change: place, workload, container, old and new, class."""
    paint = Palette(colour)
    changes = list(changes)
    rows = [(str(one.location), one.workload, one.container, change_text(one)) for one in changes]
    kinds = [paint(one.change, _COLOUR_OF[one.change]) for one in changes]
    lines = aligned(rows, [("cyan",), (), (), ("bold",)], paint)
    return "".join(f"{line}  {kind}\n" for line, kind in zip(lines, kinds, strict=True))


def change_text(change: Change) -> str:
    """Write what changes: `ghcr.io/acme/web 1.4.1 → 1.4.2`, or both references if the name changes."""
    new = ImageReference.parse(change.new)
    old_name = change.old.partition("@")[0]
    if change.old == new.name or (change.old.startswith(new.name) and change.old[len(new.name)] in ":@"):
        old = change.old[len(new.name) :].lstrip(":@")
        return f"{new.name} {old or '(no tag)'} → {change.new[len(new.name) :].lstrip(':@')}"
    return f"{change.old or old_name} → {change.new}"


def aligned(rows: Sequence[Sequence[str]], styles: Sequence[tuple[str, ...]], paint: Palette) -> list[str]:
    """Pad the cells of each column to the same width; empty columns vanish."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(len(styles))]
    lines = []
    for row in rows:
        cells = [
            paint(cell, *style) + " " * (width - len(cell)) if style else cell.ljust(width)
            for cell, style, width in zip(row, styles, widths, strict=True)
            if width
        ]
        lines.append("  ".join(cells))
    return lines


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 image`, `2 images`, `3 entries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def images_words(result: ImagesResult, *, verbose: bool) -> list[str]:
    """Return what is said beside the rows."""
    named = {image.location.file for image in result.images}
    words = [f"{counted(len(result.images), 'image')} in {len(named):,} of {counted(result.files, 'file')}"]
    if result.others:
        words[0] += f"; {counted(result.others, 'file')} {'is' if result.others == 1 else 'are'} no manifest"
    return words + skipped_words(result.skipped, verbose=verbose)


def skipped_words(skipped: Sequence[tuple[str, str]], *, verbose: bool) -> list[str]:
    """Say what was left out: each path if asked for, else how many for each reason."""
    if verbose:
        return [f"skipped: {path} {reason}" for path, reason in skipped]
    reasons: dict[str, list[str]] = {}
    for path, reason in skipped:
        reasons.setdefault(reason, []).append(path)
    return [
        f"skipped: {paths[0]} {reason}"
        if len(paths) == 1
        else f"skipped: {len(paths):,} paths, each {reason} (`-v` names them)"
        for reason, paths in reasons.items()
    ]


def set_image_words(result: SetImageResult, *, wrote: bool, verbose: bool, colour: bool) -> list[str]:
    """Return what is said beside the rows: refusals, near misses, what matched nothing, and the sum."""
    paint = Palette(colour)
    words = [_refused(change, paint) for change in result.of("refused")]
    words += [_left(change, paint) for change in result.of("overridden")]
    if verbose:
        words += [f"{one.location}: {one.new} is there already" for one in result.of("unchanged")]
    words += [
        f"{finding.location}: {paint('near miss', 'yellow')}: {finding.message}"
        + (f"\n  {paint('hint', 'cyan')}: {finding.fix}" if finding.fix else "")
        for finding in result.findings
    ]
    words += [_unmatched(text, close, result.files, paint) for text, close in result.unmatched.items()]
    words += skipped_words(result.skipped, verbose=verbose)
    return [*words, *_sum(result, wrote)]


def _refused(change: Change, paint: Palette) -> str:
    return f"{change.location}: {paint('refused', 'red', 'bold')}: {_named(change)} {change.reason}"


def _left(change: Change, paint: Palette) -> str:
    return f"{change.location}: {paint('left', 'yellow')}: {_named(change)} {change.reason}"


def _named(change: Change) -> str:
    owner = f"{change.workload}, container {change.container}: " if change.workload else ""
    return f"{owner}`{change.old}`"


def _unmatched(text: str, close: Sequence[str], files: int, paint: Palette) -> str:
    looked = f"no image in {counted(files, 'file')} matches `{text}`"
    hint = f"\n  {paint('hint', 'cyan')}: did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""
    return f"{paint('error', 'red', 'bold')}: {looked}{hint}"


def _sum(result: SetImageResult, wrote: bool) -> list[str]:
    changed = result.changed
    if result.blocked and (changed or result.errors):
        return [f"nothing was written: {result.blocked}"]
    if changed:
        count = len({change.location.file for change in changed})
        verb = "changed" if wrote else "would change"
        environments = sorted({change.environment for change in changed if change.environment})
        where = f" ({', '.join(environments)})" if environments else ""
        return [f"{counted(len(changed), 'image')} {verb} in {counted(count, 'file')}{where}"]
    unchanged = len(result.of("unchanged"))
    return [f"nothing to do: {counted(unchanged, 'image')} already as asked for"] if unchanged else []


def image_line(image: Image) -> str:
    """Write an image as one line without alignment, for annotations."""
    return " ".join(part for part in (image.workload, image.container, image.reference) if part)
