"""Scalars: tables of what kubectl reads, held to the real one; written texts, held to other parsers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from kbump.errors import SourceError
from kbump.yaml.scalars import key, needs_quotes, quoted, resolve, resolve_key, resolve_quoted

CASES = Path(__file__).parents[1] / "cases" / "scalars"
NAMES = {"empty": "", "tab": "\t", "line": "\n", "nul": "\0", "nbsp": "\u00a0", "blank": " "}
HEADER = "apiVersion: example.com/v1\nkind: Example\nmetadata: {name: example}\nspec:\n"


def table(name, title):
    """Rows of a table as parameters: `<tab>` is a tab, `<1*64>` is 64 ones; the id says what the row says."""
    lines = (CASES / name).read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    assert {len(row) for row in rows} == {len(rows[0])}
    return [pytest.param(*map(spelled_out, row[:-1]), id=title.format(*row)) for row in rows]


def spelled_out(cell):
    cell = re.sub(r"<(\w+)\*(\d+)>", lambda repeat: repeat[1] * int(repeat[2]), cell)
    return re.sub(r"<(\w+)>", lambda name: NAMES[name[1]], cell)


def cells(rows):
    return [row.values for row in rows]


def parts(written):
    """Text, tag and whether it is quoted, as a parser gives them."""
    tag, rest = re.fullmatch(r"(?s)(?:(!\S*) ?)?(.*)", written).groups("")
    tag = re.sub("^!<(.*)>$", r"\1", tag)
    if rest[:1] == '"':
        return json.loads(rest), tag, True
    return (rest[1:-1], tag, True) if rest[:1] == "'" else (rest, tag, False)


def sent(text):
    """JSON as kubectl reads it: int64 or float64."""
    return json.loads(text, parse_int=lambda digits: int(digits) if -(2**63) <= int(digits) < 2**63 else float(digits))


VALUES = table("values.tsv", "kubectl reads {0} as {1}, {2}")
KEYS = table("keys.tsv", "kubectl reads the key {0} as {1}, {2}")


@pytest.mark.parametrize(("written", "expected"), VALUES)
def test_a_scalar_is_what_kubectl_sends(written, expected):
    text, tag, is_quoted = parts(written)
    read = resolve_quoted if is_quoted else resolve
    for spelling in {tag, re.sub("^!!", "tag:yaml.org,2002:", tag)}:
        if expected == "refused":
            with pytest.raises(SourceError, match=r"refuses|cannot read"):
                read(text, spelling)
        else:
            assert repr(read(text, spelling)) == repr(sent(expected))


@pytest.mark.parametrize(("written", "expected"), KEYS)
def test_a_key_is_the_string_that_kubectl_sends(written, expected):
    text, tag, is_quoted = parts(written)
    if expected == "refused":
        with pytest.raises(SourceError, match=r"mapping key|cannot read"):
            resolve_key(text, tag)
    elif is_quoted and not tag:
        assert key(resolve_quoted(text)) == expected
    else:
        assert resolve_key(text, tag) == expected


@pytest.fixture(scope="module")
def read_by_kubectl(tmp_path_factory):
    binary = shutil.which("kubectl") or pytest.skip("needs kubectl on PATH")

    def read(manifests):
        """Standard output and error for some manifests; a fault in one leaves the others readable."""
        folder = tmp_path_factory.mktemp("manifests")
        for name, manifest in manifests.items():
            (folder / f"{name}.yaml").write_text(manifest, encoding="utf-8")
        command = [binary, "label", "--local", "--dry-run=client", "-o", "json", "-f", str(folder), "a=b"]
        run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        return run.stdout, run.stderr

    return read


def test_the_table_of_values_is_what_the_real_kubectl_reads(read_by_kubectl):
    rows = [row for row in cells(VALUES) if row[1] != "refused"]
    manifest = HEADER + "".join(f"  v{at}: {written}\n" for at, (written, _) in enumerate(rows))
    spec = sent(read_by_kubectl({"values": manifest})[0])["spec"]
    assert [(row, repr(spec.get(f"v{at}"))) for at, row in enumerate(rows)] == [
        (row, repr(sent(row[1]))) for row in rows
    ]


def test_the_table_of_keys_is_what_the_real_kubectl_reads(read_by_kubectl):
    rows = [row for row in cells(KEYS) if row[1] != "refused"]
    manifest = HEADER + "".join(f"  k{at}:\n    {written}: x\n" for at, (written, _) in enumerate(rows))
    spec = sent(read_by_kubectl({"keys": manifest})[0])["spec"]
    assert {row: list(spec[f"k{at}"]) for at, row in enumerate(rows)} == {row: [row[1]] for row in rows}


def test_what_the_tables_refuse_the_real_kubectl_refuses(read_by_kubectl):
    values = [f"  v: {written}\n" for written, expected in cells(VALUES) if expected == "refused"]
    keys = [f"  {written}: x\n" for written, expected in cells(KEYS) if expected == "refused"]
    lines = {f"refused-{at}": line for at, line in enumerate(values + keys)}
    output, errors = read_by_kubectl({name: HEADER + line for name, line in lines.items()})
    assert output == ""
    assert [line for name, line in lines.items() if f"{name}.yaml: error converting YAML to JSON" not in errors] == []


@pytest.mark.parametrize(("text", "where"), table("plain.tsv", "{0} is plain {1}, {2}"))
def test_a_text_needs_quotes_where_any_parser_reads_something_else(text, where):
    assert needs_quotes(text) == (where == "nowhere")
    assert needs_quotes(text, flow=True) == (where != "anywhere")


@pytest.mark.parametrize(("text", "single", "double"), table("quoted.tsv", "{0} is quoted as {1} and {2}, {3}"))
def test_a_text_is_quoted_in_the_style_asked_for(text, single, double):
    styles = [quoted(json.loads(text), quote) or "none" for quote in "'\""]
    assert styles == [single, double]


def pure(version):
    parser = YAML(typ="safe", pure=True)
    parser.version = version
    return parser


def loads(text):
    """What YAML 1.2, YAML 1.1 and the C parser (libyaml) read."""
    return [parser.load(text) for parser in (pure((1, 2)), pure((1, 1)), YAML(typ="safe"))]


NUMBERS = st.text("0123456789" * 2 + "__..eE+-xobaf:TZ ", min_size=1, max_size=12)
RISKY = st.text("yYnNoOfFaeE019.-+_:~<=# ,[]{}?!&*|>%@`'\"\\\té\u00a0\u2028😀", max_size=8)
REFERENCES = st.from_regex(r"[a-z]{1,3}(/[a-z0-9]{1,3})?(:[\w][\w.-]{0,6})?", fullmatch=True)


@given(NUMBERS | RISKY | REFERENCES | st.text(max_size=6))
@example("1.4.2")
@example("a]")
@example("... ")
def test_what_needs_no_quotes_is_the_same_string_to_every_parser(text):
    if not needs_quotes(text):
        assert resolve(text) == text
        assert loads(f"k: {text}\n") == [{"k": text}] * 3
    if not needs_quotes(text, flow=True):
        assert loads(f"{{k: {text}}}\n") == [{"k": text}] * 3


@given(RISKY | st.text(max_size=8), st.sampled_from("'\""))
def test_what_is_quoted_is_the_same_string_to_every_parser(text, quote):
    written = quoted(text, quote)
    if written is not None:
        assert loads(f"k: {written}\n") == [{"k": text}] * 3
        assert loads(f"{{k: {written}, l: x}}\n") == [{"k": text, "l": "x"}] * 3
    if written is not None and quote == '"':
        assert json.loads(written) == text
