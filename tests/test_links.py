"""Links to what changed in an image: from the trailers of real commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump import diff
from kbump.provenance import Build, trailers
from tests.git.conftest import environ, home, run_git

__all__ = ["environ", "home"]

OLD, NEW = "acme/web:1.4.2", "acme/web:1.5.0"
SLUG = ("acme/web", "acme/web")
A, B = "a" * 40, "b" * 40


def manifest(image: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}\n"


@pytest.fixture
def infra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a work tree, and make it the current directory."""
    path = tmp_path / "infra"
    run_git("init", "--quiet", "--initial-branch=main", "--template=", path)
    monkeypatch.chdir(path)
    return path


def set_images(infra: Path, *, repositories: tuple[str, str] = SLUG, commits: tuple[str, str] = (A, B)) -> None:
    """Commit the old image to both environments, then the new one to qa, each with the trailers of its build."""
    for image, names, repository, commit in zip(
        (OLD, NEW), (("qa", "live"), ("qa",)), repositories, commits, strict=True
    ):
        for name in names:
            (infra / name).mkdir(exist_ok=True)
            (infra / name / "web.yaml").write_text(manifest(image))
        run_git("add", "--all", cwd=infra)
        lines = trailers(Build(repository=repository, commit=commit), [image])
        run_git("commit", "--quiet", "--message", "\n".join(["chore: set it", "", *lines]), cwd=infra)


def link(old: str, new: str, environ: dict[str, str]) -> str:
    (image,) = diff(old, new, links=True, environ=environ).images
    return image.link


@pytest.mark.parametrize(
    ("origin", "repositories", "page"),
    [
        pytest.param("https://git.example.com/acme/infra.git", SLUG, "https://git.example.com/acme/web", id="https"),
        pytest.param("http://git.example.com:3000/acme/infra", SLUG, "http://git.example.com:3000/acme/web", id="http"),
        pytest.param("git@git.example.com:acme/infra.git", SLUG, "https://git.example.com/acme/web", id="ssh"),
        pytest.param("/srv/infra.git", SLUG, "", id="a path"),
        pytest.param("file:///srv/infra.git", SLUG, "", id="a file"),
        pytest.param("https://user:hunter2@git.example.com/acme/infra", SLUG, "", id="a password"),
        pytest.param("", SLUG, "", id="no origin"),
        pytest.param(
            "",
            ("https://elsewhere.example.com/acme/web.git",) * 2,
            "https://elsewhere.example.com/acme/web",
            id="a URL",
        ),
        pytest.param("https://git.example.com/acme/infra", ("not a name",) * 2, "", id="no name"),
        pytest.param("https://git.example.com/acme/infra", ("file:///srv/web",) * 2, "", id="the URL of a file"),
        pytest.param("https://git.example.com/acme/infra", ("acme/web", "other/web"), "", id="two repositories"),
    ],
)
def test_the_link_leads_to_the_repository_of_both_builds(
    origin: str, repositories: tuple[str, str], page: str, infra: Path, environ: dict[str, str]
) -> None:
    set_images(infra, repositories=repositories)
    if origin:
        run_git("remote", "add", "origin", origin, cwd=infra)
    assert link("live", "qa", environ) == (f"{page}/compare/{A}...{B}" if page else "")


@pytest.mark.parametrize(
    "commits",
    [pytest.param((A, A), id="the same"), pytest.param((A, ""), id="none"), pytest.param((A, "b/.."), id="no")],
)
def test_there_is_no_link_without_two_commits(commits: tuple[str, str], infra: Path, environ: dict[str, str]) -> None:
    set_images(infra, commits=commits)
    run_git("remote", "add", "origin", "https://git.example.com/acme/infra", cwd=infra)
    assert link("live", "qa", environ) == ""


def test_a_revision_and_a_clone_have_a_history_too(infra: Path, environ: dict[str, str]) -> None:
    web = "https://git.example.com/acme/web"
    set_images(infra, repositories=(web, web))
    assert link("main:live", "main:qa", environ) == f"{web}/compare/{A}...{B}"
    assert link(f"file://{infra}//live", f"file://{infra}//qa", environ) == f"{web}/compare/{A}...{B}"


def test_what_has_no_history_has_no_links(tmp_path: Path, infra: Path, environ: dict[str, str]) -> None:
    for name, image in (("live", OLD), ("qa", NEW)):
        (tmp_path / name).mkdir()
        (infra / name).mkdir()
        for folder in (tmp_path, infra):
            (folder / name / "web.yaml").write_text(manifest(image))
    assert link(str(tmp_path / "live"), str(tmp_path / "qa"), environ) == ""
    assert link("live", "qa", environ) == ""
    assert link("live", "qa", {**environ, "PATH": str(tmp_path)}) == ""
    assert diff("live", "live", links=True, environ={}).images == []
