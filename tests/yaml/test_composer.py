"""Composer: nodes with the spans that they have in the text, and what cannot be read refused where it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from kbump.errors import Location, SourceError
from kbump.source import Source
from kbump.yaml.composer import compose, compose_matching
from kbump.yaml.constructor import construct
from kbump.yaml.nodes import Document, Mapping, Node, Scalar, Sequence
from tests.laws.strategies import yaml_texts


def shape(root: Node | None) -> list[tuple[int, int, str]]:
    """Spans of all nodes, in the order of the text."""
    found = []
    stack = [root] if root else []
    while stack:
        node = stack.pop()
        found.append((node.start, node.end, getattr(node, "style", "collection")))
        stack += node.items if type(node) is Sequence else []
        stack += [one for pair in node.pairs for one in pair] if type(node) is Mapping else []
    return sorted(found)


def pieces(text: str) -> list[str]:
    """The text of every node."""
    documents = compose(Source("web.yaml", text))
    return [text[start:end] for document in documents for start, end, _ in shape(document.root)]


BOMB = "aliases and merge keys repeat more than 100,000 values"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
WIDE = "m: &m {" + ", ".join(f"k{n}: v" for n in range(40_000)) + "}\n"
CHAIN = "m0: &m0 {k0: v}\n" + "".join(f"m{n}: &m{n} {{<<: *m{n - 1}, k{n}: v}}\n" for n in range(1, 101))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param("a: *b", (1, 4), "the alias `*b` has no anchor before it", id="an alias without an anchor"),
        pytest.param("a: *b\nc: &b d", (1, 4), "the alias `*b` has no anchor before it", id="an anchor too late"),
        pytest.param("a: &b c\n---\nd: *b", (3, 4), "the alias `*b` has no anchor before it", id="one document away"),
        pytest.param("&a [b, *a]", (1, 8), "the alias `*a` is inside the node it repeats", id="a sequence in itself"),
        pytest.param("- &a x\n- &a {b: *a}", (2, 10), "the alias `*a` is inside the node it repeats", id="also again"),
        pytest.param("a: 1\nb: 2\na: 3", (3, 1), "the key `a` is there twice, first in line 1", id="a key twice"),
        pytest.param("a: 1\n'a': 2", (2, 1), "the key `a` is there twice, first in line 1", id="a key twice, quoted"),
        pytest.param(
            "a: &x b\n? d\n: 1\n*x : 2\nb: 3",
            (5, 1),
            "the key `b` is there twice, first in line 4",
            id="a key after its alias",
        ),
        pytest.param(
            "a: &x b\nc:\n  *x : *x\n  *x : 1",
            (4, 3),
            "the key `b` is there twice, first in line 3",
            id="an alias twice",
        ),
        pytest.param(
            "a: &x b\nc:\n  ? d\n  : [*x, *x]\n  *x : *x\n  *x : 1",
            (6, 3),
            "the key `b` is there twice, first in line 5",
            id="an alias twice behind others",
        ),
        pytest.param(
            "<<: {a: 1}\nb: 2\n<<: {c: 3}", (3, 1), "the key `<<` is there twice, first in line 1", id="two merge keys"
        ),
        pytest.param("a:\n  <<: b", (2, 3), "a merge key needs a mapping, or a list of mappings", id="a merged scalar"),
        pytest.param("a:\n  <<:", (2, 3), "a merge key needs a mapping, or a list of mappings", id="a merged null"),
        pytest.param(
            "<<: [{a: 1}, b]", (1, 1), "a merge key needs a mapping, or a list of mappings", id="one in a list"
        ),
        pytest.param(
            "a: &a [{b: 1}]\nc: {<<: *a}",
            (2, 5),
            "a merge key needs a mapping, or a list of mappings",
            id="an alias of a list",
        ),
        pytest.param(
            "a: &a [{b: 1}]\nc: {<<: [*a]}",
            (2, 5),
            "a merge key needs a mapping, or a list of mappings",
            id="an alias of a list in a list",
        ),
        pytest.param(LAUGHS, (6, 10), BOMB, id="a billion laughs"),
        pytest.param("- &a [b]\n" + "- *a\n" * 40_000, (33_335, 3), BOMB, id="100,000 values by one anchor"),
        pytest.param("- &a b\n" + "- *a\n" * 100_001, (100_002, 3), BOMB, id="100,000 aliases of a scalar"),
        pytest.param(WIDE + "a: {<<: *m}\nb: {<<: *m}\n", (3, 9), BOMB, id="a wide mapping merged twice"),
        pytest.param("{<<: {<<: {<<: " + WIDE[6:-1] + "}}}", (1, 1), BOMB, id="a wide mapping merged where it is"),
        pytest.param(
            CHAIN + "m101: {<<: *m100}",
            (102, 7),
            "merge keys reach deeper than 100 mappings",
            id="a chain of merge keys",
        ),
        pytest.param(
            "{<<: " * 101 + "{a: b}" + "}" * 101,
            (1, 1),
            "merge keys reach deeper than 100 mappings",
            id="merge keys in merge keys",
        ),
    ],
)
@pytest.mark.parametrize("read", [compose, construct])
def test_what_kubectl_would_not_read_is_refused_where_it_is(
    text: str, place: tuple[int, int], message: str, read: Callable[[Source], object]
) -> None:
    with pytest.raises(SourceError) as caught:
        read(Source("web.yaml", text))
    assert (caught.value.location, caught.value.message) == (Location("web.yaml", *place), message)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CHAIN, id="a chain of 100 merge keys"),
        pytest.param("- &a b\n" + "- *a\n" * 100_000, id="100,000 aliases of a scalar"),
        pytest.param(WIDE + "a: {<<: *m}\n", id="a wide mapping merged once"),
        pytest.param(LAUGHS.partition("a5:")[0], id="some laughs"),
    ],
)
def test_what_is_just_within_the_bounds_is_read(text: str) -> None:
    assert len(compose(Source("web.yaml", text))) == len(construct(Source("web.yaml", text))) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="no document"),
        pytest.param("# comment\n", [], id="a comment is no document"),
        pytest.param("---\n...\n", [], id="an empty document has no root"),
        pytest.param("--- &a\n", ["&a"], id="an anchor alone is a root"),
        pytest.param("nginx # c\n", ["nginx"], id="a scalar"),
        pytest.param("a: b\n\n# end\n", ["a: b", "a", "b"], id="a block ends before blank lines and comments"),
        pytest.param("a:\r\n- b\r\n- c # d\r\n", ["a:\r\n- b\r\n- c", "a", "- b\r\n- c", "b", "c"], id="CRLF"),
        pytest.param("a:\r  - 'b'\r", ["a:\r  - 'b'", "a", "- 'b'", "'b'"], id="CR"),
        pytest.param("é😀: &a !!str b", ["é😀: &a !!str b", "é😀", "&a !!str b"], id="characters, not bytes"),
        pytest.param(
            "a: |\n  b\n\n\nc: d", ["a: |\n  b\n\n\nc: d", "a", "|\n  b\n\n\n", "c", "d"], id="a block scalar"
        ),
        pytest.param('a: "b\n  c"\n', ['a: "b\n  c"', "a", '"b\n  c"'], id="quotes over two lines"),
        pytest.param(
            "a: {b: [c ] } # d", ["a: {b: [c ] }", "a", "{b: [c ] }", "b", "[c ]", "c"], id="brackets end flow"
        ),
        pytest.param("[a: b , c]", ["[a: b , c]", "a: b", "a", "b", "c"], id="a pair in a sequence"),
        pytest.param("[a: , c]", ["[a: , c]", "a:", "a", "", "c"], id="a pair without a value"),
        pytest.param("[? a , c]", ["[? a , c]", "? a", "a", "", "c"], id="a pair without a colon"),
        pytest.param(
            "a:\n- &a\n# c\n\nb: *a\n", ["a:\n- &a\n# c\n\nb: *a", "a", "- &a", "&a", "&a", "b"], id="an empty anchor"
        ),
        pytest.param("- a\n-\n\n# c", ["- a\n-", "a", ""], id="an empty last item is behind its dash"),
        pytest.param("a:\n # c\n", ["a:", "a", ""], id="an empty last value is behind its colon"),
        pytest.param("a: 1\nb : # c:\n", ["a: 1\nb :", "a", "1", "b", ""], id="its colon, not that of a comment"),
        pytest.param("? a\n# c:\n\n", ["? a", "a", ""], id="a key without a colon ends with the key"),
        pytest.param("? a # b:\n\n: # c\n", ["? a # b:\n\n:", "a", ""], id="a colon on a line of its own"),
        pytest.param("? - a\n  - b\n# c\n", ["? - a\n  - b", "- a\n  - b", "a", "b", ""], id="a key that is a block"),
        pytest.param("a: &a b\nc: *a # d\n", ["a: &a b\nc: *a", "a", "&a b", "&a b", "c"], id="an alias ends a block"),
        pytest.param("- &a b\n- ? *a\n# c\n", ["- &a b\n- ? *a", "&a b", "&a b", "? *a", ""], id="an alias as a key"),
        pytest.param(
            "a: &a\n  b: c\nd: e", ["a: &a\n  b: c\nd: e", "a", "&a\n  b: c", "b", "c", "d", "e"], id="its anchor"
        ),
    ],
)
def test_a_node_has_the_span_that_it_has_in_the_text(text: str, expected: list[str]) -> None:
    assert sorted(pieces(text)) == sorted(expected)


@pytest.mark.parametrize(
    ("written", "value", "style", "tag", "anchor"),
    [
        pytest.param("b", "b", "", None, None, id="plain"),
        pytest.param("'b''c'", "b'c", "'", None, None, id="single quotes"),
        pytest.param(r'"b\tc"', "b\tc", '"', None, None, id="double quotes"),
        pytest.param("|-\n  b", "b", "|", None, None, id="literal"),
        pytest.param(">\n  b\n  c", "b c", ">", None, None, id="folded"),
        pytest.param("&x b", "b", "", None, "x", id="an anchor"),
        pytest.param("!!int b", "b", "", "tag:yaml.org,2002:int", None, id="a tag"),
        pytest.param("! b", "b", "", "!", None, id="a non-specific tag"),
        pytest.param("!foo &x 'b'", "b", "'", "!foo", "x", id="a tag and an anchor"),
    ],
)
def test_a_scalar_says_how_it_is_written(
    written: str, value: str, style: str, tag: str | None, anchor: str | None
) -> None:
    for prefix in ("", "{x: y:z}: 1\n"):  # read by the C parser, and by the pure one
        root = compose(Source("web.yaml", f"{prefix}a: {written}"))[0].root
        assert type(root) is Mapping
        node = root.get("a")
        assert type(node) is Scalar
        assert (node.value, node.style, node.tag, node.anchor) == (value, style, tag, anchor)


def test_aliases_in_a_key_that_is_no_scalar_are_counted() -> None:
    with pytest.raises(SourceError) as caught:
        compose(Source("web.yaml", "a: &x b\nc:\n  ? [*x, {*x : *x}]\n  : *x\n  *x : 1\n  b: 2"))
    assert caught.value.location == Location("web.yaml", 6, 3)
    assert caught.value.message == "the key `b` is there twice, first in line 5"


@pytest.mark.once
def test_many_aliases_beside_a_key_that_is_no_scalar_take_little_time() -> None:
    text = "a: &a x\nb:\n  ? [c]\n  : d\n" + "".join(f"  k{n}: *a\n" for n in range(90_000))
    assert len(compose(Source("web.yaml", text))) == 1


def test_aliases_are_their_anchors_node() -> None:
    (document,) = compose(Source("web.yaml", "a: &a {b: c}\nd: [*a, *a]"))
    assert type(document.root) is Mapping
    anchored, repeated = document.root.get("a"), document.root.get("d")
    assert type(repeated) is Sequence
    assert repeated.items == [anchored, anchored]
    assert [(span, node is anchored) for span, node in document.aliases] == [((17, 19), True), ((21, 23), True)]


def test_an_anchor_inside_another_of_its_name_is_the_later_one() -> None:
    (document,) = compose(Source("web.yaml", "- &a [&a b]\n- *a\n- &a c\n- *a"))
    assert [getattr(node, "value", None) for _, node in document.aliases] == ["b", "c"]


def test_documents_are_numbered_and_know_their_spans() -> None:
    text = "# c\n---\na\n---\n---\nb # c\n...\n# d\n"
    documents = compose(Source("web.yaml", text))
    assert [document.number for document in documents] == [0, 1, 2]
    assert [document.root is None for document in documents] == [False, True, False]
    assert [text[slice(*document.span)] for document in documents] == ["---\na\n", "---\n", "---\nb # c\n..."]


def wanting(word: str) -> Callable[[bytes], bool]:
    return lambda data: word.encode() in data


def image(document: Document) -> tuple[object, ...]:
    return (
        document.number,
        document.span,
        document.flows,
        [span for span, _ in document.aliases],
        # Where nothing is, the two parsers do not agree, and one flow colon in a text is enough for the other one.
        [one for one in shape(document.root) if one[0] < one[1]],
    )


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("a: web", [0], id="of one document that one"),
        pytest.param("a: b", [0], id="of one document that one, whatever it holds"),
        pytest.param("a: web\n---\nb\n---\nc: web", [0, 2], id="those that match"),
        pytest.param("a\n---\nb", [], id="none if none matches"),
        pytest.param("a: web\n---\nb: web", [0, 1], id="all if all match"),
        pytest.param("%YAML 1.1\n---\na: web\n---\nb", [0, 1], id="all behind directives"),
        pytest.param("a: web\n---\nb: [c:d]", [0, 1], id="all if only the pure parser reads one"),
        pytest.param("a: web\n---\n" + "[" * 500 + "x" * 2_000_000 + "]" * 500, None, id="what is too deep is refused"),
        pytest.param("a: web\n---\nb: 'c", None, id="what is no YAML is refused, matching or not"),
        pytest.param("a: web\n---\nb: \ud800", None, id="what is no UTF-8 is refused"),
    ],
)
def test_only_documents_that_match_are_composed(text: str, numbers: list[int] | None) -> None:
    source = Source("web.yaml", text)
    if numbers is None:
        with pytest.raises(SourceError) as caught:
            compose_matching(source, wanting("web"))
        assert caught.value.location
        assert caught.value.location.line == 3
        return
    assert [document.number for document in compose_matching(source, wanting("web"))] == numbers


@given(yaml_texts())
@settings(deadline=None)
def test_matching_documents_are_composed_as_all_are(text: str) -> None:
    source = Source("web.yaml", text)
    alone = {document.number: image(document) for document in compose_matching(source, wanting("nginx"))}
    whole = {document.number: image(document) for document in compose(source)}
    assert alone.items() <= whole.items()
    assert all(
        "nginx" not in text[slice(*document.span)] for document in compose(source) if document.number not in alone
    )
