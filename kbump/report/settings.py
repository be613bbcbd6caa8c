"""The settings of .kbump.yaml, from its schema: the page docs/kbump-yaml.md, and a commented file.

Nothing that a user wrote is dumped as YAML here: values are the schema's examples, and what was found in a repo.
"""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import SourceError
from kbump.yaml.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Schema = Mapping[str, Any]
    Path = tuple[str, ...]

_WIDTH = 100
_PAGE = """\
# `.kbump.yaml`

Generated from [schemas/kbump.schema.json](../schemas/kbump.schema.json), which editors can check the file with.

It is at the root of an infra repo; the nearest one above a path counts, up to the top of the git work tree. Every key
may be left out, and one that there is not is an error. `kbump init` writes the file with what it finds in the repo, and
everything else as comments.

| key | what it says |
| --- | --- |
"""
# Nothing in it is more than a letter to YAML, in a flow collection, too.
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")


def settings_markdown(schema: Schema) -> str:
    """Return the page: a table of the keys, then a section for each with an example and the defaults."""
    keys = schema["properties"]
    rows = [f"| [{name}](#{name}) | {key['description']} |\n" for name, key in keys.items()]
    return _PAGE + "".join(rows + [_section(schema, name, key) for name, key in keys.items()])


def _section(schema: Schema, name: str, key: Schema) -> str:
    below = list(_below(key))
    said = " ".join([key["description"], *_choices(key), *_default(key)])
    example = "\n".join(written({name: example_of(schema, (name,))}))
    return f"\n## {name}\n\n{said}\n{_table(below)}\n```yaml\n{example}\n```\n"


def _below(key: Schema, above: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield the keys below one, with a dot between."""
    for name, child in key.get("properties", {}).items():
        yield above + name, child
        yield from _below(child, f"{above}{name}.")


def _table(rows: Sequence[tuple[str, Schema]]) -> str:
    if not rows:
        return ""
    defaults = any("default" in key for _, key in rows)
    lines = ["| key | what it says |" + " default |" * defaults, "| --- | --- |" + " --- |" * defaults]
    for name, key in rows:
        said = " ".join([*([key["description"]] if "description" in key else []), *_choices(key)])
        cells = [f"`{name}`", said, *([_code(key)] if defaults else [])]
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    return "\n" + "\n".join(lines) + "\n"


def _choices(key: Schema) -> list[str]:
    options = key.get("propertyNames", {}).get("enum")
    if options:
        return [f"Options: {', '.join(f'`{option}`' for option in options)}."]
    return [f"One of {', '.join(f'`{choice}`' for choice in key['enum'])}."] if "enum" in key else []


def _default(key: Schema) -> list[str]:
    return [f"Default: {_code(key)}."] if "default" in key else []


def _code(key: Schema) -> str:
    value = key.get("default", "")
    return f"`{value if isinstance(value, str) else scalar(value)}`" if "default" in key else ""


def settings_yaml(schema: Schema, known: Mapping[Path, Any], remarks: Mapping[Path, Sequence[str]]) -> str:
    """Return a .kbump.yaml: the values that are known, by the path of their key, and all others as comments.

    Words are comments with a blank, `# words`; what is commented out has none, `#key: value`, or its indentation.
    `remarks` are more words for a key; those of the path () come first.
    """
    lines = [*_words(remarks.get((), ()))]
    for name, key in schema["properties"].items():
        lines += ["", *_Writer(schema, known, remarks).entry((name,), key)]
    return "\n".join(lines) + "\n"


class _Writer(NamedTuple):
    """What settings_yaml() was given."""

    schema: Schema
    known: Mapping[Path, Any]
    remarks: Mapping[Path, Sequence[str]]

    def entry(self, path: Path, key: Schema, *, off: bool = False) -> Iterator[str]:
        """Yield the lines of a key: words, then its value, commented out if it is not known; not twice (`off`)."""
        used = any(other[: len(path)] == path for other in self.known)
        said = " ".join([*([key["description"]] if "description" in key else []), *_choices(key)])
        yield from _words([said.replace("`", ""), *self.remarks.get(path, ())])
        mark = "" if used or off else "#"
        yield from (mark + line for line in self.value(path, key, off=off or not used))

    def value(self, path: Path, key: Schema, *, off: bool) -> Iterator[str]:
        """Yield the lines of a value without comment marks, but for those of keys below that are not known."""
        below = key.get("properties", {})
        if path in self.known or not below:
            value = self.known[path] if path in self.known else example_of(self.schema, path)
            yield from written({path[-1]: value})
            return
        yield f"{path[-1]}:"
        for name, child in below.items():
            yield from (f"  {line}" for line in self.entry((*path, name), child, off=off))


def _words(texts: Sequence[str]) -> Iterator[str]:
    return (f"# {line}" for text in texts for line in wrap(text, _WIDTH, break_on_hyphens=False))


def example_of(schema: Schema, path: Path) -> Any:
    """Return an example for the key at a path: its own, or what its parent's says of it, or its default."""
    key = schema
    given: list[Any] = []
    for name in path:
        given = [one[name] for one in [*key.get("examples", ()), *given] if isinstance(one, dict) and name in one]
        key = key["properties"][name]
    examples = [*key.get("examples", ()), *given]
    below = key.get("properties", {})
    if below and not examples:
        return {name: example_of(schema, (*path, name)) for name in below}
    return (*examples, key.get("default", {}))[0]


def written(value: Any) -> Iterator[str]:
    """Yield the lines of a value as YAML: mappings as blocks, of lists those that fit into a line as such."""
    for name, one in value.items():
        line = f"{scalar(name)}: {_flow(one)}"
        if isinstance(one, dict) and one:
            yield f"{scalar(name)}:"
            yield from (f"  {below}" for below in written(one))
        elif isinstance(one, list) and one and (len(line) > _WIDTH or isinstance(one[0], dict)):
            yield f"{scalar(name)}:"
            yield from (f"  - {_flow(item)}" for item in one)
        else:
            yield line


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        pairs = ", ".join(f"{scalar(name)}: {_flow(one)}" for name, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return scalar(value)


def scalar(value: Any) -> str:
    """Return a scalar as YAML that every reader takes for the same: in quotes if it may be read as anything else."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and _is_itself(value):
        return value
    # JSON's escapes are YAML's; what is no character to show may not stand in a YAML file.
    return re.sub(r"[^ -~]", _escaped, json.dumps(value, ensure_ascii=False))


def _is_itself(text: str) -> bool:
    try:
        return resolve(text, "") == text
    except SourceError:
        return False  # a number that JSON has not


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else f"\\U{ord(match[0]):08X}"
