"""Source: decoding, positions as people count them, and edits that touch nothing but their spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.errors import Location, SourceError
from kbump.source import Edit, Source, Span, apply_edits

UTF_16 = "is UTF-16 or UTF-32, not UTF-8"


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        pytest.param("a: b\n".encode("utf-16"), (1, 1), UTF_16, id="UTF-16 with its mark"),
        pytest.param("a: b\n".encode("utf-16-be"), (1, 1), UTF_16, id="UTF-16 without a mark, big endian"),
        pytest.param("a: b\n".encode("utf-16-le"), (1, 1), UTF_16, id="UTF-16 without a mark, little endian"),
        pytest.param("a: b\n".encode("utf-32"), (1, 1), UTF_16, id="UTF-32 with its mark"),
        pytest.param("a: b\n".encode("utf-32-be"), (1, 1), UTF_16, id="UTF-32 without a mark"),
        pytest.param(b"a: b\nc: d\xe9\n", (2, 5), "is not UTF-8: byte 0xe9", id="Latin-1"),
        pytest.param("é😀: ".encode() + b"\x80", (1, 5), "is not UTF-8: byte 0x80", id="behind an astral character"),
        pytest.param(b"\xef\xbb\xbfa\xff", (1, 2), "is not UTF-8: byte 0xff", id="behind a byte order mark"),
        pytest.param(b"a: \xf0\x9f\x98", (1, 4), "is not UTF-8: byte 0xf0", id="a character that is cut off"),
        pytest.param(b"a: \xed\xa0\x80", (1, 4), "is not UTF-8: byte 0xed", id="an encoded surrogate"),
        pytest.param(
            b"a\r\nb\rc\n: \xc0\x80", (4, 3), "is not UTF-8: byte 0xc0", id="an overlong NUL, after all line ends"
        ),
    ],
)
def test_what_is_not_utf_8_is_refused_and_located(data: bytes, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SourceError) as caught:
        Source.from_bytes("web.yaml", data)
    assert caught.value.location == Location("web.yaml", *place)
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "text", "bom"),
    [
        pytest.param(b"", "", False, id="an empty file"),
        pytest.param(b"\xef\xbb\xbf", "", True, id="nothing but a byte order mark"),
        pytest.param(b"\xef\xbb\xbfa: b", "a: b", True, id="a byte order mark is set aside"),
        pytest.param(b"\xef\xbb\xbf\xef\xbb\xbfa", "\ufeffa", True, id="a second byte order mark is text"),
        pytest.param(b"a\r\nb\rc\n\x00", "a\r\nb\rc\n\0", False, id="line ends and a late NUL stay"),
    ],
)
def test_a_file_is_encoded_as_it_was_decoded(data: bytes, text: str, bom: bool) -> None:
    source = Source.from_bytes("web.yaml", data)
    assert (source.text, source.bom) == (text, bom)
    assert source.to_bytes() == data


TEXT = "ab\r\nc\rd\n\n😀é\u2028\x85x"


@pytest.mark.parametrize(
    ("offset", "place"),
    [
        pytest.param(0, (1, 1), id="the first character"),
        pytest.param(2, (1, 3), id="CR of CRLF belongs to its line"),
        pytest.param(3, (1, 4), id="LF of CRLF belongs to its line"),
        pytest.param(4, (2, 1), id="after CRLF"),
        pytest.param(6, (3, 1), id="after a lone CR"),
        pytest.param(8, (4, 1), id="an empty line"),
        pytest.param(10, (5, 2), id="an astral character is one column"),
        pytest.param(13, (5, 5), id="U+2028 and U+0085 end no line for people"),
        pytest.param(len(TEXT), (5, 6), id="the end of the text"),
    ],
)
def test_a_location_counts_lines_and_columns_from_1(offset: int, place: tuple[int, int]) -> None:
    assert Source("f", TEXT).location(offset) == Location("f", *place)


@pytest.mark.parametrize(
    ("offset", "line"),
    [
        pytest.param(0, "ab\r\n", id="with its CRLF"),
        pytest.param(3, "ab\r\n", id="from the middle of CRLF"),
        pytest.param(5, "c\r", id="with its CR"),
        pytest.param(8, "\n", id="an empty line"),
        pytest.param(9, "😀é\u2028\x85x", id="the last line without an end"),
    ],
)
def test_a_line_span_is_the_whole_line(offset: int, line: str) -> None:
    span = Source("f", TEXT).line_span(offset)
    assert TEXT[span.start : span.end] == line


def test_the_end_of_a_text_that_ends_its_last_line_is_an_empty_line() -> None:
    assert Source("f", "a\n").line_span(2) == Span(2, 2)


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([Edit(0, 3, "x"), Edit(2, 4, "y")], id="one ends in the other"),
        pytest.param([Edit(0, 4, "x"), Edit(1, 2, "y")], id="one is in the other"),
        pytest.param([Edit(0, 4, "x"), Edit(2, 2, "y")], id="one inserts in the other"),
        pytest.param([Edit(0, 2, "x"), Edit(0, 2, "y")], id="both replace the same"),
    ],
)
def test_overlapping_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlapping edits at"):
        apply_edits("abcdef", edits)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([], "abcdef", id="none"),
        pytest.param([Edit(4, 6, ""), Edit(0, 1, "X")], "Xbcd", id="in any order"),
        pytest.param([Edit(1, 2, "X"), Edit(1, 2, "X")], "aXcdef", id="equal ones count once"),
        pytest.param([Edit(0, 2, "X"), Edit(2, 4, "Y")], "XYef", id="neighbours"),
        pytest.param([Edit(2, 2, "X"), Edit(6, 6, "Y")], "abXcdefY", id="insertions"),
    ],
)
def test_edits_replace_their_spans_and_nothing_else(edits: list[Edit], expected: str) -> None:
    assert apply_edits("abcdef", edits) == expected


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.booleans())
def test_no_edits_change_nothing(text: str, bom: bool) -> None:
    data = Source("f", text, bom=bom).to_bytes()
    assert apply_edits(text, []) == text
    assert Source.from_bytes("f", data).to_bytes() == data


@given(st.text(alphabet="a\r\n", max_size=20), st.integers(0, 20))
def test_every_offset_is_found_at_its_location(text: str, offset: int) -> None:
    source = Source("f", text)
    offset = min(offset, len(text))
    _, line, column = source.location(offset)
    assert source.line_starts[line - 1] + column - 1 == offset
