"""A company that uses the examples: four repositories on a Gitea, their clusters, Drone, and tokens that may little."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from tests.conftest import ROOT, Ran
from tests.pipeline.cluster import NAME, Cluster
from tests.pipeline.drone.building import Build
from tests.pipeline.drone.running import Netrc, Secret
from tests.pipeline.drone.server import Drone, Repository, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.forge.hosts import GiteaServer

EXAMPLES = ROOT / "examples"
ENVIRONMENTS = ("staging", "qa", "production")
IMAGE = f"dellintosh/{NAME}"
# Who has which token: the repository that they may write to, and the scopes.
_ROBOTS = {
    "infra_staging_token": ("staging", "write", ("write:repository",)),
    "infra_qa_token": ("qa", "write", ("write:repository",)),
    "promotion_token": ("production", "write", ("write:repository", "write:issue", "read:user")),
    "undo_token": ("production", "write", ("write:repository", "write:issue", "read:user")),
    "comment_token": ("production", "read", ("read:repository", "write:issue", "read:user")),
}


class Robot(NamedTuple):
    """A user of a forge that is a program, and its token."""

    user: str
    token: str


@cache
def robots(gitea: GiteaServer) -> dict[str, Robot]:
    """Make a user for each token."""
    made = {}
    for secret, (_, _, scopes) in _ROBOTS.items():
        user = f"{secret.removesuffix('_token').replace('_', '-')}-{gitea.stamp}"
        about = {"username": user, "password": gitea.password, "email": f"{user}@example.com"}
        gitea.admin.ask("POST", "/admin/users", body={**about, "must_change_password": False})
        made[secret] = Robot(user, gitea.token(user, *scopes))
    return made


class Company:
    """What the tests do as people, and see: pushes, tags, merges, pull requests, clusters."""

    def __init__(self, gitea: GiteaServer, clusters: Mapping[str, Cluster], drone: Drone, folder: Path) -> None:
        self.gitea, self.clusters, self.drone, self.folder = gitea, clusters, drone, folder
        self.name = f"acme-{gitea.stamp}-{next(gitea.counter)}"
        self.secrets = {"docker_username": Secret("docker-user"), "docker_password": Secret("docker-password")}
        gitea.admin.ask("POST", "/orgs", body={"username": self.name})
        self.reader = gitea.token(gitea.bot, "read:repository")
        for part in ("application", *(f"infra-{one}" for one in ENVIRONMENTS)):
            self._found(part)
        self._hire()
        self.protect()
        for part in ("application", *(f"infra-{one}" for one in ENVIRONMENTS)):
            self._activate(part)

    @classmethod
    @contextmanager
    def open(
        cls,
        gitea: GiteaServer,
        clusters: Mapping[str, Cluster],
        folder: Path,
        say: Callable[[Stage], None] = lambda stage: None,
    ) -> Iterator[Company]:
        """Found a company whose clusters run nothing yet; its Drone ends with it."""
        with ExitStack() as held:
            for one in clusters.values():
                held.enter_context(one.alone())
                one.clean()
            drone = held.enter_context(Drone(folder / "drone", say))
            yield cls(gitea, clusters, drone, folder)

    # Names

    def repository(self, part: str) -> str:
        """Return the name of a repository: pipeline-application, pipeline-application-infra-qa."""
        return NAME if part == "application" else f"{NAME}-{part}"

    def at(self, part: str) -> str:
        """Return its place below the API's root."""
        return f"/repos/{self.name}/{self.repository(part)}"

    def url(self, part: str) -> str:
        return f"{self.gitea.url}/{self.name}/{self.repository(part)}"

    def work(self, part: str) -> Path:
        """Return the clone that people work in."""
        return self.folder / "people" / part

    # The founding

    def _found(self, part: str) -> None:
        made = {"name": self.repository(part), "default_branch": "master", "private": part != "application"}
        self.gitea.admin.ask("POST", f"/orgs/{self.name}/repos", body=made)
        self.gitea.admin.ask("PUT", f"{self.at(part)}/collaborators/{self.gitea.person}", body={"permission": "write"})
        work = self.work(part)
        shutil.copytree(EXAMPLES / part, work)
        for path in work.rglob("*"):
            if path.is_file():
                path.write_text(self.here(path.read_text()))
        self.git(part, "init", "-q", "-b", "master")
        user = f"{self.gitea.bot}:{self.gitea.password}@"
        self.git(part, "remote", "add", "origin", self.url(part).replace("://", f"://{user}", 1))
        # Gitea tells of a push a while later, when there may be a webhook already.
        self.commit(part, "Begin [CI SKIP]")
        self.git(part, "push", "-q", "origin", "master")

    def here(self, text: str) -> str:
        """Return a text of the examples with the names of this company's forge and clusters."""
        text = text.replace("https://github.com/dellintosh/", f"{self.gitea.url}/{self.name}/")
        for one in ENVIRONMENTS:
            text = text.replace(f"https://api.{one}.example.com", self.clusters[one].server)
        return text

    def _hire(self) -> None:
        """Let the user of each token write to one repository at most."""
        for secret, robot in robots(self.gitea).items():
            environment, permission, _ = _ROBOTS[secret]
            where = f"{self.at(f'infra-{environment}')}/collaborators/{robot.user}"
            self.gitea.admin.ask("PUT", where, body={"permission": permission})
            self.secrets[secret] = Secret(robot.token, pull_requests=secret == "comment_token")

    def protect(self) -> None:
        """Protect master of infra-production: changes come by pull requests that a person approved."""
        rules = {"rule_name": "master", "enable_push": False, "required_approvals": 1}
        self.gitea.admin.ask("POST", f"{self.at('infra-production')}/branch_protections", body=rules)

    def _activate(self, part: str) -> None:
        environment = part.removeprefix("infra-")
        secrets = {name: one for name, one in self.secrets.items() if name in _NEEDED[part]}
        # Staging and QA push what they put back, with a token like that of the application.
        if part in {"infra-staging", "infra-qa"}:
            secrets["undo_token"] = self.secrets[f"infra_{environment}_token"]
        if environment in self.clusters:
            secrets["kubeconfig"] = Secret(self.clusters[environment].grant())
        host = urlsplit(self.gitea.url).hostname or ""
        full = f"{self.name}/{self.repository(part)}"
        netrc = Netrc(host, self.gitea.bot, self.reader)
        self.drone.repositories[full] = Repository(secrets, self._config, netrc)
        config = {"url": self.drone.url, "content_type": "json", "secret": self.drone.secret}
        hook = {"type": "gitea", "active": True, "events": ["push", "pull_request"], "config": config}
        self.gitea.admin.ask("POST", f"{self.at(part)}/hooks", body=hook)

    def _config(self, build: Build) -> str:
        """Return a `.drone.yml` as it is at a commit."""
        where = f"{self.gitea.url}/api/v1/repos/{build.repository}/raw/.drone.yml?ref={build.commit}"
        request = urllib.request.Request(where, headers={"Authorization": f"token {self.reader}"})
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())

    # What people do

    def git(self, part: str, *arguments: str) -> str:
        who = ["-c", "user.name=Alice", "-c", "user.email=alice@example.com", "-c", "core.hooksPath=/dev/null"]
        command = ["git", *who, *arguments]
        done = subprocess.run(command, cwd=self.work(part), capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        return done.stdout.strip()

    def commit(self, part: str, message: str, files: Mapping[str, str] | None = None) -> str:
        """Commit files, or whatever there is; return the commit."""
        for name, text in (files or {}).items():
            (self.work(part) / name).write_text(text)
        self.git(part, "add", "-A")
        self.git(part, "commit", "-q", "--allow-empty", "-m", message)
        return self.git(part, "rev-parse", "HEAD")

    def push_branch(self, branch: str, message: str = "Change") -> str:
        """Push a new commit to a branch of the application; return the commit."""
        self.git("application", "checkout", "-q", "-B", branch)
        commit = self.commit("application", message)
        self.git("application", "push", "-q", "origin", branch)
        return commit

    def push_tag(self, tag: str) -> None:
        """Tag a new commit of the application."""
        self.commit("application", f"For {tag}")
        self.git("application", "tag", tag)
        self.git("application", "push", "-q", "origin", tag)

    def replace(self, part: str, name: str, old: str, new: str) -> None:
        """Change a file, to be committed by what comes next."""
        path = self.work(part) / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def change(self, part: str, message: str, old: str, new: str) -> str:
        """Change the deployment of an infra repository by hand, and push it; return the commit."""
        self.git(part, "pull", "-q", "--rebase", "origin", "master")
        self.replace(part, "kubernetes/deployments/project.yaml", old, new)
        commit = self.commit(part, message)
        self.git(part, "push", "-q", "origin", "master")
        return commit

    def set_tag(self, part: str, tag: str) -> str:
        """Let the deployment of an infra repository have a tag, by hand; return the commit."""
        return self.change(part, f"Set {tag}", self.image(part), f"{IMAGE}:{tag}")

    def hook(self, part: str, *files: str) -> Ran:
        """Run the first of kbump's hooks on files, as pre-commit does."""
        entry = re.search(r"entry: (.+)", (ROOT / ".pre-commit-hooks.yaml").read_text())
        assert entry
        return self._run([*entry[1].split(), *files], self.work(part))

    def merge(self, number: int) -> None:
        """Approve and merge a pull request on infra-production, as a person."""
        person, at = self.gitea.signed_in(self.gitea.person), f"{self.at('infra-production')}/pulls/{number}"
        person.ask("POST", f"{at}/reviews", body={"event": "APPROVED"})
        for _ in range(100):  # Gitea looks for conflicts in the background
            if person.ask("POST", f"{at}/merge", body={"Do": "merge"}, accept=(405,)).status != 405:
                return
        raise AssertionError("Gitea does not merge")

    def robot(self, secret: str, *arguments: str) -> Ran:
        """Run kbump with one of the tokens, in an empty directory, as a person at a terminal might."""
        folder = self.folder / "terminal"
        folder.mkdir(exist_ok=True)
        return self._run(["kbump", *arguments], folder, KBUMP_TOKEN=self.secrets[secret].value)

    def _run(self, command: list[str], folder: Path, **environment: str) -> Ran:
        given = {"PATH": self.drone.path, "HOME": str(self.folder), **environment}
        done = subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    def roll_back(self) -> None:
        """Propose the images that production had before."""
        ran = self.robot("promotion_token", "promote", "--to", self.url("infra-production"), "--rollback")
        assert ran.code == 0, ran.stderr

    # What people see

    def stages(self, part: str) -> list[Stage]:
        """Return the stages of a repository's builds, oldest first."""
        return self.drone.of(self.repository(part))

    def after(self, part: str, count: int) -> Stage:
        """Wait until so many stages of a repository have ended; return the last of them."""
        self.drone.until(lambda: len([one for one in self.stages(part) if one.ended]) >= count)
        return self.stages(part)[count - 1]

    def ended(self, part: str, pipeline: str) -> list[Stage]:
        """Return the stages of a pipeline that have ended."""
        return [one for one in self.drone.of(self.repository(part), pipeline) if one.ended]

    def settled(self, quiet_s: float = 1.0) -> None:
        """Wait until nothing runs and no webhook comes any more."""
        count = -1
        while count != len(self.drone.stages):
            count = len(self.drone.stages)
            self.drone.wait()
            time.sleep(quiet_s)

    def image(self, part: str) -> str:
        """Return the image that master of an infra repository has."""
        file = self.git_show(part, "kubernetes/deployments/project.yaml")
        return next(line.split("image:")[1].strip() for line in file.splitlines() if "image:" in line)

    def git_show(self, part: str, path: str) -> str:
        self.git(part, "fetch", "-q", "origin")
        return self.git(part, "show", f"origin/master:{path}")

    def pull_requests(self, state: str = "open") -> list[dict[str, Any]]:
        """Return the pull requests on infra-production, newest first."""
        where = f"{self.at('infra-production')}/pulls?state={state}"
        return list(self.gitea.admin.ask("GET", where).data)

    def comments(self, number: int) -> list[str]:
        """Return what is said on a pull request of infra-production."""
        where = f"{self.at('infra-production')}/issues/{number}/comments"
        return [one["body"] for one in self.gitea.admin.ask("GET", where).data]


_DOCKER = frozenset({"docker_username", "docker_password"})
_NEEDED = {
    "application": _DOCKER | {"infra_staging_token", "infra_qa_token"},
    "infra-staging": frozenset[str](),
    "infra-qa": frozenset({"promotion_token"}),
    "infra-production": frozenset({"comment_token", "undo_token"}),
}
