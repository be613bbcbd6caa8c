"""Nodes: what stands where, and how kubectl reads mappings, merge keys and nulls."""

from __future__ import annotations

import pytest

from kbump.source import Source
from kbump.yaml.composer import compose
from kbump.yaml.nodes import Document, Mapping, Node, Path, Scalar, Sequence, follow, path_text, walk


def document(text: str) -> Document:
    return compose(Source("web.yaml", text))[0]


def root(text: str) -> Mapping:
    node = document(text).root
    assert type(node) is Mapping
    return node


def said(node: Node | None) -> object:
    """The node as plain data, scalars as written."""
    if type(node) is Mapping:
        return {key: said(value) for key, value in node.items()}
    return [said(item) for item in node.items] if type(node) is Sequence else getattr(node, "value", None)


@pytest.mark.parametrize(
    ("written", "content"),
    [
        pytest.param("nginx", "nginx", id="plain"),
        pytest.param("'nginx'", "'nginx'", id="quotes belong to it"),
        pytest.param("&a nginx", "nginx", id="no anchor"),
        pytest.param("!!str nginx", "nginx", id="no tag"),
        pytest.param('&a !!str "nginx"', '"nginx"', id="no anchor and tag"),
        pytest.param("!<tag:yaml.org,2002:str> &a nginx", "nginx", id="no tag and anchor"),
        pytest.param("! nginx", "nginx", id="no non-specific tag"),
        pytest.param("&a # &b !c\n\n  !!str # d\n  nginx", "nginx", id="no comments between them"),
        pytest.param("&a\u2028  # b\x85  nginx", "nginx", id="the line breaks of YAML 1.1 end comments"),
        pytest.param("&a |-\n  nginx", "|-\n  nginx", id="block headers belong to it"),
        pytest.param("&a", "", id="nothing after an anchor"),
        pytest.param("!!str", "", id="nothing after a tag"),
    ],
)
def test_the_content_of_a_scalar_is_without_anchor_and_tag(written: str, content: str) -> None:
    text = f"k:  {written} # comment\n" if "\n" not in written else f"k:  {written}\n"
    node = root(text).get("k")
    assert type(node) is Scalar
    start, end = node.content(text)
    assert text[start:end].rstrip("\n") == content
    assert node.start == 4


@pytest.mark.parametrize(
    ("written", "part", "null"),
    [
        pytest.param("", "", True, id="nothing"),
        pytest.param("~", "", True, id="a tilde"),
        pytest.param("null", "", True, id="null"),
        pytest.param("'null'", "null", False, id="a quoted null is a text"),
        pytest.param("''", "", False, id="an empty text is no null"),
        pytest.param("nUll", "nUll", False, id="another spelling is a text"),
    ],
)
def test_a_null_has_no_part(written: str, part: str, null: bool) -> None:
    node = root(f"k: {written}").get("k")
    assert type(node) is Scalar
    assert (node.part, node.null) == (part, null)
    assert root(f"k: {written}").text("k") == part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: 1\nb: 2", {"a": "1", "b": "2"}, id="without merge keys the pairs"),
        pytest.param("[a]: 1\nb: 2", {"b": "2"}, id="a key that is no scalar is left out"),
        pytest.param('"<<": {a: 1}', {"<<": {"a": "1"}}, id="a quoted merge key is none"),
        pytest.param("!!str <<: {a: 1}", {"<<": {"a": "1"}}, id="a merge key with the tag of a string is none"),
        pytest.param("!!merge <<: {a: 1}", {"a": "1"}, id="a merge key may have its own tag"),
        pytest.param('! "<<": {a: 1}', {"a": "1"}, id="a non-specific tag makes a quoted one a merge key"),
        pytest.param("<<: {a: 1}\na: 2", {"a": "2"}, id="a key after the merge key wins"),
        pytest.param("a: 2\n<<: {a: 1}", {"a": "1"}, id="a merge key wins over a key before it"),
        pytest.param("<<: [{a: 1}, {a: 2, b: 2}]", {"a": "1", "b": "2"}, id="of several mappings the first wins"),
        pytest.param("<<: []\na: 1", {"a": "1"}, id="a merge key may bring in nothing"),
        pytest.param("<<: {<<: {a: 1}, b: 2}", {"a": "1", "b": "2"}, id="merge keys reach through merge keys"),
    ],
)
def test_items_are_what_kubectl_reads(text: str, expected: object) -> None:
    node = root(text)
    assert said(node) == expected
    assert {key: said(node.get(key)) for key in dict(node.items())} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: 1\nb: [c]\nd: {e: f}", ["b", "d"], id="sequences and mappings"),
        pytest.param("<<: {a: 1, b: [c]}\nd: {e: f}", ["b", "d"], id="also those that merge keys bring in"),
        pytest.param("[a]: {b: c}", [], id="not below a key that is no scalar"),
    ],
)
def test_the_collections_of_a_mapping_are_its_values_that_are_no_scalars(text: str, expected: list[str]) -> None:
    node = root(text)
    assert [key for key, _ in node.collections()] == expected
    assert all(node.get(key) is value for key, value in node.collections())


def test_a_key_that_is_not_there_is_none_and_has_no_text() -> None:
    for text in ("a: 1", "<<: {a: 1}"):
        assert root(text).get("b") is None
        assert root(text).text("b") == ""
    assert root("a: [1]").text("a") == ""


def test_flow_is_everywhere_between_the_outermost_brackets() -> None:
    text = "a: b\nc: [d, {e: f}, g]\nh: {i: j}\nk: l"
    found = document(text)
    assert [text[start:end] for start, end in found.flows] == ["[d, {e: f}, g]", "{i: j}"]
    inside = "".join(char if found.in_flow(offset) else "." for offset, char in enumerate(text))
    assert inside == "........[d, {e: f}, g]....{i: j}....."


def test_walk_yields_every_node_by_every_path() -> None:
    node = root("a: &a {b: 1}\nc: [*a, 2]\n<<: *a")
    found = [(path, said(one)) for one, path in walk(node)]
    assert found == [
        ((), {"a": {"b": "1"}, "c": [{"b": "1"}, "2"], "b": "1"}),
        (("a",), {"b": "1"}),
        (("a", "b"), "1"),
        (("c",), [{"b": "1"}, "2"]),
        (("c", 0), {"b": "1"}),
        (("c", 0, "b"), "1"),
        (("c", 1), "2"),
        (("b",), "1"),
    ]


def test_walk_takes_little_memory_where_much_is_deep() -> None:
    # All paths at once would be 20,000 times 1,000 keys.
    node = document("[" * 1_000 + "a," * 20_000 + "]" * 1_000).root
    assert node is not None
    assert sum(len(path) for _, path in walk(node)) == 20_000 * 1_000 + sum(range(1_000))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param((), {"a": [{"b": "c"}]}, id="the root"),
        pytest.param(("a", 0, "b"), "c", id="keys and indexes"),
        pytest.param(("a", 1), None, id="behind the last item"),
        pytest.param(("a", "b"), None, id="a key in a sequence"),
        pytest.param(("b",), None, id="a key that is not there"),
        pytest.param(("a", 0, "b", "c"), None, id="below a scalar"),
    ],
)
def test_follow_finds_the_node_at_a_path(path: Path, expected: object) -> None:
    assert said(follow(root("a: [{b: c}]"), path)) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param((), "", id="the root is nothing"),
        pytest.param(("spec", "containers", 0, "image"), "spec.containers[0].image", id="keys and indexes"),
        pytest.param((0, "a"), "[0].a", id="an index first"),
        pytest.param(("a.b/c", "", "d e"), '["a.b/c"][""]["d e"]', id="keys that are no words"),
    ],
)
def test_a_path_is_written_as_people_do(path: Path, text: str) -> None:
    assert path_text(path) == text
