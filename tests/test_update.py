from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbump import set_image

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'nginx:1.27.0'}]}\n"
NEW = POD.replace("1.27.0", "1.27.1")
# So many files that the run tells of its progress once more when it has planned the first ones.
MANY = 20


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number in range(MANY):
        (tmp_path / f"{number:02}.yaml").write_text(POD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def texts(tree: Path) -> set[str]:
    return {path.read_text() for path in tree.glob("*.yaml")}


def test_a_file_with_another_hard_link_stops_the_run_with_nothing_written(tree: Path) -> None:
    os.link(tree / "03.yaml", tree / "other")
    result = set_image("nginx:1.27.1")
    assert texts(tree) == {POD}
    assert [str(error.location) for error in result.errors] == ["03.yaml:1:1"]
    assert (result.exit_code, result.written) == (2, [])
    assert result.blocked == "a file cannot be written (`--keep-going` writes the others)"


def test_keep_going_writes_the_files_without_another_hard_link(tree: Path) -> None:
    os.link(tree / "03.yaml", tree / "other")
    result = set_image("nginx:1.27.1", keep_going=True)
    assert (result.exit_code, len(result.written)) == (2, MANY - 1)
    assert (tree / "03.yaml").read_text() == (tree / "other").read_text() == POD


def test_break_links_writes_the_file_and_leaves_its_other_name(tree: Path) -> None:
    os.link(tree / "03.yaml", tree / "other")
    result = set_image("nginx:1.27.1", break_links=True)
    assert (result.exit_code, texts(tree), (tree / "other").read_text()) == (0, {NEW}, POD)


def test_a_file_that_another_program_changes_meanwhile_is_not_lost(tree: Path) -> None:
    def interfere(done: int, total: int) -> None:
        if done:
            (tree / "00.yaml").write_text(POD + "# by hand\n")

    result = set_image("nginx:1.27.1", progress=interfere)
    assert [error.message for error in result.errors] == ["changed while kbump was working"]
    assert (tree / "00.yaml").read_text() == POD + "# by hand\n"
    assert (result.exit_code, len(result.written), texts(tree)) == (2, MANY - 1, {NEW, POD + "# by hand\n"})


def test_a_file_that_another_program_makes_unreadable_meanwhile_is_an_error(tree: Path) -> None:
    def interfere(done: int, total: int) -> None:
        if done:
            (tree / "00.yaml").write_bytes(b"# \xff nginx\n")

    result = set_image("nginx:1.27.1", progress=interfere)
    assert [error.message for error in result.errors] == ["is not UTF-8: byte 0xff"]
    assert (result.exit_code, len(result.written)) == (2, MANY - 1)


def test_a_text_is_given_back_only_where_it_is_to_be_written() -> None:
    assert set_image("nginx:1.27.1", text=POD).text == NEW
    assert set_image("nginx:1.27.0", text=POD).text == POD
    assert set_image("nginx:1.27.1", text="\ufeff" + POD).text == "\ufeff" + NEW
    assert set_image("nginx:1.27.1", text=POD, write=False).text is None
    assert set_image("redis:8", text=POD).text is None
    assert set_image("nginx:1.27.1", text=POD + "- [").text is None


def test_a_request_that_nothing_matches_is_told_from_one_that_the_filters_leave_out() -> None:
    result = set_image("nginx:1.27.1", text=POD, kinds=["Deployment"])
    assert (result.unmatched, result.filtered) == ({"nginx:1.27.1": []}, {"nginx:1.27.1": 1})
    result = set_image("ngnix:1.27.1", text=POD, kinds=["Deployment"])
    assert (result.unmatched, result.filtered) == ({"ngnix:1.27.1": ["nginx"]}, {"ngnix:1.27.1": 0})
