"""The seven laws, over every fixture and over texts that hypothesis makes.

KBUMP_TEST_EXAMPLES sets the number of texts.
"""

from __future__ import annotations

import base64
import os
import shlex
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbump import set_image
from tests.laws import laws
from tests.laws.laws import LAWS
from tests.laws.runs import FIXTURES, contents, copy, names, read, run_text, runs
from tests.laws.strategies import REQUESTS, Example, examples

TEXTS = settings(
    max_examples=int(os.environ.get("KBUMP_TEST_EXAMPLES", "200")),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
every_fixture = pytest.mark.parametrize("fixture", FIXTURES)


@every_fixture
def test_1_lossless(fixture: str) -> None:
    for run in runs(fixture):
        laws.lossless(run)


@every_fixture
def test_2_same_object(fixture: str) -> None:
    for run in runs(fixture):
        laws.same_object(run)


@every_fixture
def test_3_refuse_located(fixture: str) -> None:
    for run in runs(fixture):
        laws.located(run)


@every_fixture
def test_4_idempotent(fixture: str) -> None:
    for run in runs(fixture):
        laws.idempotent(run)


@every_fixture
def test_5_whole_or_not_at_all(fixture: str, tmp_path: Path) -> None:
    copy(fixture, tmp_path)
    requests = [f"{name}:9.9.9" for name in names(str(tmp_path))]
    if not requests:
        return
    (tmp_path / "zz-broken.yaml").write_text(f"image: [{requests[0]}\n")
    before = contents(tmp_path)
    result = set_image(requests, str(tmp_path), require=0)
    assert contents(tmp_path) == before
    assert (result.exit_code, result.written) == (2, [])
    assert str(tmp_path / "zz-broken.yaml") in [error.location.file for error in result.errors if error.location]


@every_fixture
def test_6_nothing_hidden(fixture: str) -> None:
    for run in runs(fixture):
        laws.nothing_hidden(run)


@every_fixture
def test_7_no_secrets(fixture: str, tmp_path: Path, kbump) -> None:
    copy(fixture, tmp_path)
    kept = secrets(tmp_path)
    requests = [f"{name}:9.9.9" for name in names(str(tmp_path))]
    if not kept or not requests:
        return
    for options in ("-v", "-o json", "-o github", "--check -v", ""):
        ran = kbump("set-image", *requests, *shlex.split(options), "-f", ".", "--keep-going", cwd=tmp_path)
        assert [value for value in kept if value in ran.stdout + ran.stderr] == []


def secrets(folder: Path) -> list[str]:
    """The values of all Secrets, as written and decoded."""
    found = []
    for name, data in contents(folder).items():
        for document in read(data) or [] if name.endswith((".yaml", ".yml", ".json")) else []:
            if isinstance(document, dict) and document.get("kind") == "Secret":
                found += [str(value) for value in (document.get("stringData") or {}).values()]
                encoded = [str(value) for value in (document.get("data") or {}).values()]
                found += encoded + [base64.b64decode(value).decode(errors="replace") for value in encoded]
    return [line for value in found for line in value.splitlines() if len(line) > 3]


@given(examples(), REQUESTS.map(tuple), st.booleans())
@TEXTS
def test_every_text_keeps_the_laws(example: Example, requests: tuple[str, ...], drop_digest: bool) -> None:
    run = run_text(example, requests, drop_digest=drop_digest)
    # What the strategy writes is YAML.
    assert run.error is None
    for law in LAWS:
        law(run)


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: hunter2\n  b: ghcr.io/acme/web:hunter2\n"


@given(examples(), REQUESTS)
@settings(TEXTS, max_examples=TEXTS.max_examples // 10 + 1)
def test_no_text_shows_a_secret(example: Example, requests: list[str]) -> None:
    result = set_image(requests, text=f"{SECRET}---\n{example.text}", require=0)
    assert result.text is None or "hunter2" in result.text
    assert "hunter2" not in repr(result._replace(text=None))


@given(st.lists(examples(), min_size=1, max_size=3), REQUESTS)
@settings(TEXTS, max_examples=TEXTS.max_examples // 10 + 1)
def test_a_broken_file_beside_any_text_stops_the_run(
    tmp_path_factory: pytest.TempPathFactory, files: list[Example], requests: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    for number, example in enumerate(files):
        (folder / str(number)).mkdir()
        (folder / str(number) / example.name).write_bytes(example.data)
    (folder / "broken.yaml").write_text("image: [nginx ghcr.io/acme/web team/web\n")
    before = contents(folder)
    result = set_image(requests, str(folder), require=0)
    assert contents(folder) == before
    assert (result.exit_code, result.written) == (2, [])
