"""Texts that hold several JSON values: what both readers make of them, and where they give up."""

from __future__ import annotations

import pytest

from kbump.errors import SourceError
from kbump.source import Source
from kbump.yaml.composer import compose
from kbump.yaml.constructor import construct
from kbump.yaml.nodes import Mapping
from kbump.yaml.streams import end_of_json
from tests.yaml.streams import READ, READ_BY_SOME, REFUSED, A


@pytest.mark.parametrize(("text", "names"), READ.values(), ids=READ)
def test_every_object_of_a_stream_is_read_and_has_its_place(text: str, names: str) -> None:
    source = Source("web.json", text)
    assert [one["metadata"]["name"] for one in construct(source)] == list(names)
    documents = compose(source)
    assert [one.number for one in documents] == list(range(len(names)))
    for document, name in zip(documents, names, strict=True):
        assert isinstance(document.root, Mapping)
        metadata = document.root.get("metadata")
        assert isinstance(metadata, Mapping)
        found = metadata.get("name")
        assert found
        assert text[found.start : found.end].strip('"') == name


@pytest.mark.parametrize(("text", "place"), [*REFUSED.values(), *READ_BY_SOME.values()], ids=[*REFUSED, *READ_BY_SOME])
@pytest.mark.parametrize("read", [compose, construct])
def test_what_does_not_go_on_with_json_is_refused_where_it_ends(text: str, place: tuple[int, int], read) -> None:
    with pytest.raises(SourceError) as caught:
        read(Source("web.json", text))
    assert caught.value.location
    assert caught.value.location[1:] == place
    assert caught.value.hint


@pytest.mark.parametrize("read", [compose, construct])
def test_what_is_wrong_far_into_a_stream_has_its_place(read) -> None:
    smile = '{"a": "\\ud83d\\ude00", "b": [1,\n2}'
    with pytest.raises(SourceError) as caught:
        read(Source("web.json", f"{A}\n{smile}"))
    assert str(caught.value).startswith("web.json:3:2: is not JSON")


@pytest.mark.parametrize("read", [compose, construct])
def test_what_is_nested_too_deep_in_a_stream_is_refused(read) -> None:
    deep = '{"a":' * 200_000
    with pytest.raises(SourceError, match="is nested deeper than") as caught:
        read(Source("web.json", f"{A}\n{deep}"))
    assert caught.value.location
    assert caught.value.location.line == 2


def test_a_list_that_begins_a_text_is_no_stream() -> None:
    assert construct(Source("web.json", '\n["\\ud83d\\ude00", 1]')) == [["\U0001f600", 1]]
    with pytest.raises(SourceError, match="did not find expected <document start>"):
        construct(Source("web.json", "[1]\n[2]\n"))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("a: 1\n", None, id="what does not begin with a brace"),
        pytest.param('{"a": 1}\n{"b": 2}\n', None, id="what is JSON to its end"),
        pytest.param('{"a": ' * 100_000, None, id="what is nested too deep to be told"),
        pytest.param('{"a": 1}\n---\nb: 2\n', 9, id="what goes on as YAML"),
    ],
)
def test_the_end_of_json_is_where_an_older_kubectl_stops(text: str, end: int | None) -> None:
    assert end_of_json(text) == end
