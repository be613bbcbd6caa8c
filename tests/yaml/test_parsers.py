"""Parsers: where a stream falls apart into documents, and what both parsers say of the same text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

from kbump.errors import SourceError
from kbump.source import Source, Span
from kbump.yaml.composer import _Composer
from kbump.yaml.constructor import _Constructor
from kbump.yaml.events import c_events, is_sound, pure_events, split
from kbump.yaml.nodes import Mapping, Node, Sequence
from tests.laws.strategies import yaml_texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: b\n---\n- c\n", True, id="sound"),
        pytest.param("", True, id="empty"),
        pytest.param("a: [b:c]", False, id="what only the pure parser reads"),
        pytest.param("a: 'b", False, id="what no parser reads"),
        pytest.param("a: \ud800", False, id="what no UTF-8 holds"),
        pytest.param("[" * 100_000 + "]" * 100_000, False, id="what would take too long"),
    ],
)
def test_a_text_is_sound_if_the_c_parser_reads_it(text: str, expected: bool) -> None:
    assert is_sound(text) is expected


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        pytest.param("", [(0, "")], id="an empty text is one piece"),
        pytest.param("a", [(0, "a")], id="one document"),
        pytest.param("a\n---\nb", [(0, "a\n"), (1, "---\nb")], id="two documents"),
        pytest.param("# c\n---\nb", [(0, "---\nb")], id="a comment before the first is no document"),
        pytest.param("# c\r---\rb\r---", [(0, "---\rb\r"), (1, "---")], id="CR ends lines"),
        pytest.param("# c\ra: 1\r---\rb", [(0, "# c\ra: 1\r"), (1, "---\rb")], id="a document behind a comment and CR"),
        pytest.param(" \u00a0\n---\nb", [(0, " \u00a0\n"), (1, "---\nb")], id="a no-break space is a document"),
        pytest.param(
            "a\x85---\u2028b\u2029--- c", [(0, "a\x85"), (1, "---\u2028b\u2029"), (2, "--- c")], id="YAML 1.1"
        ),
        pytest.param("\ufeff---\na\n---\nb", [(0, "\ufeff---\na\n"), (1, "---\nb")], id="a byte order mark"),
        pytest.param("\ufeff# c\n---\nb", [(0, "---\nb")], id="a byte order mark and a comment"),
        pytest.param("a: |\n  ---\n----\n---a", [(0, "a: |\n  ---\n----\n---a")], id="dashes that begin none"),
        pytest.param("%YAML 1.1\n---\na\n---\nb", [(0, "%YAML 1.1\n---\na\n---\nb")], id="directives"),
        pytest.param("a\n...\n---\nb", [(0, "a\n...\n---\nb")], id="document ends"),
    ],
)
def test_a_text_is_split_where_documents_begin(text: str, documents: list[tuple[int, str]]) -> None:
    assert [(number, text[start:end]) for number, (start, end) in split(text)] == documents


PIECES = st.sampled_from(
    [
        "---",
        "--- a",
        "--- # c",
        "---\t",
        "# c",
        "a: b",
        "- a",
        "|",
        "  x",
        "'",
        '"',
        "...",
        "%YAML 1.1",
        "[",
        "]",
        "",
        " ",
        "&a b",
        "*a",
    ]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2028"])


@given(st.lists(st.tuples(PIECES, ENDS), max_size=8), st.booleans())
@settings(max_examples=300)
def test_the_pieces_are_the_documents_of_the_parser(lines: list[tuple[str, str]], bom: bool) -> None:
    text = "\ufeff" * bom + "".join(line + end for line, end in lines)
    whole = documents(text, c_events)
    assume(whole is not None)
    assert whole is not None
    pieces = split(text)
    if len(pieces) == 1 and pieces[0][1] == Span(0, len(text)):
        return
    assert [number for number, _ in pieces] == list(range(len(whole)))
    for number, (start, end) in pieces:
        assert [said for said, _ in documents(text[start:end], c_events) or []] == [whole[number][0]]


def documents(text: str, events: Callable[[str], Any]) -> list[tuple[list[Any], int]] | None:
    """What the events of each document say, and how many they are; None for what is no YAML."""
    found: list[tuple[list[Any], int]] = []
    try:
        for event in events(text.removeprefix("\ufeff")):
            if type(event).__name__ == "DocumentStartEvent":
                found.append(([], 0))
            elif found:
                found[-1][0].append(
                    (type(event).__name__, getattr(event, "value", None), getattr(event, "anchor", None))
                )
    except YAMLError:
        return None
    for said, _ in found:
        said[:] = said[: [name for name, _, _ in said].index("DocumentEndEvent")]
    return found


MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(" \n\r:#\"'[]{},-|>?%é😀\\")
        | st.sampled_from(["", ": ", "&a ", "*a0", "!!str ", "...", "---", "<<"]),
        st.integers(0, 2),
    ),
    max_size=2,
)


@given(yaml_texts(everyones=True), MUTATIONS)
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_both_parsers_say_the_same_of_what_both_read(text: str, mutations: list[tuple[float, str, int]]) -> None:
    for where, written, cut in mutations:
        at = int(where * len(text))
        text = text[:at] + written + text[at + cut :]
    # U+0085, U+2028 and U+2029 are line breaks to the C parser only, and then the pure one is not asked.
    assume(not set(text) & set("\x85\u2028\u2029"))
    # The lines of a document that is one block scalar need no indentation; the C parser wants some all the same.
    assume(not re.search(r"^(?:---[ \t]+)?[|>]", text, re.MULTILINE))
    # YAML 1.2.2, 6.9.1, has no `!` in the suffix of a tag: each reads what is no YAML in its own way.
    assume(not re.search(r"![^\s!]*![^\s!]*!", text))
    source = Source("web.yaml", text)
    by_c, by_pure = (shapes(source, events) for events in (c_events, pure_events))
    assume(by_c is not None and by_pure is not None)
    assert by_c == by_pure


def shapes(source: Source, events: Callable[[str], Any]) -> object:
    """What both readers make of a parser's events; None for what it does not read."""
    try:
        found = _Composer(source, 0, 0).documents(events(source.text))
        return [shape(document.root) for document in found], constructed(source, events)
    except (YAMLError, SourceError):
        return None


def constructed(source: Source, events: Callable[[str], Any]) -> str:
    try:
        return repr(_Constructor(source, 0, []).documents(events(source.text)))
    except SourceError as error:
        return str(error)


def shape(root: Node | None) -> list[object]:
    """All nodes with their spans, where they are not empty."""
    found: list[object] = []
    stack = [root] if root else []
    while stack:
        node = stack.pop()
        span = (node.start, node.end) if node.start < node.end else ()
        found.append(
            (type(node), span, node.anchor, node.tag, getattr(node, "value", None), getattr(node, "style", None))
        )
        stack += node.items if type(node) is Sequence else []
        stack += [one for pair in node.pairs for one in pair] if type(node) is Mapping else []
    return found
