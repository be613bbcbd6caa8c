"""Ignores: `# kbump: ignore[rule] reason` in a file, and `validate.ignore` in .kbump.yaml."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ConfigError
from kbump.finding import Finding
from kbump.source import Span
from kbump.validation.problem import Applied
from kbump.validation.rules import RULES
from kbump.validation.wording import close
from kbump.yaml.comments import real_comments
from kbump.yaml.nodes import Mapping, Scalar, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from kbump.config import Ignore
    from kbump.source import Source
    from kbump.yaml.nodes import Document

_COMMENT = re.compile(r"(?:(?<=[ \t\r\n])|\A)#[ \t]*kbump:[ \t]*ignore\[([^\]\r\n]*)\]")
# What was meant to be one.
_ALMOST = re.compile(r"(?i)(?:(?<=[ \t\r\n])|\A)#[ \t]*kbump[ \t]*:?[ \t]*ignore[ \t]*\[[^\]\r\n]*\]")
_COMMENT_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?[ \t]*(?:\r\n|\r|\n|\Z)")


class _Comment(NamedTuple):
    """A comment that ignores a rule on a line."""

    rule: str
    offset: int
    line: int
    text: str


# What can be said only when all files were seen.
_OF_THE_RUN = ("ambiguous-definition", "duplicate-resource")


def apply_comments(source: Source, documents: Sequence[Document], findings: list[Finding]) -> Applied:
    """Take away the findings that a comment of the source ignores, and add one for each comment that ignores nothing.

    A comment is about its own line, or if it stands alone about the next line that is no comment.
    """
    comments = list(_comments(source, documents))
    ignored = {(comment.rule, comment.line) for comment in comments}
    kept = [one for one in findings if (one.rule, one.location.line) not in ignored]
    used = {(one.rule, one.location.line) for one in findings}
    unused = [comment for comment in comments if (comment.rule, comment.line) not in used]
    waiting = [(one.line, _unused(source, one)) for one in unused if one.rule in _OF_THE_RUN]
    vain = [_unused(source, one) for one in unused if one.rule not in _OF_THE_RUN]
    return Applied([*kept, *vain, *_misspelt(source, documents)], len(findings) - len(kept), waiting)


def powerless(source: Source, rules: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each comment that would ignore one of the rules, in a source that kubectl cannot read."""
    for comment in _comments(source, ()):
        if comment.rule in rules:
            message = f"`{comment.rule}` cannot be ignored here: what kubectl cannot read, kbump cannot check"
            yield _at(source, comment, message, "mend the file, or leave it out with `--exclude`")


def apply_config(
    findings: list[Finding], ignores: Sequence[Ignore], relative: Callable[[str], str]
) -> tuple[list[Finding], frozenset[int]]:
    """Return the findings that no setting ignores, and the indexes of the settings that ignored one.

    `relative` makes the path of a file one from the directory of .kbump.yaml.
    """
    used = set()
    kept = []
    for finding in findings:
        matching = [
            index for index, ignore in enumerate(ignores) if _ignores(ignore, finding, relative(finding.location.file))
        ]
        used.update(matching)
        if not matching:
            kept.append(finding)
    return kept, frozenset(used)


def refuse_unknown_rules(ignores: Sequence[Ignore]) -> None:
    """Raise ConfigError, located, for a setting whose rule there is not."""
    for one in ignores:
        if one.rule not in RULES:
            alike = close(one.rule, RULES)
            hint = f"did you mean `{alike}`?" if alike else "`kbump validate --rules` names them"
            raise ConfigError(f"there is no rule `{one.rule}`", location=one.location, hint=hint)


def unused_settings(ignores: Sequence[Ignore], used: frozenset[int]) -> list[Finding]:
    """Return a finding for each setting that ignored nothing."""
    return [
        Finding("unused-ignore", "warning", one.location, f"ignores nothing: no `{one.rule}` fits it", "remove it")
        for index, one in enumerate(ignores)
        if index not in used
    ]


def _ignores(ignore: Ignore, finding: Finding, relative: str) -> bool:
    if ignore.rule != finding.rule or (ignore.kind and ignore.kind != finding.subject.partition(" ")[0]):
        return False
    return not ignore.path or fnmatchcase(relative, ignore.path) or relative.startswith(ignore.path.rstrip("/") + "/")


def _comments(source: Source, documents: Sequence[Document]) -> Iterator[_Comment]:
    block, line = Span(0, 0), 0
    for match in real_comments(source, _COMMENT.finditer(source.text), _scalars(documents)):
        # Of a block of comments the end is looked for once, as it may be long.
        if not block.start <= match.start() < block.end:
            block, line = _block(source, match.start())
        for rule in match[1].split(","):
            yield _Comment(rule.strip(), match.start(), line, match[0])


def _block(source: Source, offset: int) -> tuple[Span, int]:
    """Return the lines that stand alone from a comment on, and the line that they are about."""
    span = source.line_span(offset)
    if source.text[span.start : offset].strip(" \t"):
        return span, source.location(offset).line
    at = span.start
    while at < len(source.text) and (match := _COMMENT_LINE.match(source.text, at)):
        at = match.end()
    # At the end of the text there is no next line, even where there is a number for it.
    about = at if at < len(source.text) else offset
    return Span(span.start, at), source.location(about).line


def _misspelt(source: Source, documents: Sequence[Document]) -> Iterator[Finding]:
    for match in real_comments(source, _ALMOST.finditer(source.text), _scalars(documents)):
        if not _COMMENT.match(source.text, match.start()):
            message, fix = (
                f"`{match[0]}` ignores nothing, as it is written",
                "write it as `# kbump: ignore[rule] reason`",
            )
            yield Finding("unused-ignore", "warning", source.location(match.start()), message, fix, len(match[0]))


def _scalars(documents: Sequence[Document]) -> Iterator[Scalar]:
    for document in documents:
        for node, _ in walk(document.root) if document.root else ():
            scalars = [key for key, _ in node.pairs] if type(node) is Mapping else [node]
            yield from (scalar for scalar in scalars if type(scalar) is Scalar)


def _unused(source: Source, comment: _Comment) -> Finding:
    if comment.rule in RULES:
        message = f"ignores nothing: there is no `{comment.rule}` in line {comment.line}"
        return _at(source, comment, message, "remove the comment")
    alike = close(comment.rule, RULES)
    fix = f"did you mean `{alike}`?" if alike else "`kbump validate --rules` names them"
    return _at(source, comment, f"there is no rule `{comment.rule}`", fix)


def _at(source: Source, comment: _Comment, message: str, fix: str) -> Finding:
    return Finding("unused-ignore", "warning", source.location(comment.offset), message, fix, len(comment.text))
