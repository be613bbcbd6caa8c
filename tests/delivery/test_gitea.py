"""`set-image --repo` on a real Gitea: what it allows, and what it refuses, in its words and ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kbump.delivery import Delivery, deliver
from kbump.errors import GitError
from tests.delivery.infra import GiteaInfra
from tests.forge.hosts import GiteaHost

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: acme/web:1\n"


@pytest.fixture
def infra(gitea: GiteaHost, tmp_path: Path) -> GiteaInfra:
    """Return a repository with one manifest."""
    made = GiteaInfra(gitea, tmp_path)
    made.commit({"k8s/web.yaml": POD})
    return made


def run(infra: GiteaInfra, token: str | None = None, **options: Any) -> Delivery:
    secrets = infra.secrets if token is None else {"KBUMP_TOKEN": token}
    return deliver("acme/web:2", infra.url, environ={**os.environ, **secrets}, **options)


def test_a_commit_lands_on_the_default_branch_whatever_it_is_called(infra: GiteaInfra) -> None:
    infra.host.rename_default("trunk")
    done = run(infra)
    assert (done.status, done.branch) == ("pushed", "trunk")
    assert infra.read("k8s/web.yaml", "trunk") == POD.replace(":1", ":2")
    assert infra.messages("trunk")[0] == "chore: set web:2"


def test_a_protected_branch_refuses_and_is_quoted(infra: GiteaInfra) -> None:
    infra.host.protect("main")
    with pytest.raises(GitError, match="refused the push to `main`") as caught:
        run(infra)
    assert "protected" in caught.value.message
    assert "--pull-request" in str(caught.value.hint)
    assert infra.read("k8s/web.yaml") == POD


def test_a_wrong_token_is_said_to_be_wrong(infra: GiteaInfra) -> None:
    infra.host.admin.ask("PATCH", infra.host.at, body={"private": True})
    with pytest.raises(GitError) as caught:
        run(infra, "0" * 40)
    assert "the secret of KBUMP_TOKEN is wrong, expired, or may not do this" in str(caught.value.hint)


def test_without_a_token_it_is_said_how_to_give_one(infra: GiteaInfra) -> None:
    with pytest.raises(GitError) as caught:
        run(infra, "")
    assert "KBUMP_TOKEN" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("scopes", "needed"),
    [(("read:repository",), "`write:repository` on Gitea"), (("write:issue",), "`read:repository` on Gitea")],
    ids=["reading only", "issues only"],
)
def test_a_token_that_is_too_narrow_pushes_nothing(infra: GiteaInfra, scopes: tuple[str, ...], needed: str) -> None:
    infra.host.admin.ask("PATCH", infra.host.at, body={"private": True})
    token = infra.host.server.token(infra.host.bot, *scopes)
    with pytest.raises(GitError) as caught:
        run(infra, token)
    assert str(caught.value.hint).startswith("the secret of KBUMP_TOKEN may not do this: it needs ")
    assert needed in str(caught.value.hint)
    assert infra.read("k8s/web.yaml") == POD


def test_an_archived_repository_is_said_to_be_archived(infra: GiteaInfra) -> None:
    infra.host.archive()
    with pytest.raises(GitError) as caught:
        run(infra)
    assert "archived" in f"{caught.value} {caught.value.hint}"
