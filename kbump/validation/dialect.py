"""dialect_problems(): plain texts that kubectl reads as something else than they seem to be.

https://github.com/kubernetes-sigs/yaml, which kubectl uses, follows YAML 1.1; other tools, as kustomize, do not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.errors import SourceError
from kbump.finding import Finding
from kbump.validation.problem import Problem
from kbump.validation.wording import found
from kbump.yaml.nodes import Mapping, Scalar, Sequence, follow, is_merge, walk
from kbump.yaml.scalars import resolve, resolve_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kbump.source import Source
    from kbump.yaml.nodes import Node, Path

_WORDS = "[yY]|[nN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF"
_NUMBERS = r"[-+]?0[0-9_]+|[-+]?0o[0-7_]+|[-+]?0b[01_]+|[-+]?[0-9][0-9_]*_[0-9_]*"
_BOOLEAN = re.compile(_WORDS)
_NUMBER = re.compile(_NUMBERS)
# What a version of something else loses as a number: the zero at its end, or that it is a text at all.
_FRACTION = re.compile(r"[-+]?[0-9][0-9_]*\.[0-9]*0|[-+]?[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]+|0x[0-9a-fA-F]+")
_VERSION = re.compile(r"(?i)(?:version|revision|release|tag|ref|sha|commit|branch|digest)$")
# Modes of files are octal, and meant to be.
_MODE = re.compile(r"(?i)mode|umask")


def dialect_problems(
    root: Node, place: Path, secret: Callable[[Path], bool], *, schema: bool = True
) -> Iterator[Problem]:
    """Yield the texts below the object at a place that are no strings to kubectl, and other values than they seem.

    `secret` says of a path in the object whether its value must not be shown. Where there is no `schema` that would
    complain of a number, versions that are one are told, too.
    """
    for node, path in walk(follow(root, place) or root):
        if type(node) is Mapping:
            yield from _keys(node, path, secret)
            below: list[tuple[Path, Node]] = [((*path, name), value) for name, value in node.items()]
        elif type(node) is Sequence:
            below = [((*path, index), item) for index, item in enumerate(node.items)]
        else:
            continue
        for at, value in below:
            if type(value) is Scalar and not value.style and not value.tag:
                problems = [*_value(value.value, at), *(() if schema else _version(value.value, at))]
                yield from (_hidden(one) if secret(at) else one for one in problems)


def brace_findings(source: Source) -> list[Finding]:
    """Return a finding where an older kubectl takes a text that begins with a brace for JSON, and stops.

    https://pkg.go.dev/k8s.io/apimachinery/pkg/util/yaml#YAMLOrJSONDecoder
    """
    from kbump.yaml.streams import end_of_json

    end = end_of_json(source.text)
    if end is None:
        return []
    message = "kubectl before 1.33 reads a text that begins with `{` as JSON, up to here"
    return [Finding("yaml-syntax", "warning", source.location(end), message, "begin the file with a line `---`")]


def _hidden(problem: Problem) -> Problem:
    message = "the text is no string to kubectl, as it is written"
    return problem._replace(message=message, fix="write it in quotes", secret=True)


def _keys(node: Mapping, path: Path, secret: Callable[[Path], bool]) -> Iterator[Problem]:
    for key, _ in node.pairs:
        if type(key) is Scalar and not key.style and not key.tag and not is_merge(key):
            value = _resolved(key.value)
            if value is not None and not isinstance(value, str):
                message = f'the key `{key.value}` is no string: kubectl makes it "{resolve_key(key.value)}"'
                fix = f'write it in quotes: "{key.value}"'
                at = (*path, key.value)
                yield Problem("non-string-key", at, message, fix, at_key=True, secret=secret(at))


def _value(text: str, path: Path) -> Iterator[Problem]:
    if _BOOLEAN.fullmatch(text):
        word = found(resolve(text)).rpartition(" ")[2]
        message = f"`{text}` is the boolean {word} to kubectl, and a string to YAML 1.2 and kustomize"
        yield Problem("surprising-scalar", path, message, f'write {word}, or "{text}" in quotes')
    elif _NUMBER.fullmatch(text) and not _MODE.search(str(path[-1] if path else "")):
        value = _resolved(text)
        if isinstance(value, int) and str(value) != text:
            message = f"`{text}` is the integer {value} to kubectl"
            yield Problem("surprising-scalar", path, message, f'write {value}, or "{text}" in quotes')


def _version(text: str, path: Path) -> Iterator[Problem]:
    if _FRACTION.fullmatch(text) and _VERSION.search(str(path[-1] if path else "")):
        message = f"`{text}` is the {found(_resolved(text)).removeprefix('the ')} to kubectl"
        yield Problem("surprising-scalar", path, message, f'write it in quotes: "{text}"')


def _resolved(text: str) -> object:
    try:
        return resolve(text)
    except SourceError:
        return None
