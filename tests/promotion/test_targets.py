"""Who may say where a promotion, and with it the token, goes: the caller, not what was fetched."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kbump.config import NO_CONFIG, Promoting
from kbump.errors import UsageError
from kbump.promotion import PromoteResult, promote
from tests.git.conftest import add_commit, run_git
from tests.git.server import Server, serving

TOKEN = "t0ken-that-is-a-secret"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: 'acme/web:%s'}]}\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve /acme/qa.git, which has web 2, and /acme/live.git, which has web 1, to those with the token."""
    for name, tag in (("qa", "2"), ("live", "1")):
        bare = tmp_path / "served" / "acme" / f"{name}.git"
        run_git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", bare)
        add_commit(bare, {"web.yaml": (POD % tag).encode()})
    with serving(tmp_path / "served") as running:
        running.users = {"x-access-token": TOKEN}
        yield running


def offer(server: Server, target: str) -> None:
    """Let qa say what it is promoted to."""
    add_commit(server.root / "acme" / "qa.git", {".kbump.yaml": f"promotion: {{target: '{target}'}}\n".encode()})


def run(source: str, target: str = "", **options: object) -> PromoteResult:
    return promote(target, source, environ={**os.environ, "KBUMP_TOKEN": TOKEN}, write=False, **options)


def test_a_repository_may_name_a_target_on_its_own_server(server: Server) -> None:
    offer(server, f"{server.address}/acme/live.git")
    assert run(f"{server.address}/acme/qa.git").promotions[0].status == "planned"


def test_a_repository_that_names_a_target_elsewhere_gets_no_token_sent_there(server: Server) -> None:
    with serving(server.root) as elsewhere:
        offer(server, elsewhere.address.replace("127.0.0.1", "localhost") + "/acme/live.git")
        with pytest.raises(UsageError, match=r"names http://localhost:.*, on another server") as caught:
            run(f"{server.address}/acme/qa.git")
        assert elsewhere.seen == []
    assert "--to" in str(caught.value.hint)


@pytest.mark.parametrize(
    "elsewhere", ["file:///srv/git/live.git", "git@git.example.com:acme/live", "http://127.0.0.1:9/x"]
)
def test_a_repository_names_no_target_that_is_reached_in_another_way(server: Server, elsewhere: str) -> None:
    offer(server, elsewhere)
    with pytest.raises(UsageError, match="on another server"):
        run(f"{server.address}/acme/qa.git")


def test_what_is_checked_out_may_name_any_target(server: Server, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(POD % "2")
    (tmp_path / ".kbump.yaml").write_text(f"promotion: {{target: '{server.address}/acme/live.git'}}\n")
    assert run(str(tmp_path / "web.yaml")).promotions[0].status == "planned"


def test_a_revision_may_name_a_target_only_where_what_is_checked_out_has_its_own(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, f"{server.address}/acme/live.git")
    subprocess.run(["git", "clone", "--quiet", server.root / "acme" / "qa.git", tmp_path / "here"], check=True)
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="on another server"):
        run("HEAD:.")
    caller = NO_CONFIG._replace(promotion=Promoting(f"{server.address}/acme/other.git"))
    assert run("HEAD:.", caller=caller).promotions[0].status == "planned"


def test_a_checkout_that_is_behind_promotes_nothing_if_it_has_to_be_the_tip(server: Server, tmp_path: Path) -> None:
    qa, live = (f"{server.address}/acme/{name}.git" for name in ("qa", "live"))
    here = tmp_path / "here"
    run_git("clone", "--quiet", server.root / "acme" / "qa.git", here)
    run_git("remote", "set-url", "origin", qa, cwd=here)
    assert run(str(here), live, require_tip=True).promotions[0].status == "planned"
    add_commit(server.root / "acme" / "qa.git", {"web.yaml": (POD % "3").encode()})
    late = run(str(here / "web.yaml"), live, require_tip=True)
    assert (late.promotions, late.exit_code) == ([], 0)
    [words] = late.left
    assert re.fullmatch(r"the checkout is [0-9a-f]{12}, and `main` is at [0-9a-f]{12} by now", words)
    assert run(str(here), live).promotions[0].status == "planned"


@pytest.mark.parametrize(
    ("cloned_with", "user"), [({}, "x-access-token"), ({"USERNAME": "drone", "PASSWORD": "clones"}, "drone")]
)
def test_the_token_is_the_targets_and_the_source_is_asked_with_what_ci_cloned_it_with(
    server: Server, tmp_path: Path, cloned_with: dict[str, str], user: str
) -> None:
    here = tmp_path / "here"
    run_git("clone", "--quiet", server.root / "acme" / "qa.git", here)
    run_git("remote", "set-url", "origin", f"{server.address}/acme/qa.git", cwd=here)
    server.users["drone"] = "clones"
    names = {"MACHINE": "127.0.0.1", **cloned_with}
    environ = {**os.environ, "KBUMP_TOKEN": TOKEN, **{f"DRONE_NETRC_{name}": value for name, value in names.items()}}
    done = promote(f"{server.address}/acme/live.git", str(here), environ=environ, write=False, require_tip=True)
    assert done.promotions[0].status == "planned"
    for name, expected in (("qa", user), ("live", "x-access-token")):
        sent = {one.partition(" ")[2] for _, path, one in server.seen if f"/{name}.git" in path and one}
        assert {base64.b64decode(one).decode().partition(":")[0] for one in sent} == {expected}


def test_what_is_not_checked_out_is_no_tip(server: Server) -> None:
    with pytest.raises(UsageError, match="is not checked out, so it is no tip"):
        run(f"{server.address}/acme/qa.git", f"{server.address}/acme/live.git", require_tip=True)
