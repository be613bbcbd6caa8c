"""Markers: what is written into a page is read out of it again, whatever a forge makes of the text around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.marker import Marker, content_of, read_marker, without_content

MARKER = Marker("promotion", "k8s/qa web", "0123456789abcdef")


def test_a_marker_is_one_hidden_line() -> None:
    assert str(MARKER) == "<!-- kbump:promotion of=k8s/qa%20web content=0123456789abcdef -->"
    assert str(Marker("diff")) == "<!-- kbump:diff -->"


@given(st.text(), st.sampled_from(["", "0123456789abcdef"]))
def test_what_is_written_is_read(of: str, content: str) -> None:
    marker = Marker("promotion", of, content)
    assert read_marker(f"before\r\n{marker}\r\nafter") == marker
    assert "\n" not in str(marker)
    # Two hyphens would end it: https://html.spec.whatwg.org/multipage/syntax.html#comments
    assert "--" not in str(marker)[4:-3]


@pytest.mark.parametrize("body", ["", "text", "<!-- kbump -->", "<!-- kbump:x of= -->", "<!-- other:promotion -->"])
def test_what_has_no_marker_proposes_nothing(body: str) -> None:
    assert read_marker(body) is None
    assert content_of(body) == ""
    assert without_content(body) == body


def test_a_page_can_be_made_to_propose_nothing() -> None:
    assert content_of(f"{MARKER}\nweb") == MARKER.content
    assert without_content(f"{MARKER}\nweb") == f"{MARKER._replace(content='')}\nweb"
    assert content_of(without_content(f"{MARKER}\nweb")) == ""
