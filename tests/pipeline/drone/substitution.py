"""substitute(): the `${NAME}` forms, as they are replaced in a `.drone.yml` before it is read as YAML.

https://docs.drone.io/pipeline/environment/substitution/
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FORM = re.compile(r"(?<!\$)\$\{(?P<inner>(?:[^{}\\]|\\.)*)\}")
_NAME = r"(?P<name>[A-Za-z_]\w*)"
# Known when a step runs only, not when the file is read.
_LATER = re.compile(r"DRONE_(STEP_\w+|STAGE_(STARTED|FINISHED|STATUS)|BUILD_(STATUS|FINISHED)|FAILED_\w+)")


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Replace the forms in a text; a variable that there is not is empty, and `$${NAME}` is left as `${NAME}`."""
    known = {name: value for name, value in variables.items() if not _LATER.fullmatch(name)}
    return _FORM.sub(lambda match: _quoted(_value(match["inner"], known)), text).replace("$${", "${")


def _quoted(value: str) -> str:
    """Return a value as it stands in the file: one of several lines is in quotes, with escapes."""
    if "\n" not in value:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _value(inner: str, variables: Mapping[str, str]) -> str:
    for pattern, form in _FORMS:
        match = re.fullmatch(pattern, inner, re.DOTALL)
        if match:
            return form(variables.get(match["name"], ""), *match.groups()[1:])
    raise ValueError(f"`${{{inner}}}` is no substitution that Drone knows")


def _sliced(value: str, start: str, length: str | None) -> str:
    return value[int(start) :][: int(length)] if length else value[int(start) :]


def _trimmed(value: str, sign: str, glob: str) -> str:
    """Take off the shortest (`#`, `%`) or longest (`##`, `%%`) beginning or end that a glob matches."""
    matches = re.compile(translate(glob)).fullmatch
    ends = range(len(value) + 1)
    if sign[0] == "#":
        found = [value[end:] for end in ends if matches(value[:end])]
    else:
        found = [value[:end] for end in reversed(ends) if matches(value[end:])]
    return found[-1 if len(sign) == 2 else 0] if found else value


def _replaced(value: str, kind: str, old: str, new: str | None) -> str:
    old, new = (re.sub(r"\\(.)", r"\1", text or "") for text in (old, new))
    if kind == "/#":
        return new + value.removeprefix(old) if value.startswith(old) else value
    if kind == "/%":
        return value.removesuffix(old) + new if value.endswith(old) else value
    return value.replace(old, new, -1 if kind == "//" else 1)


def _cased(value: str, sign: str) -> str:
    change = str.upper if sign[0] == "^" else str.lower
    return change(value) if len(sign) == 2 else change(value[:1]) + value[1:]


_FORMS: tuple[tuple[str, Callable[..., str]], ...] = (
    (_NAME, lambda value: value),
    (rf"#{_NAME}", lambda value: str(len(value))),
    (rf"{_NAME}:(\d+)(?::(\d+))?", _sliced),
    (rf"{_NAME}(##?|%%?)(.*)", _trimmed),
    (rf"{_NAME}(//|/#|/%|/)((?:[^/\\]|\\.)*)(?:/(.*))?", _replaced),
    (rf"{_NAME}(\^\^?|,,?)", _cased),
    (rf"{_NAME}(?:=|:=|:-)(.*)", lambda value, default: value or default),
)
