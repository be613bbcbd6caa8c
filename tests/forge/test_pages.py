"""The pages of `kbump diff` and `kbump validate` as a real Gitea renders them: no markup of a value's own."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from kbump.report.markdown import validate_markdown
from tests.comparison.cases import CASES
from tests.forge.hosts import GiteaServer
from tests.report.samples import EXPECTED, NOTHING, finding

PAGES = [pytest.param(case.values[0] / "page.md", id=case.id) for case in CASES]
PAGES += [pytest.param(EXPECTED / name, id=name) for name in ("validate.md", "validate-valid.md")]
KNOWN = {
    "a", "br", "code", "details", "div", "li", "p", "pre", "span", "strong", "summary", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip


class Tags(HTMLParser):
    """Counts the elements of a page, and keeps the classes of its code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.classes: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.classes += [value or "" for name, value in attrs if name == "class" and tag == "code"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("page", PAGES)
def test_gitea_renders_a_page_as_it_is_meant(page: Path, gitea_server: GiteaServer) -> None:
    text = page.read_text()
    rendered = Tags(render(gitea_server, text))
    fences = re.findall(r"^(`{3,})diff$", text, re.MULTILINE)
    assert rendered.counts.get("table", 0) == text.count("\n|---|")
    assert rendered.counts.get("details", 0) == text.count("\n<details>\n") == rendered.counts.get("summary", 0)
    assert rendered.counts.get("pre", 0) == len(fences)
    assert sum("language-diff" in classes for classes in rendered.classes) == len(fences)
    assert set(rendered.counts) <= KNOWN
    assert "```diff" not in rendered.text
    assert "|---|" not in rendered.text


HOSTILE = (
    "<img src=x>", "<script>", "@{person}", "#1", "[x](http://e.example)", "**b**", "`<i>`", "`a``<b>`", "|", "\\`<u>",
    "http://e.example/x", "www.e.example", "![i](http://e.example/i)", "~~s~~", "</td>", "<!-- x -->", "`",
    "&lt;hr&gt;",
)  # fmt: skip


def test_no_message_has_markup_of_its_own(gitea_server: GiteaServer) -> None:
    message = " ".join(HOSTILE).format(person=gitea_server.person)
    texts = [message, *(f"found `{one}`, or ({one}), or '{one}'" for one in message.split())]
    findings = [
        finding("a.yaml", "a", "wrong-type", "error", one, text="a: 1", fix=one, subject=f"Pod {one}") for one in texts
    ]
    rendered = Tags(render(gitea_server, validate_markdown(NOTHING._replace(findings=findings), name=message)))
    assert rendered.counts["tr"] == 1 + len(findings)
    assert rendered.counts["td"] == 4 * len(findings)
    assert rendered.counts["a"] == len(findings)
    assert rendered.counts["strong"] == 1 + len(findings)
    assert rendered.counts["br"] == 2 * len(findings)
    assert set(rendered.counts) <= KNOWN


def render(server: GiteaServer, text: str) -> str:
    data = json.dumps({"Text": text, "Mode": "gfm", "Context": ""}).encode()
    basic = base64.b64encode(f"{server.bot}:{server.password}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}
    with urlopen(Request(f"{server.url}/api/v1/markdown", data, headers)) as answer:
        return answer.read().decode()
