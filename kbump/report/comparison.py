"""Reports of a promotion diff for people: what goes to stdout, and the words beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.characters import printable
from kbump.errors import ImageReferenceError, SourceError
from kbump.image import ImageReference
from kbump.report.text import Palette, aligned, counted, short, skipped_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kbump.comparison import Difference, ImageDifference, Note, Object, PromotionDiff

    # What a line says: `-` gone, `+` new, `~` changed, `@` the numbers of the lines below, a blank for context; and it.
    Line = tuple[str, str]

_COLOUR_OF = {"-": "red", "+": "green", "~": "yellow", "@": "cyan"}
_CLASSES = {
    "major": "red", "minor": "yellow", "patch": "green", "prerelease": "yellow", "digest": "green", "downgrade": "red",
    "same": "dim", "unknown": "yellow",
}  # fmt: skip
_SKIPPED = ("other", "skipped", "template")
_CONTEXT = 2
# What YAML reads as something else at the beginning of a text, and in it.
_INDICATOR = re.compile(r"""[-?:](?=\s|\Z)|[,\[\]{}#&*!|>'"%@`]|.*(?::\s|\s#|:\Z)""")


def diff_text(result: PromotionDiff, *, colour: bool, verbose: bool = False) -> str:
    """Return the images, what else differs, and what is on one side only; with `verbose` also what is expected."""
    paint = Palette(colour)
    blocks = [
        [paint(f"{printable(result.old)} → {printable(result.new)}", "bold")],
        _images(result.images, paint),
        *(_object(group, paint) for group in by_object(result.unexpected)),
        _expected(result, paint),
        *(_object(group, paint) for group in by_object(one for one in result.differences if verbose and one.expected)),
        _only("-", result.old, result.only_old, paint),
        _only("+", result.new, result.only_new, paint),
    ]
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks if block)


def diff_words(result: PromotionDiff, *, verbose: bool) -> list[str]:
    """Return what is said beside the report and the errors: what could not be compared in full, and the sum."""
    words = [_note(note) for note in result.notes if not (note.is_error or note.kind in (*_SKIPPED, "unused"))]
    left = [(printable(str(note.location)), note.message) for note in result.notes if note.kind in _SKIPPED]
    unused = [_note(note) for note in result.notes if note.kind == "unused"]
    if len(unused) > 1 and not verbose:
        unused = [f"note: {len(unused):,} rules expect nothing that differs (`-v` names them)"]
    return [*words, *unused, *skipped_words(left, verbose=verbose), diff_sum(result, named=printable)]


def diff_sum(result: PromotionDiff, *, named: Callable[[str], str]) -> str:
    """Say in one line how much differs; `named` writes the name of a side."""
    parts = [
        (len(result.images), "image", ""),
        (len(result.unexpected), "difference", " that nothing expects"),
        (sum(result.expected.values()), "expected difference", ""),
        (len(result.only_old), "object", f" only in {named(result.old)}"),
        (len(result.only_new), "object", f" only in {named(result.new)}"),
    ]
    said = [f"{counted(number, noun)}{what}" for number, noun, what in parts if number]
    same = "is" if result.equal == 1 else "are"
    missing = f"; not complete: {counted(len(result.errors), 'error')}" if result.errors else ""
    return f"{', '.join(said) or 'nothing differs'}; {counted(result.equal, 'object')} {same} the same{missing}"


def by_object(differences: Iterable[Difference]) -> list[list[Difference]]:
    """Return differences that are in order in one list for each object."""
    found: dict[tuple[Object, Object], list[Difference]] = {}
    for one in differences:
        found.setdefault((one.old_object, one.new_object), []).append(one)
    return list(found.values())


def subject(one: Difference | ImageDifference) -> str:
    """Name the object of a difference as people do, by both names if it has two."""
    old, new = printable(one.old_object.subject), printable(one.new_object.subject)
    return new if old == new else f"{old} → {new}"


def references(one: ImageDifference) -> tuple[str, str, str]:
    """Return the name that both references have, and what follows it; the whole references if the names differ."""
    try:
        both = [ImageReference.parse(text) for text in (one.old, one.new)]
    except ImageReferenceError:
        return "", short(printable(one.old)), short(printable(one.new))
    if both[0].name != both[1].name:
        return "", short(one.old), short(one.new)
    old, new = (short(str(each)[len(each.name) :].lstrip(":@")) or "(no tag)" for each in both)
    return both[0].name, old, new


def difference_lines(one: Difference, *, arrow: bool) -> Iterator[Line]:
    """Yield the lines of a difference; values of one line are in one, with an `arrow`, or in two."""
    path = printable(one.path)
    if one.secret:
        yield {"added": "+", "removed": "-"}.get(one.kind, "~"), f"{path}: a secret value, {one.kind}"
    elif one.kind == "order":
        old, new = (printable(", ".join(names)) for names in (one.old, one.new))
        yield "~", f"{path}: in another order: {old} → {new}"
    elif type(one.old) is str and type(one.new) is str and "\n" in one.old + one.new:
        yield "~", f"{path}:"
        yield from _changed_lines(one.old, one.new)
    elif arrow and one.kind == "changed" and not (_is_block(one.old) or _is_block(one.new)):
        yield "~", f"{path}: {_inline(one.old)} → {_inline(one.new)}"
    else:
        yield from (("-", line) for line in (_written(path, one.old) if one.kind != "added" else ()))
        yield from (("+", line) for line in (_written(path, one.new) if one.kind != "removed" else ()))


def _images(images: list[ImageDifference], paint: Palette) -> list[str]:
    rows = []
    for one in images:
        name, old, new = references(one)
        where = one.path if one.new_object.role == "values" else one.container
        rows.append((str(one.new_location), subject(one), where, f"{name} {old} → {new}".lstrip()))
    classes = [paint(one.change, _CLASSES[one.change]) for one in images]
    lines = aligned([tuple(map(printable, row)) for row in rows], [("cyan",), (), (), ("bold",)], paint)
    return [f"{line}  {class_}" for line, class_ in zip(lines, classes, strict=True)]


def _object(differences: list[Difference], paint: Palette) -> list[str]:
    lines = [line for one in differences for line in difference_lines(one, arrow=True)]
    return [paint(subject(differences[0]), "bold"), *(f"  {_painted(sign, text, paint)}" for sign, text in lines)]


def _painted(sign: str, text: str, paint: Palette) -> str:
    shown = text if sign == "@" else f"{sign} {text}"
    return paint(shown, _COLOUR_OF[sign]) if sign in _COLOUR_OF else shown


def _expected(result: PromotionDiff, paint: Palette) -> list[str]:
    rules = [f"{printable(rule)} {number:,}" for rule, number in result.expected.items()]
    return [f"{paint('expected', 'dim')}: {', '.join(rules)}"] if rules else []


def _only(sign: str, side: str, objects: list[Object], paint: Palette) -> list[str]:
    if not objects:
        return []
    rows = [(printable(one.subject), printable(str(one.location))) for one in objects]
    lines = aligned(rows, [(_COLOUR_OF[sign],), ()], paint)
    return [
        paint(f"only in {printable(side)}", "bold"),
        *(f"  {paint(sign, _COLOUR_OF[sign])} {line.rstrip()}" for line in lines),
    ]


def _note(note: Note) -> str:
    said = printable(f"{note.location}: note: {note.message}" if note.location else f"note: {note.message}")
    return f"{said}\n  hint: {printable(note.hint)}" if note.hint else said


def _changed_lines(old: str, new: str) -> Iterator[Line]:
    from difflib import unified_diff

    for line in list(unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=_CONTEXT))[2:]:
        yield line[:1], line if line.startswith("@") else _line(line[1:])


def _written(path: str, value: Any) -> list[str]:
    """Write a value behind its path, in block style if it does not go into the line."""
    if not _is_block(value):
        return [f"{path}: {_inline(value)}"]
    head = f"{path}: |" if type(value) is str else f"{path}:"
    return [head, *(f"  {line}" for line in _block(value))]


def _is_block(value: Any) -> bool:
    return bool(value) and (type(value) in (dict, list) or (type(value) is str and "\n" in value))


def _block(value: Any) -> list[str]:
    if type(value) is str:
        return [_line(line) for line in value.split("\n")]
    if type(value) is dict:
        return [line for key, below in value.items() for line in _written(_inline(key), below)]
    return [line for item in value for line in _item(item)]


def _item(item: Any) -> list[str]:
    lines = _block(item) if _is_block(item) else [_inline(item)]
    if _is_block(item) and type(item) is str:
        return ["- |", *(f"  {line}" for line in lines)]
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _line(line: str) -> str:
    return "\t".join(printable(part) for part in line.split("\t"))


def _inline(value: Any) -> str:
    """Write a value that goes into a line as YAML has it; a text that is read as something else is quoted."""
    if type(value) is not str:
        return {True: "true", False: "false", None: "null"}[value] if type(value) in (bool, type(None)) else str(value)
    if value.isprintable() and value == value.strip() and value and not _INDICATOR.match(value) and _is_text(value):
        return value
    from json import dumps

    return printable(dumps(value, ensure_ascii=False))


def _is_text(value: str) -> bool:
    from kbump.yaml.scalars import resolve

    try:
        return type(resolve(value)) is str
    except SourceError:
        return False
