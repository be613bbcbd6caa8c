"""What GitHub answers: one function per operation, over the state of github_server.py; for tests only."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.forge.contract import Contract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.forge.github_server import FakeGitHub

CONTRACT = Contract()
OWNER, REPO, BOT, PERSON, STRANGER = "acme", "infra", "kbump-bot", "alice", "mallory"
DOCS = "https://docs.github.com/rest"
ADDRESS = f"/repos/{OWNER}/{REPO}"


class Reply(NamedTuple):
    """An answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


class Account(NamedTuple):
    """Whose token it is; `scopes` are those of a classic token."""

    login: str
    scopes: str | None = None


def user(login: str) -> dict[str, Any]:
    return {**CONTRACT.example("pull-request")["user"], "login": login}


def refusal(status: int, message: str, errors: list[dict[str, str]] | None = None, **headers: str) -> Reply:
    body = {"message": message, "documentation_url": DOCS, "status": str(status)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {**body, "errors": errors} if errors else body, named)


def invalid(resource: str, message: str) -> Reply:
    return refusal(422, "Validation Failed", [{"resource": resource, "code": "custom", "message": message}])


def paged(asked: Asked, found: list[Any], base: str) -> Reply:
    """Answer with a page of a list, and say in `Link` where the next one is."""
    size, page = int(asked.query.get("per_page", "30")), int(asked.query.get("page", "1"))
    following = "&".join(f"{key}={value}" for key, value in {**asked.query, "page": page + 1}.items())
    more = len(found) > page * size
    # GitHub names the repository by number here, and another order of parameters.
    headers = (
        {"Link": f'<{base}/repositories/7/x?{following}>; rel="next", <{base}/x?page=9>; rel="last"'} if more else {}
    )
    return Reply(200, found[(page - 1) * size : page * size], headers)


def simple(pull: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pull.items() if key in CONTRACT.names("pull-request-simple")}


def whole(pull: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pull.items() if key != "closer"}


def get_repository(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    found = CONTRACT.example("full-repository-default-response")
    found.update(
        full_name=f"{OWNER}/{REPO}", html_url=f"https://github.com/{OWNER}/{REPO}", archived=github.archived,
        default_branch=github.default_branch, private=github.private,
        permissions={"pull": True, "push": True, "admin": False}, language=None,
    )  # fmt: skip
    # GitHub's own example has a parent that lacks what its schema requires.
    return Reply(200, {key: value for key, value in found.items() if key not in {"parent", "source"}})


def get_user(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    found = CONTRACT.example("private-user-response-with-public-profile-information")
    return Reply(200, {**found, "login": account.login})


def get_meta(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    return Reply(200, CONTRACT.example("api-overview"))


def list_pulls(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    wanted = asked.query
    found = [
        simple(pull)
        for _, pull in sorted(github.pulls.items(), reverse=wanted.get("direction") == "desc")
        if wanted.get("state", "open") in {"all", pull["state"]}
        and wanted.get("head", pull["head"]["label"]) == pull["head"]["label"]
        and wanted.get("base", pull["base"]["ref"]) == pull["base"]["ref"]
    ]
    return paged(asked, found, github.url)


def create_pull(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    wanted = asked.body
    if why_not := misnamed(github, wanted) or too_long(wanted) or useless(github, wanted):
        return why_not
    if wanted.get("draft") and not github.drafts:
        return refusal(422, "Draft pull requests are not supported in this repository.")
    texts = (wanted["title"], wanted["body"])
    made = github.open_pull(wanted["head"], wanted["base"], *texts, account.login, draft=wanted.get("draft", False))
    return Reply(201, whole(made))


def misnamed(github: FakeGitHub, wanted: dict[str, Any]) -> Reply | None:
    wrong = [name for name in ("head", "base") if wanted[name] not in github.branches]
    errors = [{"resource": "PullRequest", "field": name, "code": "invalid"} for name in wrong]
    return refusal(422, "Validation Failed", errors) if wrong else None


def too_long(wanted: dict[str, Any]) -> Reply | None:
    for name, most in (("title", 256), ("body", 65_536)):
        if len(wanted[name]) > most:
            return invalid("Issue", f"{name} is too long (maximum is {most} characters)")
    return None


def useless(github: FakeGitHub, wanted: dict[str, Any]) -> Reply | None:
    head, base = wanted["head"], wanted["base"]
    if github.branches[head] == github.branches[base]:
        return invalid("PullRequest", f"No commits between {base} and {head}")
    same = (f"{OWNER}:{head}", base, "open")
    if any((one["head"]["label"], one["base"]["ref"], one["state"]) == same for one in github.pulls.values()):
        return invalid("PullRequest", f"A pull request already exists for {OWNER}:{head}.")
    return None


def get_pull(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    found = github.pulls.get(int(number))
    return Reply(200, whole(found)) if found else refusal(404, "Not Found")


def edit_pull(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    pull = github.pulls[int(number)]
    state = asked.body.get("state")
    if state == "open" and pull["head"]["ref"] not in github.branches:
        return invalid("PullRequest", f"state cannot be changed. The {pull['head']['ref']} branch has been deleted.")
    if state == "closed":
        github.close_pull(int(number), account.login)
    pull.update(asked.body)
    return Reply(200, whole(pull))


def get_issue(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    pull = github.pulls[int(number)]
    found = CONTRACT.example("issue")
    found.update(
        number=pull["number"], state=pull["state"], closed_by=user(pull["closer"]) if "closer" in pull else None
    )
    return Reply(200, found)


def request_reviews(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    pull = github.pulls[int(number)]
    names = asked.body.get("reviewers", [])
    if pull["user"]["login"] in names:
        return refusal(422, "Review cannot be requested from pull request author.")
    if set(names) - github.members or set(asked.body.get("team_reviewers", [])) - {"sre"}:
        words = "Reviews may only be requested from collaborators. One or more of the users or teams you specified is"
        return refusal(422, f"{words} not a collaborator of the {OWNER}/{REPO} repository.")
    pull["requested_reviewers"] += [user(name) for name in names]
    return Reply(201, simple(pull))


def assign(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    pull = github.pulls[int(number)]
    pull["assignees"] += [user(name) for name in asked.body["assignees"] if name in github.members]
    return Reply(201, {**CONTRACT.example("issue"), "assignees": pull["assignees"]})


def get_label(github: FakeGitHub, asked: Asked, account: Account, name: str) -> Reply:
    found = github.labels.get(name.casefold())
    return Reply(200, found) if found else refusal(404, "Not Found")


def create_label(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    name = asked.body["name"]
    if name.casefold() in github.labels:
        error = {"resource": "Label", "code": "already_exists", "field": "name"}
        return refusal(422, "Validation Failed", [error])
    if len(name) > 50:
        return invalid("Label", "name is too long (maximum is 50 characters)")
    github.labels[name.casefold()] = {**CONTRACT.example("label"), **asked.body, "id": len(github.labels) + 1}
    return Reply(201, github.labels[name.casefold()])


def add_labels(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    pull = github.pulls[int(number)]
    there = {label["name"] for label in pull["labels"]}
    added = [github.labels[name.casefold()] for name in asked.body["labels"]]
    pull["labels"] += [label for label in added if label["name"] not in there]
    return Reply(200, pull["labels"])


def remove_label(github: FakeGitHub, asked: Asked, account: Account, number: str, name: str) -> Reply:
    pull = github.pulls[int(number)]
    left = [label for label in pull["labels"] if label["name"].casefold() != name.casefold()]
    if len(left) == len(pull["labels"]):
        return refusal(404, "Label does not exist")
    pull["labels"] = left
    return Reply(200, left)


def list_comments(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    found = [comment for on, comment in github.comments.values() if on == int(number)]
    return paged(asked, found, github.url)


def create_comment(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    return Reply(201, github.add_comment(int(number), asked.body["body"], account.login))


def edit_comment(github: FakeGitHub, asked: Asked, account: Account, number: str) -> Reply:
    _, comment = github.comments[int(number)]
    comment.update(asked.body)
    return Reply(200, comment)


def pulls_of_commit(github: FakeGitHub, asked: Asked, account: Account, sha: str) -> Reply:
    found = [simple(one) for one in github.pulls.values() if sha in {one["head"]["sha"], one["merge_commit_sha"]}]
    known = found or sha in github.branches.values()
    return Reply(200, found) if known else refusal(422, f"No commit found for SHA: {sha}")


def delete_ref(github: FakeGitHub, asked: Asked, account: Account, name: str) -> Reply:
    if name in github.protected:
        return refusal(422, "Cannot delete protected branch")
    return Reply(204) if github.delete(name) else refusal(422, "Reference does not exist")


def get_branch(github: FakeGitHub, asked: Asked, account: Account, name: str) -> Reply:
    if name not in github.branches:
        return refusal(404, "Branch not found")
    found = CONTRACT.example("branch-get")
    found.update(name=name, protected=github.protected.get(name) == [])
    return Reply(200, found)


def get_rules(github: FakeGitHub, asked: Asked, account: Account, name: str) -> Reply:
    source = {"ruleset_source_type": "Repository", "ruleset_source": f"{OWNER}/{REPO}", "ruleset_id": 1}
    parameters = {
        "pull_request": {
            "dismiss_stale_reviews_on_push": False, "require_code_owner_review": False,
            "require_last_push_approval": False, "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        },
    }  # fmt: skip
    rules = [{"type": kind, **source} for kind in github.protected.get(name, [])]
    return Reply(
        200, [{**one, "parameters": parameters[one["type"]]} if one["type"] in parameters else one for one in rules]
    )


MUTATIONS = {
    f"mutation($input: {kind}!) {{ {name}(input: $input) {{ pullRequest {{ isDraft }} }} }}": draft
    for name, kind, draft in (
        ("convertPullRequestToDraft", "ConvertPullRequestToDraftInput", True),
        ("markPullRequestReadyForReview", "MarkPullRequestReadyForReviewInput", False),
    )
}


def graphql(github: FakeGitHub, asked: Asked, account: Account) -> Reply:
    """Set a draft or take it back: the two mutations that kbump sends; GraphQL has a schema of its own."""
    number = int(asked.body["variables"]["input"]["pullRequestId"].removeprefix("PR_"))
    draft = MUTATIONS[asked.body["query"]]
    if draft and not github.drafts:
        return Reply(200, {"data": None, "errors": [{"message": "Draft pull requests are not supported."}]})
    github.pulls[number]["draft"] = draft
    return Reply(200, {"data": {"x": {"pullRequest": {"isDraft": draft}}}})


ROUTES: list[tuple[str, str, Callable[..., Reply]]] = [
    ("DELETE", f"{ADDRESS}/git/refs/heads/(.+)", delete_ref),
    ("DELETE", rf"{ADDRESS}/issues/(\d+)/labels/([^/]+)", remove_label),
    ("GET", "/meta", get_meta),
    ("GET", "/user", get_user),
    ("GET", ADDRESS, get_repository),
    ("GET", f"{ADDRESS}/branches/(.+)", get_branch),
    ("GET", f"{ADDRESS}/commits/([^/]+)/pulls", pulls_of_commit),
    ("GET", rf"{ADDRESS}/issues/(\d+)", get_issue),
    ("GET", rf"{ADDRESS}/issues/(\d+)/comments", list_comments),
    ("GET", f"{ADDRESS}/labels/([^/]+)", get_label),
    ("GET", f"{ADDRESS}/pulls", list_pulls),
    ("GET", rf"{ADDRESS}/pulls/(\d+)", get_pull),
    ("GET", f"{ADDRESS}/rules/branches/(.+)", get_rules),
    ("PATCH", rf"{ADDRESS}/issues/comments/(\d+)", edit_comment),
    ("PATCH", rf"{ADDRESS}/pulls/(\d+)", edit_pull),
    ("POST", "/graphql", graphql),
    ("POST", rf"{ADDRESS}/issues/(\d+)/assignees", assign),
    ("POST", rf"{ADDRESS}/issues/(\d+)/comments", create_comment),
    ("POST", rf"{ADDRESS}/issues/(\d+)/labels", add_labels),
    ("POST", f"{ADDRESS}/labels", create_label),
    ("POST", f"{ADDRESS}/pulls", create_pull),
    ("POST", rf"{ADDRESS}/pulls/(\d+)/requested_reviewers", request_reviews),
]
