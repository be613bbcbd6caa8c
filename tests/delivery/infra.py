"""An infra repository on each of the two forges, with git behind it, as its people see it; for tests only."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kbump.config import ForgeChoice
from tests.forge.github_api import OWNER, REPO
from tests.forge.hosts import GiteaHost, GitHubHost, Host
from tests.git.conftest import run_git
from tests.git.server import Server


class Infra:
    """A repository: `url` is where kbump finds it, `secrets` what it needs there, `pushed` where people push to."""

    kind = ""

    def __init__(self, host: Host, url: str, pushed: str, secrets: dict[str, str], folder: Path) -> None:
        self.host, self.url, self.pushed, self.secrets, self.folder = host, url, pushed, secrets, folder

    @property
    def forge(self) -> Any:
        """Return the forge as kbump speaks to it."""
        return self.host.forge()

    @property
    def name(self) -> str:
        """Return the name of the repository."""
        return self.url.rpartition("/")[2].removesuffix(".git")

    @property
    def choice(self) -> ForgeChoice:
        """Return what a .kbump.yaml has to say of the forge."""
        return ForgeChoice(self.kind)

    def commit(self, files: Mapping[str, str | None], message: str = "by hand", branch: str = "main") -> str:
        """Commit files to a branch, as a person, and push; return the commit."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        run_git("clone", "--quiet", self.pushed, work)
        known = run_git("branch", "--remotes", "--list", f"origin/{branch}", cwd=work)
        run_git("checkout", "--quiet", "-B", branch, *([f"origin/{branch}"] if known else []), cwd=work)
        for name, text in files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        run_git("add", "--all", cwd=work)
        run_git("commit", "--quiet", "--allow-empty", "--message", message, cwd=work)
        run_git("push", "--quiet", "origin", branch, cwd=work)
        return run_git("rev-parse", "HEAD", cwd=work)

    def merge_base_into(self, branch: str, base: str = "main") -> None:
        """Merge the base into a branch, as a forge's button "update branch" does."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        run_git("clone", "--quiet", "--branch", branch, self.pushed, work)
        run_git("merge", "--quiet", "--no-ff", "--message", f"Merge {base}", f"origin/{base}", cwd=work)
        run_git("push", "--quiet", "origin", branch, cwd=work)

    def forward(self, branch: str) -> None:
        """Push the tip of a branch to main, as a person."""
        run_git("push", "--quiet", self.pushed, "FETCH_HEAD:refs/heads/main", cwd=self.fetched(branch))

    def read(self, name: str, branch: str = "main") -> str:
        """Return a file of a branch."""
        return run_git("cat-file", "blob", f"FETCH_HEAD:{name}", cwd=self.fetched(branch)) + "\n"

    def messages(self, branch: str = "main") -> list[str]:
        """Return the subjects of the commits of a branch, the newest first."""
        return run_git("log", "--format=%s", "FETCH_HEAD", cwd=self.fetched(branch)).splitlines()

    def tip(self, branch: str) -> str:
        """Return the commit of a branch, "" if there is none."""
        return run_git("ls-remote", self.pushed, f"refs/heads/{branch}").partition("\t")[0]

    def fetched(self, branch: str) -> Path:
        work = self.folder / "fetched"
        if not work.exists():
            run_git("init", "--quiet", "--bare", work)
        run_git("fetch", "--quiet", self.pushed, branch, cwd=work)
        return work

    def branches(self) -> set[str]:
        """Return the names of the branches."""
        listed = run_git("ls-remote", "--heads", self.pushed).splitlines()
        return {line.partition("\trefs/heads/")[2] for line in listed}

    def pulls(self, branch: str) -> list[Any]:
        """Return the pull requests of a branch into main."""
        return self.forge.find_by_head(branch, "main")

    def rename_default(self, name: str) -> None:
        """Rename the default branch, as a person."""
        self.host.rename_default(name)

    def close(self, number: int) -> None:
        """Close a pull request, as a person."""
        self.host.close(number)

    def merge(self, number: int, how: str = "merge") -> None:
        """Merge a pull request, as a person: merge or squash."""
        self.host.merge(number, how)


class GiteaInfra(Infra):
    """On a real Gitea."""

    kind = "gitea"

    def __init__(self, host: GiteaHost, folder: Path) -> None:
        at = urlsplit(host.server.url)
        place = f"{at.netloc}/{host.owner}/{host.name}.git"
        pushed = f"http://{host.server.person}:{host.server.password}@{place}"
        super().__init__(host, f"http://{place}", pushed, {"KBUMP_TOKEN": host.token}, folder)


class GitHubInfra(Infra):
    """A bare repository behind a server of its own, and the fake GitHub that looks at it."""

    kind = "github"

    def __init__(self, host: GitHubHost, folder: Path, server: Server) -> None:
        bare = folder / OWNER / f"{REPO}.git"
        run_git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", bare)
        run_git("config", "http.receivepack", "true", cwd=bare)
        server.users = {"x-access-token": "ghp_secret"}
        url = f"{server.address}/{OWNER}/{REPO}.git"
        super().__init__(host, url, str(bare), {"KBUMP_TOKEN": "ghp_secret"}, folder)
        host.github.bare = self.bare = bare
        self.commit({"README": "infra\n"}, "first")

    @property
    def choice(self) -> ForgeChoice:
        return ForgeChoice(self.kind, self.host.github.url)

    def rename_default(self, name: str) -> None:
        run_git("branch", "--move", "main", name, cwd=self.bare)
        self.host.github.look()
        self.host.github.default_branch = name
        for pull in self.host.github.pulls.values():
            pull["base"].update(ref=name, label=f"{OWNER}:{name}")

    def merge(self, number: int, how: str = "merge") -> None:
        pull = self.host.forge().pull_request(number)
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        run_git("clone", "--quiet", self.pushed, work)
        options = ["--squash"] if how == "squash" else ["--no-ff", "--message", f"Merge {pull.head}"]
        run_git("merge", "--quiet", *options, f"origin/{pull.head}", cwd=work)
        if how == "squash":
            run_git("commit", "--quiet", "--message", f"{pull.title} (#{number})", cwd=work)
        run_git("push", "--quiet", "origin", "main", cwd=work)
        super().merge(number, how)
        self.host.github.pulls[number]["merge_commit_sha"] = run_git("rev-parse", "HEAD", cwd=work).strip()
