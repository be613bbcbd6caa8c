"""`kbump rollout` and `kbump status` as far as they need no cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump.cli.display import Display
from kbump.cluster.kubectl import Versions
from kbump.config import ClusterChoice
from kbump.rollouts import ClusterName, Workload
from kbump.rollouts.checking import other_cluster, schema_version, skew
from kbump.rollouts.options import Difference, Step
from kbump.rollouts.waiting import Moment

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'a/b:1'}]}\n"
QA = ClusterName("https://qa.example.com:6443", "qa", "v1.33.1")
WAITING = Workload("Deployment", "shop", "web", "changed", True, "waiting", "0 of 1 updated replica available")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay" / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "sealed.yaml").write_text(f"{POD}sops: {{mac: a}}\n")
    (tmp_path / "notes.yaml").write_text("a: b\n")
    return tmp_path


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("rollout",), "no manifests are named"),
        (("rollout", "-f", "pod.yaml", "-k", "overlay"), "`-f` and `-k` exclude each other"),
        (("rollout", "-f", "-", "-f", "pod.yaml"), "`-f -` cannot be combined"),
        (("rollout", "deployment/web"), "nothing says what to do with it"),
        (("rollout", "--only-wait", "deployment/web", "-f", "pod.yaml"), "exclude one another"),
        (("rollout", "-f", "overlay"), "`overlay` is a kustomization"),
        (("rollout", "-f", "."), "`overlay` is a kustomization"),
        (("rollout", "-f", "sealed.yaml"), "Pod p is encrypted by SOPS"),
        (("rollout", "-f", "notes.yaml"), "there is no manifest in `notes.yaml`"),
        (("rollout", "-f", "absent.yaml"), "does not exist"),
        (("rollout", "-f", "pod.yaml", "--kubeconfig-content-from", "NOTHING"), "`NOTHING` is empty or not set"),
        (
            ("rollout", "-f", "pod.yaml", "--kubeconfig", "a", "--kubeconfig-content-from", "B"),
            "`--kubeconfig` and `--kubeconfig-content-from` exclude each other",
        ),
        (("status",), "no manifests are named"),
        (("status", "deployment/web", "-f", "pod.yaml"), "exclude one another"),
    ],
)
def test_what_cannot_be_done_is_said_before_a_cluster_is_asked(
    kbump, here: Path, args: tuple[str, ...], message: str
) -> None:
    ran = kbump(*args)
    assert (ran.code, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "hint:" in ran.stderr


def test_a_missing_kubectl_is_said(kbump, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(here))
    ran = kbump("rollout", "-f", "pod.yaml")
    assert ran.code == 2
    assert "kubectl is not on PATH" in ran.stderr


def test_no_cluster_is_an_error_and_nothing_is_waited_for(kbump, here: Path) -> None:
    ran = kbump("rollout", "-f", "pod.yaml")
    assert ran.code == 2
    assert ran.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("choice", "found", "words"),
    [
        (ClusterChoice(), QA, ""),
        (ClusterChoice("https://QA.example.com:6443/", "qa"), QA, ""),
        (ClusterChoice("https://qa.example.com"), QA._replace(server="https://qa.example.com:443"), ""),
        (ClusterChoice("https://live.example.com:6443"), QA, "its server is `https://qa.example.com:6443`"),
        (ClusterChoice("http://qa.example.com:6443"), QA, "its server is `https://qa.example.com:6443`"),
        (ClusterChoice("", "live"), QA, "its context is `qa`, and .kbump.yaml says `live`"),
        (ClusterChoice("", "qa"), QA._replace(context=""), "this cluster has no context"),
    ],
)
def test_only_the_cluster_of_the_settings_is_taken(choice: ClusterChoice, found: ClusterName, words: str) -> None:
    refusals = other_cluster(choice, found)
    assert bool(refusals) == bool(words)
    assert all(words in one.message and one.hint for one in refusals)


@pytest.mark.parametrize(
    ("server", "version", "said"),
    [
        ("v1.33.1", "1.33", ""),
        ("v1.31.4-gke.100", "1.31", ""),
        ("v1.99.0", "1.37", "newer than what kbump knows"),
        ("v1.20.0", "1.25", "older than what kbump knows"),
        ("", "1.37", "says no version"),
    ],
)
def test_manifests_are_checked_for_the_newest_version_not_above_the_servers(
    server: str, version: str, said: str
) -> None:
    found, words = schema_version(server)
    assert found == version
    assert said in " ".join(words)
    assert bool(words) == bool(said)


def test_a_kubectl_far_from_its_server_is_said() -> None:
    assert list(skew(Versions("v1.32.4", "v1.33.0"))) == []
    assert list(skew(Versions("v1.32.4", ""))) == []
    [words] = skew(Versions("v1.30.0", "v1.33.0"))
    assert words.startswith("kubectl is v1.30.0 and the server v1.33.0")


def test_a_log_is_reminded_after_30_seconds_of_silence(capsys: pytest.CaptureFixture[str]) -> None:
    display = Display(rows=True, quiet=False, verbose=False, timeout_s=600, colour=(False, False))
    display(Step("connecting"))
    display(Moment(1, [WAITING], []))
    assert capsys.readouterr() == ("", "")
    display.spoke -= 31
    display(Moment(31, [WAITING], []))
    display(Moment(32, [WAITING], []))
    words = "still waiting after 31 s: Deployment shop/web: 0 of 1 updated replica available\n"
    assert capsys.readouterr() == ("", words)
    done = WAITING._replace(word="done", message="1 replica available", seconds=33.0)
    display(Moment(33, [done], [done]))
    assert capsys.readouterr() == ("done        Deployment shop/web  1 replica available (changed, 33.0 s)\n", "")


def test_a_log_says_the_same_of_a_workload_once(capsys: pytest.CaptureFixture[str]) -> None:
    display = Display(rows=True, quiet=False, verbose=False, timeout_s=600, colour=(False, False))
    display(Moment(1, [WAITING], [WAITING]))
    display(Moment(2, [WAITING], [WAITING]))
    assert capsys.readouterr().err.count("Deployment shop/web") == 1
    other = WAITING._replace(message="1 of 1 new replica updated")
    display(Moment(3, [other], [other]))
    assert capsys.readouterr().err.count("Deployment shop/web") == 1


def test_the_line_that_counts_is_about_what_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    display = Display(rows=False, quiet=False, verbose=False, timeout_s=600, colour=(False, False))
    display.terminal = True
    route = WAITING._replace(kind="Ingress", blocking=False)
    done, failed = (WAITING._replace(name=word, word=word) for word in ("done", "failed"))
    display(Moment(3, [WAITING, done, failed, route], []))
    assert "\r1 of 3 done, 1 failed, 3 s of 600 s: Deployment shop/web: 0 of 1 " in capsys.readouterr().err
    display(Moment(3, [done, route], []))
    assert "\r1 of 1 done, 3 s of 600 s\033[K" in capsys.readouterr().err


def test_what_an_interruption_leaves_depends_on_when_it_came() -> None:
    display = Display(rows=True, quiet=True, verbose=False, timeout_s=600, colour=(False, False))
    display(Step("applying workloads"))
    assert display.left() == "what was applied stays applied, and nothing waits for it"
    assert display.began
    display(Moment(1, [WAITING], []))
    assert display.left() == "all is applied, and nobody waits any longer for Deployment shop/web"
    display(Step("undoing"))
    display(Moment(1, [WAITING], []))
    assert (display.state, display.left().partition(",")[0]) == ("undoing", "what went back is back")
    display(Step("putting images back in git"))
    assert display.began
    assert display.left() == (
        "what went back is back, and git has the whole commit or nothing of it; look at its branch"
    )


def test_the_difference_is_shown_when_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    display = Display(rows=True, quiet=False, verbose=False, timeout_s=600, colour=(False, False))
    display(Difference("-a\n+b\n"))
    assert capsys.readouterr() == ("-a\n+b\n", "")
    display(Difference(""))
    assert capsys.readouterr() == ("", "`kubectl diff` finds no difference\n")
    display.rows = False
    display(Difference("-a\n+b\n"))
    assert capsys.readouterr() == ("", "")


def test_images_cannot_go_back_in_git_from_elsewhere(kbump, here: Path) -> None:
    ran = kbump("rollout", "-f", "pod.yaml", "--undo-git")
    assert (ran.code, ran.stdout) == (2, "")
    assert "`pod.yaml` is in no git repository that images could be put back in" in ran.stderr
    ran = kbump("rollout", "-f", "-", "--undo-git", stdin=b"{apiVersion: v1, kind: Pod, metadata: {name: a}}")
    assert ran.code == 2
    assert "manifests from standard input are in no git repository" in ran.stderr
    assert "hint: name files by `-f`, or leave out `--undo-git`" in ran.stderr
