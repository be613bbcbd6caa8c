"""How values, types and fields are named in messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.yaml.nodes import Path

_TYPES = {
    "array": "a list", "boolean": "true or false", "integer": "an integer", "null": "null", "number": "a number",
    "object": "a mapping", "string": "a string",
}  # fmt: skip
_LONGEST = 60
# No text with a placeholder is so long, and looking for one may take the square of it.
_LONG = 1_000
# What envsubst, Flux, make, OpenShift, Helm, Jinja and homemade scripts replace, and beside it what is no prose.
_PLACEHOLDER = r"""(?x)
    \S*? (?P<name>
        \$\{\{?[A-Za-z_][\w.]*[^{}]*\}?\} | \$\([A-Za-z_]\w*\) | (?<!\S)\$[A-Za-z_]\w*(?!\S)
        | \{\{.*?\}\} | \#\{\w+\}\#? | \{[A-Z][A-Z0-9_]*\} | <[A-Z][A-Z0-9_]*>
        | __[A-Z][A-Z0-9_]*__ | @@?[A-Z][A-Z0-9_]*@@? | %[A-Z][A-Z0-9_]*%
        | (?<!\w)(?:PLACEHOLDER|REPLACE)_\w+ | (?<!\w)[A-Z][A-Z0-9_]*_PLACEHOLDER(?!\w)
    ) \S*
"""


def expected(types: Iterable[str], title: str = "") -> str:
    """Say what a value must be: `an integer or a string`; a title is better than the types it stands for."""
    if title:
        return f"a {title}"
    # A boolean is two choices itself.
    choices = [choice for one in sorted(types) for choice in _TYPES[one].split(" or ")]
    return " or ".join(", ".join(choices).rsplit(", ", 1))


def found(value: Any, *, secret: bool = False) -> str:
    """Say what a value is: `the string "3"`; of collections and secret texts only the type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean" if secret else f"the boolean {str(value).lower()}"
    if isinstance(value, (dict, list)):
        return "a list" if isinstance(value, list) else "a mapping"
    noun = "string" if isinstance(value, str) else "integer" if isinstance(value, int) else "number"
    if secret:
        return f"{'an' if noun == 'integer' else 'a'} {noun}"
    return f"the {noun} {shown(value)}"


def shown(value: Any) -> str:
    """Write a value as JSON, shortened."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def placeholder_hint(text: str, *, secret: bool = False) -> str:
    """Say what to do if a text has a placeholder in it, "" if it has none; of a secret the whole must be one."""
    match = re.fullmatch(_PLACEHOLDER, text) if len(text) < _LONG else None
    if not match or (secret and match["name"] != text):
        return ""
    what = "it" if secret else f"`{match['name']}`"
    piped = "pipe the result into `kbump validate -`"
    return f"{what} looks like a placeholder: if it is replaced before the file is applied, {piped}"


def named(path: Path) -> str:
    """Name a field by the end of its path: `replicas`, `containers[0]`."""
    if not path:
        return "the object"
    field = ""
    for key in reversed(path):
        field = f"[{key}]{field}" if isinstance(key, int) else f"{key}{field}"
        if not isinstance(key, int):
            break
    return f"`{field}`"


def close(name: str, known: Iterable[str]) -> str:
    """Return the one of the known names that a name may have meant, or ""; the case of letters counts last."""
    from difflib import get_close_matches

    names = sorted(known)
    alike = [one for one in names if one.lower() == name.lower()]
    return next(iter(alike or get_close_matches(name, names, 1)), "")
