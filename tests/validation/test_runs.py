"""Runs of `kbump validate` as a process among others: no network, no cluster, pipes that close, files that vanish."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kbump import validate
from tests.validation.samples import CRD, VALID, VALID_WORDS, WIDGET, WRONG, write

# Whoever opens a connection in this program fails.
OFFLINE = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError("it asked the network")
class Refusing(socket.socket):
    connect = connect_ex = refuse
socket.socket = Refusing
socket.create_connection = socket.getaddrinfo = refuse
from kbump.cli import main
sys.exit(main())
"""
SEVERAL = 200
NEEDS_A_REASON = {"difflib", "jsonschema", "subprocess"}
NEEDS_A_FINDING = {f"kbump.validation.{name}" for name in ("dialect", "explaining", "ignores", "locating")}


def process(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KBUMP_")}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )


def configmap(number: int, more: str = "") -> str:
    return VALID.replace("name: a", f"name: a{number}") + more


def test_kubeconform_329_and_kubectl_validate_152_neither_network_nor_kubeconfig_is_asked(kbump, tmp_path) -> None:
    write(tmp_path, {"a.yaml": WRONG, "w.yaml": WIDGET, "crd.yaml": CRD})
    usual = kbump("validate", cwd=tmp_path)
    offline = process(["-c", OFFLINE, "validate"], tmp_path, KUBECONFIG=str(tmp_path / "nowhere"))
    assert (offline.returncode, offline.stdout, offline.stderr) == usual
    assert usual.code == 1


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "---\n".join(configmap(number, "dta: {}\n") for number in range(2_000))})
    command = [sys.executable, "-m", "kbump", "validate", "a.yaml", "-q"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        words = run.stderr.read()
    assert (run.returncode, words) == (141, b"")


def test_a_terminal_may_see_a_bar_that_is_cleared(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": VALID})
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kbump", "validate", "a.yaml", "--color", "never"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs) as run:
        assert run.wait() == 0
    os.close(theirs)
    assert VALID_WORDS.encode() in os.read(ours, 65536)
    os.close(ours)


def imported(tmp_path: Path, text: str) -> set[str]:
    (tmp_path / "a.yaml").write_text(text)
    ran = process(["-X", "importtime", "-m", "kbump", "validate", "a.yaml"], tmp_path)
    assert ran.returncode in (0, 1)
    return {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}


def test_a_valid_file_imports_nothing_that_explains_findings(tmp_path: Path) -> None:
    loaded = imported(tmp_path, VALID)
    assert "jsonschema_rs" in loaded
    assert not (NEEDS_A_REASON | NEEDS_A_FINDING) & loaded
    assert "kbump.validation.explaining" in imported(tmp_path, WRONG)


def test_many_files_have_the_same_result_whatever_the_number_of_processes(tmp_path: Path) -> None:
    files = {f"{number:03}.yaml": configmap(number, "dta: {}\n" * (not number % 7)) for number in range(SEVERAL)}
    files["050.yaml"] = configmap(3) + "---\n" + WIDGET
    files["051.yaml"] = "a: b\n"
    files["052.yaml"] = CRD + "---\na: [\n"
    write(tmp_path, files | {"199.yaml": CRD, "bad.json": "{"})
    one, two, three = (validate(str(tmp_path), jobs=jobs) for jobs in (1, 2, 3))
    assert one == two == three
    assert (one.files, one.exit_code) == (SEVERAL + 1, 1)
    assert {finding.rule for finding in one.findings} == {
        "unknown-field",
        "duplicate-resource",
        "wrong-type",
        "yaml-syntax",
    }


@pytest.mark.parametrize("definition", ["000.yaml", "001.yaml"], ids=["in this process", "in another process"])
@pytest.mark.parametrize("item", ["100.yaml", "101.yaml"], ids=["and its object here", "and its object there"])
def test_a_definition_is_found(tmp_path: Path, definition: str, item: str) -> None:
    files = {f"{number:03}.yaml": configmap(number) for number in range(102)}
    write(tmp_path, files | {definition: CRD, item: WIDGET})
    result = validate(str(tmp_path))
    assert [(one.location.file, one.rule) for one in result.findings] == [(str(tmp_path / item), "wrong-type")]
    assert (result.unknown, result.resources) == ({}, 102)


def test_definitions_of_two_processes_are_put_together(tmp_path: Path) -> None:
    files = {f"{number:03}.yaml": configmap(number) for number in range(80)}
    gadget = CRD.replace("idget", "adget").replace("string", "boolean")
    write(
        tmp_path,
        files | {"000.yaml": CRD, "001.yaml": gadget, "002.yaml": WIDGET.replace("idg", "adg") + "---\n" + WIDGET},
    )
    messages = [one.message for one in validate(str(tmp_path)).findings]
    wanted = ("true or false", "a string")
    assert messages == [f"`spec` must be {one}, found the integer 5" for one in wanted]


def when_the_last_is_reached(act: Callable[[], object]) -> Callable[[int, int], None]:
    """Act once all other files are checked: progress is told of every 16th."""
    return lambda done, total: act() if done else None


def test_a_file_that_vanishes_after_it_was_listed_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": VALID, "b.yaml": WRONG.replace("a}", "b}")})
    result = validate(str(tmp_path), progress=lambda done, total: (tmp_path / "a.yaml").unlink())
    [error] = result.errors
    assert (str(error.location), error.message) == (f"{tmp_path}/a.yaml:1:1", "does not exist")
    assert ([one.rule for one in result.findings], result.exit_code) == (["unknown-field"], 2)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param(lambda path: path.unlink(), 1, id="is gone"),
        pytest.param(lambda path: path.write_text("a: b\n"), 1, id="holds something else"),
        pytest.param(lambda path: path.write_text("a: [\n"), 1, id="is broken"),
        pytest.param(lambda path: path.write_text(f"# new\n{VALID}"), 4, id="has one line more"),
    ],
)
def test_the_first_of_two_equal_objects_may_change_after_it_was_checked(tmp_path: Path, change, line: int) -> None:
    files = {f"{number:02}.yaml": configmap(number) for number in range(17)}
    write(tmp_path, files | {"00.yaml": VALID, "16.yaml": VALID})
    result = validate(str(tmp_path), progress=when_the_last_is_reached(lambda: change(tmp_path / "00.yaml")))
    [finding] = result.findings
    assert finding.message.startswith(f"ConfigMap a is there twice, first in {tmp_path}/00.yaml:{line}:")
    assert (finding.location.file, finding.location.line) == (f"{tmp_path}/16.yaml", 3)
