"""Events: what is no YAML is refused where it is wrong, and both parsers say the same of what is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kbump.errors import Location, SourceError
from kbump.source import Source
from kbump.yaml.composer import compose
from kbump.yaml.constructor import construct
from kbump.yaml.events import MAX_EVENTS
from kbump.yaml.nodes import Mapping, Node, Scalar, Sequence

MEGA = 1024 * 1024
FLOW_COLON = "is not YAML: found unexpected ':' while scanning a plain scalar"
UNCLOSED = "is not YAML: did not find expected ',' or ']' while parsing a flow sequence"
CLOSE = "close the bracket, or put a `,` between its items"
QUOTES = "is not YAML: found unexpected end of stream while scanning a quoted scalar"
CONTROL = "remove the control character, or escape it in double quotes"
QUOTE_COLON = "put the text that has the colon in quotes"


def refused(text: str, read: Callable[[Source], object] = compose) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(Source("web.yaml", text))
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        pytest.param("a:\n\tb: 1", (2, 1), "is not YAML: found a tab", "indent with spaces", id="a tab as indentation"),
        pytest.param("-\ta", (1, 2), "is not YAML: found a tab", "indent with spaces", id="a tab behind a dash"),
        pytest.param("é: @b", (1, 4), "is not YAML: found a text that starts with `@`", "quote it", id="an at sign"),
        pytest.param(
            "a: %b", (1, 4), "is not YAML: found a text that starts with `%`", "quote it", id="a per cent sign"
        ),
        pytest.param("a: [1\nb: 2", (2, 2), f"{UNCLOSED} that begins in line 1", CLOSE, id="an unclosed flow sequence"),
        pytest.param("😀: [1\n", (1, 4), UNCLOSED, CLOSE, id="a sequence unclosed at the end is where it opens"),
        pytest.param(
            "a: {b: c}}",
            (1, 10),
            "is not YAML: did not find expected key while parsing a block mapping",
            "remove the `}`, or open it before",
            id="a bracket too much",
        ),
        pytest.param(
            "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n",
            (2, 1),
            "is not YAML: could not find expected ':' while scanning a simple key",
            "resolve the merge conflict that begins in line 2",
            id="a merge conflict",
        ),
        pytest.param('a: 1\nb: "c\nd: 2', (2, 4), QUOTES, "close the quotes", id="unclosed quotes are where they open"),
        pytest.param(
            "a: 1\nb: 'c\n---\nd: 2'",
            (2, 4),
            "is not YAML: found unexpected document indicator while scanning a quoted scalar",
            "close the quotes",
            id="a document that begins in quotes",
        ),
        pytest.param(
            "a: 1\nb\nc: 2",
            (2, 1),
            "is not YAML: could not find expected ':' while scanning a simple key",
            "write `KEY: VALUE`, or put a text of several lines in quotes",
            id="a key without a colon is where it is",
        ),
        pytest.param(
            "a: b: c",
            (1, 5),
            "is not YAML: mapping values are not allowed in this context",
            "put a text with `: ` in quotes, or mend the indentation",
            id="a value in a value",
        ),
        pytest.param(
            "%YAML 2.0\n--- a",
            (1, 1),
            "is not YAML: found incompatible YAML document",
            "kubectl reads YAML 1.1: leave the %YAML line out",
            id="a YAML of the future",
        ),
        pytest.param(
            "a: !e!b c", (1, 4), "is not YAML: found undefined tag handle while parsing a node", None, id="a tag"
        ),
        pytest.param("a: \x0cb", (1, 4), "is not YAML: U+000C is not allowed", CONTROL, id="a form feed"),
        pytest.param("a: b\n\0", (2, 1), "is not YAML: U+0000 is not allowed", CONTROL, id="NUL"),
        pytest.param(
            "é😀: \x7f", (1, 5), "is not YAML: U+007F is not allowed", CONTROL, id="DEL, behind wide characters"
        ),
        pytest.param("a\r\nb: \ufffe", (2, 4), "is not YAML: U+FFFE is not allowed", CONTROL, id="a noncharacter"),
        pytest.param("a: \ud800", (1, 4), "is not YAML: U+D800 is not allowed", CONTROL, id="a lone surrogate"),
        pytest.param("\ufeffa: [1", (1, 5), UNCLOSED, CLOSE, id="behind a byte order mark"),
        pytest.param(
            "".join(f"%TAG !a{n}! x\n" for n in range(101)) + "--- a",
            (101, 1),
            "has more than 100 %TAG directives",
            None,
            id="more tag directives than the C parser reads in time",
        ),
        pytest.param(
            'a: "\\ud83d\\ude00"',
            (1, 7),
            "is not YAML: found invalid Unicode character escape code while parsing a quoted scalar",
            None,
            id="surrogates in YAML that is no JSON",
        ),
    ],
)
@pytest.mark.parametrize("read", [compose, construct])
def test_what_is_no_yaml_is_refused_where_it_is_wrong(
    text: str, place: tuple[int, int], message: str, hint: str | None, read: Callable[[Source], object]
) -> None:
    error = refused(text, read)
    assert (error.location, error.message, error.hint) == (Location("web.yaml", *place), message, hint)


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        pytest.param("{a: b:c" + " " * 256 * 1024 + "}", (1, 6), FLOW_COLON, QUOTE_COLON, id="in more than 256 KB"),
        pytest.param('{a: b:c, d: "\u2028"}', (1, 6), FLOW_COLON, QUOTE_COLON, id="beside a line break of YAML 1.1"),
        pytest.param(
            "{a: b:c}\n---\nd:\te", (1, 6), FLOW_COLON, QUOTE_COLON, id="beside a tab that only kubectl takes"
        ),
        pytest.param(
            "a: [b:c\nd: e: f",
            (2, 2),
            "is not YAML: expected ',' or ']', but got ':' while parsing a flow sequence that begins in line 1",
            None,
            id="beside what neither parser takes",
        ),
    ],
)
def test_a_colon_in_a_flow_scalar_is_refused(text: str, place: tuple[int, int], message: str, hint: str | None) -> None:
    error = refused(text)
    assert (error.location, error.message, error.hint) == (Location("web.yaml", *place), message, hint)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{a: b:c}", {"a": "b:c"}, id="in a mapping"),
        pytest.param("a: [b:c, d: e:f]", {"a": ["b:c", {"d": "e:f"}]}, id="in a sequence and a pair in it"),
        pytest.param("{a:b}", {"a:b": None}, id="in a key"),
        pytest.param("\ufeff{a: b:c}", {"a": "b:c"}, id="behind a byte order mark"),
    ],
)
def test_a_colon_in_a_flow_scalar_is_read_as_kubectl_reads_it(text: str, expected: object) -> None:
    source = Source("web.yaml", text)
    assert construct(source) == [expected]
    assert [text[node.start : node.end] for node in scalars(compose(source)[0].root) if ":" in node.value]


def scalars(root: Node | None) -> list[Scalar]:
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        found += [node] if type(node) is Scalar else []
        stack += node.items if type(node) is Sequence else []
        stack += [one for pair in node.pairs for one in pair] if type(node) is Mapping else []
    return [node for node in found if node.start < node.end]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param(r"\ud83d\ude00", "😀", id="a pair"),
        pytest.param(r"\uD83D\uDE00\ud83d\ude00x", "😀😀x", id="two pairs"),
        pytest.param(r"\ud83d x", "\ufffd x", id="the first half alone"),
        pytest.param(r"\ude00\ud83d", "\ufffd\ufffd", id="the halves in the wrong order"),
        pytest.param(r"\ud83d\ud83d\ude00", "\ufffd😀", id="a half before a pair"),
        pytest.param(r"\\ud83d\\\ude00\/\u0041", "\\ud83d\\\ufffd/A", id="behind escaped backslashes"),
    ],
)
def test_surrogates_of_json_are_read_as_kubectl_reads_them(written: str, value: str) -> None:
    pieces = ['"a"', f'"{written}"', f'"{written}b"', '"c"', '"d"', f'"{written}"']
    text = "{{\n  {}: {}, {}:\r\n{}, {}: {}\n}}\n".format(*pieces)
    source = Source("web.json", text)
    assert construct(source) == [{"a": value, f"{value}b": "c", "d": value}]
    found = scalars(compose(source)[0].root)
    assert [text[node.start : node.end] for node in sorted(found, key=lambda node: node.start)] == pieces


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(r'{"a": "\ud83d\ude00\ud83d\ude00", "b": }}', (1, 41), id="with a place alone"),
        pytest.param('{"a": "\\ud83d\\ude00\\ud83d",\n"b": ]', (2, 6), id="with a context before it"),
        pytest.param('{"\\ud83d\\ude00": 1, "\\ud83d\\ude00": 2}', (1, 21), id="that the reader finds"),
    ],
)
def test_an_error_behind_surrogates_is_where_it_is(text: str, place: tuple[int, int]) -> None:
    assert refused(text).location == Location("web.yaml", *place)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 10_000, id="10,000 flow sequences"),
        pytest.param("[" * MEGA, id="a million flow sequences"),
        pytest.param("{a: " * MEGA, id="a million flow mappings"),
        pytest.param("- " * 10_000 + "a", id="10,000 block sequences"),
        pytest.param("- " * MEGA + "a", id="a million block sequences"),
        pytest.param("? " * MEGA + "a", id="a million explicit keys"),
        pytest.param("[" * 10_000 + "a:b", id="10,000 flow sequences and what sends it to the pure parser"),
        pytest.param(
            "a: [b:c, " + "[" * 10_000,
            id="what sends it to the pure parser and 10,000 flow sequences",
            marks=pytest.mark.once,
        ),
        pytest.param("a\n---\n" + "[" * MEGA, id="a million flow sequences in a second document"),
    ],
)
@pytest.mark.parametrize("read", [compose, construct])
def test_deep_nesting_is_refused(text: str, read: Callable[[Source], object]) -> None:
    error = refused(text, read)
    assert error.message == f"is nested deeper than {'1,000' if len(text) <= MEGA else '100'}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_1000_levels_are_read_and_1001_are_not(opening: str, closing: str) -> None:
    for read in (compose, construct):
        assert len(read(Source("web.yaml", opening * 999 + "[a]" + closing * 999))) == 1
        error = refused(opening * 1_000 + "[a]" + closing * 1_000, read)
        assert error.message == "is nested deeper than 1,000"
        assert error.location == Location("web.yaml", 1, 1_000 * len(opening) + 1)


def test_100_levels_are_read_in_large_texts_and_101_are_not() -> None:
    comment = "# " + "x" * MEGA + "\n"
    assert len(compose(Source("web.yaml", comment + "[" * 100 + "]" * 100))) == 1
    assert refused(comment + "[" * 101 + "]" * 101).location == Location("web.yaml", 2, 101)


def test_the_largest_texts_are_read() -> None:
    texts = ["a: " + "x" * (16 * MEGA - 4), "a: |\n" + "  x\n" * (4 * MEGA - 2), "# comment\n" * 1_600_000 + "a: b"]
    for text in texts:
        assert len(compose(Source("web.yaml", text))) == len(construct(Source("web.yaml", text))) == 1


def test_texts_of_too_many_values_are_refused() -> None:
    error = refused("[" + "a," * MAX_EVENTS + "]")
    assert error.message == "has more than 3,000,000 values and brackets"
    # The stream, its document and the sequence begin before the first value.
    assert error.location == Location("web.yaml", 1, 2 * (MAX_EVENTS - 3) + 2)
