"""Writer: data written as YAML the way people and tools write it, hypothesis choosing at every turn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st


class Raw(NamedTuple):
    """A plain scalar that is written as it is; whatever it is read as."""

    text: str


class Anchored(NamedTuple):
    """A value that is written with an anchor, so that an Alias can repeat it."""

    name: str
    value: Any


class Alias(NamedTuple):
    """A repetition of what an Anchored has before it."""

    name: str


# What is no other thing than this string to any YAML when written plain, in a block.
_PLAIN = re.compile(r"(?!(?:[yn]|yes|no|on|off|true|false|null)\Z)[a-z](?:[\w./@-]|:(?=[\w/]))*", re.IGNORECASE)
_BREAKS = re.compile("[\r\n\x85\u2028\u2029]")
_COMMENTS = ("# comment", "#", "#: - [ {", "# image: nginx:0", '# \'it "is" é😀', "#\t--- a", "# kbump")
_ESCAPES = {"\t": ("\\t",), "\n": ("\\n",), "\r": ("\\r",), '"': ('\\"',), "\\": ("\\\\",)}


class Writer:
    """Writes one document; every node is a list of lines, the first of which follows a key or a dash."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], *, tabs: bool, flow_colons: bool) -> None:
        self.draw = draw
        self.gap = "\t" if tabs else " "
        self.flow_colons = flow_colons
        self.anchors: list[tuple[str, Any]] = []

    def pick(self, *options: Any) -> Any:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def seldom(self, times: int = 8) -> bool:
        return self.draw(st.integers(0, times - 1)) == times - 1

    def document(self, data: Any) -> list[str]:
        if not isinstance(data, (dict, list)):
            return self.after("", self.scalar(data, 0))
        return self.block(data, 0) if data and not self.seldom(12) else self.flow(data, 0)

    def block(self, data: Any, column: int) -> list[str]:
        """Return the lines of a block collection, with their indent."""
        lines = []
        pairs = list(data.items()) if isinstance(data, dict) else [(None, item) for item in data]
        for key, value in pairs:
            lines += self.comments(column) + self.entry(key, value, column)
        return lines

    def entry(self, key: str | None, value: Any, column: int) -> list[str]:
        pad = " " * column
        if key is None:
            return self.item(value, column)
        if self.seldom(40):
            return [f"{pad}? {self.key(key)}", *self.placed(f"{pad}:", value, column, dash=False)]
        return self.placed(f"{pad}{self.key(key)}{self.pick('', '', '', ' ')}:", value, column, dash=False)

    def item(self, value: Any, column: int) -> list[str]:
        pad, gap = " " * column, self.pick(1, 1, 1, 3)
        if not isinstance(value, (dict, list)) or not value or self.seldom(4):
            return self.placed(f"{pad}-", value, column, dash=True)
        first, *rest = self.block(value, column + 1 + gap)
        if not first.strip() or first.lstrip().startswith("#"):
            return [f"{pad}-", first, *rest]
        return [f"{pad}-{' ' * gap}{first.lstrip(' ')}", *rest]

    def placed(self, head: str, value: Any, column: int, *, dash: bool) -> list[str]:
        """Return the lines of `key: value` or `- value`."""
        known = [name for name, anchored in self.anchors if anchored == value]
        if isinstance(value, Alias) or (known and self.seldom(2)):
            return self.after(head, [f"*{value.name if isinstance(value, Alias) else known[-1]}"])
        properties, value = self.properties(value)
        head += properties and f" {properties}"
        if not isinstance(value, (dict, list)):
            return self.after(head, self.scalar(value, column + 1))
        if not value or self.seldom(6):
            return self.after(head, self.flow(value, column + 1))
        unindented = isinstance(value, list) and not dash and self.seldom(3)
        return [self.commented(head), *self.block(value, column if unindented else column + self.pick(2, 2, 1, 4))]

    def properties(self, value: Any) -> tuple[str, Any]:
        """Return anchor and tag, and the value itself."""
        found = []
        if isinstance(value, Anchored) or self.seldom(12):
            name = f"a{self.pick(0, 0, 1)}"
            name, value = value if isinstance(value, Anchored) else (name, value)
            self.anchors = [(other, one) for other, one in self.anchors if other != name] + [(name, value)]
            found.append(f"&{name}")
        if self.seldom(30) and not isinstance(value, Raw):
            found.append({dict: "!!map", list: "!!seq"}.get(type(value), "!!str"))
        return " ".join(found if self.seldom(2) else found[::-1]), value

    def after(self, head: str, lines: list[str]) -> list[str]:
        """Put a value behind its key: on the same line, or below; a comment may follow one that is no block."""
        first, *rest = lines
        block = first[:1] in ("|", ">")
        if not head:
            return [first, *rest]
        if not first:
            return [self.commented(head)]
        gap = self.pick(" ", " ", " ", "  ", " " if head.strip() in ("-", ":") else self.gap)
        if self.seldom(20) and not block and not head.endswith("-"):
            indent = " " * (len(head) - len(head.lstrip(" ")) + 2)
            return [self.commented(head), *self.comments(0), indent + first, *rest]
        found = [f"{head}{gap}{first}", *rest]
        if not rest or not block:
            found[-1] = self.commented(found[-1])
        return found

    def commented(self, line: str) -> str:
        # The C parser takes no tab behind a dash.
        tab = " " if line.endswith(("-", ":")) else self.gap
        if self.seldom(6):
            return f"{line}{self.pick(' ', '  ', tab)}{self.pick(*_COMMENTS)}"
        return line + self.pick("", "", "", " ", tab) if self.seldom(6) else line

    def comments(self, column: int) -> list[str]:
        if not self.seldom(6):
            return []
        return [self.pick("", " " * column + self.pick(*_COMMENTS), self.pick(*_COMMENTS), " " * column)]

    def key(self, key: str) -> str:
        if key == "<<":
            return key
        if not _PLAIN.fullmatch(key):
            return self.double(key)
        return self.pick(key, key, key, key, f'"{key}"', f"'{key}'", self.double(key))

    def scalar(self, value: Any, column: int, *, flow: bool = False) -> list[str]:
        """Return the lines of a scalar; lines after the first have an indent of at least `column`."""
        if isinstance(value, Raw):
            return ["~" if flow and not self.flow_colons and ":" in value.text else value.text]
        styles: list[Callable[[], list[str]]] = [lambda: [self.double(value)]]
        if value and value.isprintable():
            styles.insert(0, lambda: ["'" + value.replace("'", "''") + "'"])
        plain = _PLAIN.fullmatch(value) and (not flow or ":" not in value or (self.flow_colons and self.seldom(4)))
        if plain:
            styles = [lambda: [value]] * 4 + styles
        if len(value) > 2 and column and value.isprintable():
            styles.append(lambda: self.broken(value, column))
        if not flow and value.strip() == value and value and value.isprintable():
            styles.append(lambda: self.literal(value, column))
        return self.pick(*styles)()

    def double(self, value: str) -> str:
        return '"' + "".join(self.escaped(char) for char in value) + '"'

    def escaped(self, char: str) -> str:
        if char in _ESCAPES:
            return self.pick(*_ESCAPES[char])
        if not char.isprintable() or _BREAKS.match(char):
            return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04X}"
        if ord(char) < 0x100 and self.seldom(25):
            return f"\\x{ord(char):02x}"
        return char

    def broken(self, value: str, column: int) -> list[str]:
        """Break a double-quoted scalar in the middle of a word."""
        at = self.draw(st.integers(1, len(value) - 1))
        if value[at] in " \t":
            return [self.double(value)]
        return [self.double(value[:at])[:-1] + "\\", " " * (column + 2) + self.double(value[at:])[1:]]

    def literal(self, value: str, column: int) -> list[str]:
        header = self.pick("|", ">", "|-", ">-", ">+", "|2-")
        indent = " " * (max(column - 1, 0) + 2 if "2" in header else column + self.pick(1, 3))
        return [self.commented(header), indent + value]

    def flow(self, data: Any, column: int) -> list[str]:
        """Return the lines of a flow collection."""
        if isinstance(data, Alias):
            return [f"*{data.name} "]
        if isinstance(data, Anchored):
            first, *rest = self.flow(data.value, column)
            return [f"&{data.name} {first}", *rest]
        if not isinstance(data, (dict, list)):
            return self.scalar(data, column, flow=True)
        opening, closing = "{}" if isinstance(data, dict) else "[]"
        lines = [opening]
        pairs = list(data.items()) if isinstance(data, dict) else [(None, item) for item in data]
        for count, (key, value) in enumerate(pairs):
            self.append(lines, self.flow_entry(key, value, column), column)
            if count < len(pairs) - 1 or self.seldom(8):
                lines[-1] += ","
        self.append(lines, [closing], column)
        return lines

    def flow_entry(self, key: str | None, value: Any, column: int) -> list[str]:
        first, *rest = self.flow(value, column)
        return [first or "~", *rest] if key is None else [f"{self.key(key)}: {first}", *rest]

    def append(self, lines: list[str], more: list[str], column: int) -> None:
        if self.seldom(5):
            lines[-1] = self.commented(lines[-1] + " ").rstrip(" ")
            lines.append(" " * (column + 1) + more[0])
        else:
            lines[-1] += self.pick(" ", "", " ") + more[0]
        lines += more[1:]


@st.composite
def json_text(draw: Callable[[st.SearchStrategy[Any]], Any], data: Any) -> str:
    """Write data as JSON: pretty or minified, with more escapes than it needs."""
    text = json.dumps(
        _plain(data),
        indent=draw(st.sampled_from([None, 2, 4, "\t"])),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")])),
    )
    return text.replace("/", "\\/") if draw(st.booleans()) else text


def _plain(data: Any) -> Any:
    """Put strings in place of what JSON does not have."""
    if isinstance(data, Raw):
        return data.text
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    return [_plain(item) for item in data] if isinstance(data, list) else data
