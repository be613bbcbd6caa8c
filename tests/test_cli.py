"""The doors: help, options from the environment and from .kbump.yaml, colours, streams, signals, exit codes."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kbump.cli import COMMANDS

POD = """apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: acme/web:1.0.0
"""


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def process(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KBUMP_")}
    return subprocess.run(
        [sys.executable, "-m", "kbump", *args],
        cwd=cwd,
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_examples_or_commands_and_exit_codes(kbump, command: str) -> None:
    ran = kbump(*command.split(), "--help")
    assert ran.code == 0
    assert "Exit codes" in ran.stdout
    assert ("Examples:" if command else "Commands:") in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 88


def test_version_is_the_installed_one(kbump) -> None:
    from importlib.metadata import version

    assert kbump("--version").stdout == f"kbump {version('kbump')}\n"


def test_a_mistyped_command_has_a_suggestion(kbump) -> None:
    ran = kbump("setimage")
    assert ran.code == 2
    assert "There is no command `setimage`. Did you mean `set-image`?" in ran.stderr


def test_an_unlike_command_points_to_the_help(kbump) -> None:
    ran = kbump("deploy")
    assert (ran.code, ran.stdout) == (2, "")
    assert "There is no command `deploy`. See `kbump --help`." in ran.stderr


def test_a_mistyped_option_is_a_usage_error(kbump) -> None:
    ran = kbump("set-image", "acme/web:1", "--names", "web")
    assert (ran.code, ran.stdout) == (2, "")
    assert "--names" in ran.stderr


def test_no_command_prints_the_help_and_is_a_usage_error(kbump) -> None:
    ran = kbump()
    assert ran.code == 2
    assert "Commands:" in ran.stdout + ran.stderr


def test_no_image_is_a_usage_error(kbump, pod: Path) -> None:
    ran = kbump("set-image", cwd=pod)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: no image is named\n  hint: write `kbump set-image")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("set-image", "a/b:1", "-f", "-", "-f", "x"), "cannot be combined with other paths"),
        (("set-image", "a/b:1", "-f", "x", "--environment", "e"), "exclude each other"),
        (("set-image", "a/b:1", "--environment", "e"), "no environment `e` is declared"),
        (("images", "-", "x"), "cannot be combined with other paths"),
        (("images", "-k", "x", "y"), "exclude one another"),
        (("images", "absent"), "does not exist"),
        (("set-image", "a/b:1", "-f", "absent"), "does not exist"),
    ],
)
def test_a_contradictory_call_is_a_usage_error_with_a_hint(
    kbump, pod: Path, args: tuple[str, ...], message: str
) -> None:
    ran = kbump(*args, cwd=pod)
    assert (ran.code, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "hint:" in ran.stderr


def test_an_option_can_come_from_the_environment(kbump, pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KBUMP_SET_IMAGE_DRY_RUN", "1")
    ran = kbump("set-image", "acme/web:1.0.1", cwd=pod)
    assert "1 image would change in 1 file" in ran.stderr
    assert (pod / "pod.yaml").read_text() == POD


def test_a_list_from_the_environment_is_split_like_path(kbump, pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pod / "other.yaml").write_text(POD)
    (pod / "third.yaml").write_text(POD)
    monkeypatch.setenv("KBUMP_IMAGES_EXCLUDE", os.pathsep.join(("other.yaml", "third.yaml")))
    assert [line.split()[0] for line in kbump("images", cwd=pod).stdout.splitlines()] == ["pod.yaml:7:12"]


def test_a_flag_beats_the_environment_which_beats_the_file(kbump, pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pod / ".kbump.yaml").write_text("defaults: {images: {output: json}}\n")
    assert kbump("images", cwd=pod).stdout.startswith("{")
    monkeypatch.setenv("KBUMP_IMAGES_OUTPUT", "github")
    assert kbump("images", cwd=pod).stdout.startswith("::notice")
    assert kbump("images", "-o", "text", cwd=pod).stdout.startswith("pod.yaml:7:12")


def test_a_default_for_runs_into_a_repository_is_no_matter_to_others(
    kbump, pod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = re.findall(r"image: (\S+?):", POD)[0] + ":9.9"
    monkeypatch.setenv("KBUMP_SET_IMAGE_AUTHOR", "A <a@b>")
    (pod / ".kbump.yaml").write_text("defaults: {set-image: {message: 'deploy {images}'}}\n")
    assert kbump("set-image", image, "--dry-run", cwd=pod).code == 0
    ran = kbump("set-image", image, "--author", "A <a@b>", "--dry-run", cwd=pod)
    assert (ran.code, "`--author` goes with `--repo`" in ran.stderr) == (2, True)


def test_a_default_of_the_wrong_type_is_a_usage_error_that_names_the_file(kbump, pod: Path) -> None:
    (pod / ".kbump.yaml").write_text("defaults: {images: {output: xml}}\n")
    ran = kbump("images", cwd=pod)
    assert ran.code == 2
    assert "'xml'" in ran.stderr
    assert "(from `defaults` in .kbump.yaml)" in ran.stderr


def test_a_mistake_in_the_configuration_is_located(kbump, pod: Path) -> None:
    (pod / ".kbump.yaml").write_text("environment: {}\n")
    ran = kbump("images", cwd=pod)
    assert ran.code == 2
    assert ran.stderr == (".kbump.yaml:1:1: error: unknown key `environment`\n  hint: did you mean `environments`?\n")


def test_a_pipe_gets_plain_text_and_always_means_always(pod: Path) -> None:
    assert "\033" not in process("images", cwd=pod).stdout
    assert "\033[36mpod.yaml:7:12\033[0m" in process("images", "--color", "always", cwd=pod, NO_COLOR="1").stdout


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colour_unless_no_color_is_set(pod: Path, env: dict[str, str], coloured: bool) -> None:
    assert ("\033[" in terminal("images", cwd=pod, **env)) == coloured


def terminal(*args: str, cwd: Path, **env: str) -> str:
    ours, theirs = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-m", "kbump", *args], cwd=cwd, env={**clean, **env}, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        output = b""
        # Linux answers EIO, not an end of file, once the other side of a terminal is closed.
        while piece := read_terminal(ours):
            output += piece
        running.wait()
    os.close(ours)
    return output.decode()


def read_terminal(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_quiet_says_nothing_but_errors(kbump, pod: Path) -> None:
    assert kbump("set-image", "acme/web:1.0.1", "-q", cwd=pod).stderr == ""
    (pod / "broken.yaml").write_text("image: acme/web:1\na: [\n")
    ran = kbump("set-image", "acme/web:1.0.2", "-q", cwd=pod)
    assert (ran.code, ran.stderr.partition(" ")[0]) == (2, "broken.yaml:3:1:")


def test_a_reader_that_leaves_is_no_failure_worth_a_traceback(pod: Path) -> None:
    script = f"{sys.executable} -m kbump images --help | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", script], cwd=pod, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() in ("0", "141")
    assert "Traceback" not in ran.stderr


@pytest.mark.once
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_so_and_leaves_no_temporary_files(tmp_path: Path, number: int, code: int) -> None:
    for index in range(4000):
        (tmp_path / f"pod-{index}.yaml").write_text(POD)
    running = subprocess.Popen(
        [sys.executable, "-m", "kbump", "set-image", "acme/web:1.0.1"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    wait_for_first_write(tmp_path, running)
    running.send_signal(number)
    _, words = running.communicate(timeout=60)
    assert running.returncode == code
    assert "interrupted: files written so far stay written" in words
    assert "Traceback" not in words
    texts = {file.read_text() for file in tmp_path.glob("*.yaml")}
    assert texts <= {POD, POD.replace("1.0.0", "1.0.1")}
    done = process("set-image", "acme/web:1.0.1", cwd=tmp_path)
    assert done.returncode == 0
    assert not list(tmp_path.glob(".*"))


def wait_for_first_write(tree: Path, running: subprocess.Popen[str]) -> None:
    while running.poll() is None:
        if "1.0.1" in (tree / "pod-0.yaml").read_text():
            return
        time.sleep(0.002)
    pytest.fail("the run was over before it could be interrupted")


def test_kustomize_output_is_listed_under_the_directory(kbump, pod: Path) -> None:
    import shutil

    if not shutil.which("kubectl"):
        pytest.skip("needs kubectl on PATH")
    (pod / "kustomization.yaml").write_text("resources: [pod.yaml]\nimages: [{name: acme/web, newTag: 2.0.0}]\n")
    ran = kbump("images", "-k", str(pod))
    assert ran.code == 0
    assert "acme/web:2.0.0" in ran.stdout
    other = pod / "other"
    other.mkdir()
    (other / "kustomization.yaml").write_text("resources: [pod.yaml]\nimages: [{name: acme/web, newTag: 3.0.0}]\n")
    (other / "pod.yaml").write_text(POD)
    both = kbump("images", "-k", str(pod), "-k", str(other), "-k", f"{pod}/", "-k", str(pod / "absent"))
    assert [line.split()[-1] for line in both.stdout.splitlines()] == ["acme/web:2.0.0", "acme/web:3.0.0"]
    assert (both.code, both.stderr.count("kubectl kustomize")) == (2, 1)
    # A directory has no lines; an annotation there would be dropped.
    place = f"file={pod / 'kustomization.yaml'},line=1,col=1"
    assert place in kbump("images", "-k", str(pod), "-o", "github").stdout
    broken = kbump("images", "-k", str(pod / "absent"))
    assert broken.code == 2
    assert "kubectl kustomize" in broken.stderr


def test_a_missing_kubectl_is_said(kbump, pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(pod))
    ran = kbump("images", "-k", ".", cwd=pod)
    assert (ran.code, ran.stderr) == (
        2,
        "error: kubectl is not on PATH\n  hint: install kubectl, or name files instead of `-k`\n",
    )


@pytest.mark.parametrize("command", ["images", "validate"])
@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_reports_for_programs_are_unicode_whatever_a_file_is_called(command: str, form: str, tmp_path: Path) -> None:
    if command == "images" and form in ("sarif", "junit"):
        return
    manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: 5}]}\n"
    with open(os.fsencode(tmp_path) + b"/a\xff.yaml", "w") as file:
        file.write(manifest.replace("5", "nginx") if command == "images" else manifest)
    ran = subprocess.run(
        [sys.executable, "-m", "kbump", command, "-o", form], cwd=tmp_path, capture_output=True, check=False
    )
    assert "a\ufffd.yaml" in ran.stdout.decode() or "a%FF.yaml" in ran.stdout.decode()
