"""Reports for people: rows for stdout, words for stderr; colour is the caller's choice."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from kbump.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kbump.finding import Finding
    from kbump.inventory import Image, ImagesResult
    from kbump.rewriting.result import Change
    from kbump.update import SetImageResult

# So many near misses are shown without `-v`.
_FEW = 10
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


def images_rows(result: ImagesResult, *, colour: bool, unpinned: bool = False) -> str:
    """Return one aligned row for each image: place, workload, container, reference, and what is wrong with it.

    With `unpinned` only those that are not pinned, and why.
    """
    paint = Palette(colour)
    images = result.unpinned if unpinned else result.images
    rows = [(str(image.location), image.workload, part(image), image.reference) for image in images]
    said = [image.unpinned if unpinned else image.problem for image in images]
    notes = ["  " + paint(printable(note), "yellow") if note else "" for note in said]
    lines = aligned(rows, [("cyan",), (), (), ("bold",)], paint)
    return "".join(f"{line.rstrip()}{note}\n" for line, note in zip(lines, notes, strict=True))


def change_rows(changes: Iterable[Change], *, colour: bool) -> str:
    """Return one aligned row for each change: place, workload, container, old and new, class."""
    paint = Palette(colour)
    changes = list(changes)
    rows = [(str(one.location), one.workload, part(one), change_text(one)) for one in changes]
    kinds = [paint(one.change, _COLOUR_OF[one.change]) for one in changes]
    lines = aligned(rows, [("cyan",), (), (), ("bold",)], paint)
    return "".join(f"{line}  {kind}\n" for line, kind in zip(lines, kinds, strict=True))


def part(one: Image | Change) -> str:
    """Name what of the object or file the image is for: the container, or the path in Helm values."""
    return one.path if one.role == "values" else one.container


def change_text(change: Change) -> str:
    """Write what changes: `ghcr.io/acme/web 1.4.1 → 1.4.2`, or both references if the name changes."""
    from kbump.image import ImageReference

    name = ImageReference.parse(change.new).name
    if change.old == name or (change.old.startswith(name) and change.old[len(name)] in ":@"):
        old, new = (short(text[len(name) :].lstrip(":@")) for text in (change.old, change.new))
        return f"{name} {old or '(no tag)'} → {new or '(no tag)'}"
    return f"{short(change.old)} → {short(change.new)}"


def unicode(text: str) -> str:
    """Replace what stands for bytes of file names that are no UTF-8: programs refuse a whole report for one of them."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def plain(value: Any) -> Any:
    """Return a result with all of its texts printable: what manifests, people and servers write is in them."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        made = [plain(one) for one in value]
        return type(value)._make(made) if hasattr(value, "_make") else type(value)(made)
    return value


def short(reference: str) -> str:
    """Shorten the digest of a reference, as `docker images` does."""
    return re.sub(r"(sha\d+:[0-9a-f]{12})[0-9a-f]+", r"\1…", reference)


def aligned(rows: Sequence[Sequence[str]], styles: Sequence[tuple[str, ...]], paint: Palette) -> list[str]:
    """Pad the cells of each column to the same width; empty columns vanish."""
    rows = [[printable(cell) for cell in row] for row in rows]
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
    if noun.endswith("y") and not noun.endswith("ay"):
        plural = f"{noun[:-1]}ies"
    else:
        plural = f"{noun}es" if noun.endswith(("ch", "ss")) else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def images_words(result: ImagesResult, *, verbose: bool) -> list[str]:
    """Return what is said beside the rows."""
    named = {image.location.file for image in result.images}
    words = [f"{counted(len(result.images), 'image')} in {len(named):,} of {counted(result.files, 'file')}"]
    if result.others:
        are = "is" if result.others == 1 else "are"
        words[0] += f"; {counted(result.others, 'file')} that could hold one {are} no manifest"
    return words + skipped_words(result.skipped, verbose=verbose)


def pinned_words(result: ImagesResult, *, verbose: bool) -> list[str]:
    """Return what is said beside the rows of images that are not pinned."""
    bad = len(result.unpinned)
    words = [f"{bad:,} of {counted(len(result.images), 'image')} {'is' if bad == 1 else 'are'} not pinned"]
    left = [one for one in result.images if not one.unpinned and (one.problem or not (one.tag or one.digest))]
    if left:
        words[0] += f"; {len(left):,} taken as is: excused by `# kbump: ignore`, or with a part said elsewhere"
    if bad:
        words.append("  hint: `# kbump: ignore` on its line excuses an image")
    words += [printable(f"taken: {one.location} {one.reference}") for one in left if verbose]
    return words + skipped_words(result.skipped, verbose=verbose)


def skipped_words(skipped: Sequence[tuple[str, str]], *, verbose: bool) -> list[str]:
    """Say what was left out: each path if asked for, else how many for each reason."""
    skipped = plain(skipped)
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


def set_image_words(
    result: SetImageResult, *, wrote: bool, verbose: bool, colour: bool, quiet: bool = False
) -> list[str]:
    """Return what is said beside the rows: refusals, near misses, what matched nothing, and the sum.

    With `quiet` only why what was asked for is not done.
    """
    paint = Palette(colour)
    result = plain(result._replace(patch="", text=None))
    words = [_refused(change, paint) for change in result.of("refused")]
    end = [*(_unmatched(result, text, close, paint) for text, close in result.unmatched.items()), *_sum(result, wrote)]
    if quiet:
        return [*words, *(end if result.blocked else ())]
    words += [_left(change, paint) for change in result.of("overridden")]
    if verbose:
        words += [f"{one.location}: `{short(one.new)}` is there already" for one in result.of("unchanged")]
    words += _near_misses(result.findings if verbose else result.findings[:_FEW], paint)
    if not verbose and len(result.findings) > _FEW:
        words.append(f"{counted(len(result.findings) - _FEW, 'more near miss')} (`-v` names them)")
    return [*words, *skipped_words(result.skipped, verbose=verbose), *end]


def _near_misses(findings: Sequence[Finding], paint: Palette) -> Iterator[str]:
    """Yield the findings; what there is to do comes once behind those in a row that share it."""
    for finding, following in zip_longest(findings, findings[1:]):
        last = not following or following.fix != finding.fix
        hint = f"\n  {paint('hint', 'cyan')}: {finding.fix}" if finding.fix and last else ""
        yield f"{finding.location}: {paint('near miss', 'yellow')}: {finding.message}{hint}"


def _refused(change: Change, paint: Palette) -> str:
    return f"{change.location}: {paint('refused', 'red', 'bold')}: {_named(change)} {change.reason}"


def _left(change: Change, paint: Palette) -> str:
    return f"{change.location}: {paint('left', 'yellow')}: {_named(change)} {change.reason}"


def _named(change: Change) -> str:
    container = f", container {change.container}" if change.container else ""
    owner = f"{change.workload}{container}: " if change.workload else ""
    return f"{owner}`{short(change.old)}`"


def _unmatched(result: SetImageResult, text: str, close: Sequence[str], paint: Palette) -> str:
    word = paint("error", "red", "bold") if result.blocked else paint("note", "yellow")
    hint = f"did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""
    if result.filtered.get(text):
        hint = f"{counted(result.filtered[text], 'image')} would, but for `--kind`, `--name` and `--namespace`"
    hint = f"\n  {paint('hint', 'cyan')}: {hint}" if hint else ""
    return f"{word}: no image in {counted(result.files, 'file')} matches `{text}`{hint}"


def _sum(result: SetImageResult, wrote: bool) -> list[str]:
    changed, refused, unchanged = result.changed, len(result.of("refused")), len(result.of("unchanged"))
    if result.blocked:
        return [f"nothing was written: {result.blocked}"] if changed or result.errors else []
    beside = f", {refused:,} refused" if refused else ""
    if changed:
        count = len({change.location.file for change in changed})
        verb = "changed" if wrote else "would change"
        environments = sorted({change.environment for change in changed if change.environment})
        where = f" ({', '.join(environments)})" if environments else ""
        return [f"{counted(len(changed), 'image')} {verb} in {counted(count, 'file')}{where}{beside}"]
    if refused:
        return [f"nothing changed{beside}"]
    return [f"nothing to do: {counted(unchanged, 'image')} already as asked for"] if unchanged else []


def image_line(image: Image, *, unpinned: bool = False) -> str:
    """Write an image as one line without alignment, for annotations; with `unpinned` say why it is not pinned."""
    words = " ".join(word for word in (image.workload, part(image), image.reference) if word)
    return f"{words} {image.unpinned if unpinned else image.problem}".rstrip()
