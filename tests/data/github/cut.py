"""Cut what the tests need out of GitHub's OpenAPI description.

npm pack @octokit/openapi@23.0.2
python tests/data/github/cut.py octokit-openapi-23.0.2.tgz
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPO = "/repos/{owner}/{repo}"
OPERATIONS = {
    "/meta": ["get"],
    "/user": ["get"],
    REPO: ["get"],
    f"{REPO}/branches/{{branch}}": ["get"],
    f"{REPO}/commits/{{commit_sha}}/pulls": ["get"],
    f"{REPO}/git/refs/{{ref}}": ["delete"],
    f"{REPO}/issues/comments/{{comment_id}}": ["patch"],
    f"{REPO}/issues/{{issue_number}}": ["get"],
    f"{REPO}/issues/{{issue_number}}/assignees": ["post"],
    f"{REPO}/issues/{{issue_number}}/comments": ["get", "post"],
    f"{REPO}/issues/{{issue_number}}/labels": ["post"],
    f"{REPO}/issues/{{issue_number}}/labels/{{name}}": ["delete"],
    f"{REPO}/labels": ["post"],
    f"{REPO}/labels/{{name}}": ["get"],
    f"{REPO}/pulls": ["get", "post"],
    f"{REPO}/pulls/{{pull_number}}": ["get", "patch"],
    f"{REPO}/pulls/{{pull_number}}/requested_reviewers": ["post"],
    f"{REPO}/rules/branches/{{branch}}": ["get"],
}
# What the fake server answers begins with GitHub's own examples.
EXAMPLES = [
    "api-overview",
    "branch-get",
    "full-repository-default-response",
    "issue",
    "issue-comment",
    "label",
    "private-user-response-with-public-profile-information",
    "pull-request",
]
PROSE = {"description", "example", "examples", "externalDocs", "x-github", "tags", "summary"}


def trimmed(node: Any, *, names: bool = False) -> Any:
    """Leave out what is only for people; below `properties` every key is a name."""
    if isinstance(node, list):
        return [trimmed(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or key not in PROSE}
    return {key: trimmed(value, names=key in {"properties", "schemas"} and not names) for key, value in kept.items()}


def references(node: Any) -> set[str]:
    """Return what a part refers to."""
    if isinstance(node, list):
        return set().union(*map(references, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the operations, with all that they refer to."""
    paths = {
        place: trimmed({key: value for key, value in whole["paths"][place].items() if key in {*methods, "parameters"}})
        for place, methods in OPERATIONS.items()
    }
    components: dict[str, dict[str, Any]] = {}
    pending = references(paths)
    while pending:
        _, _, kind, name = pending.pop().split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = trimmed(whole["components"][kind][name])
            pending |= references(components[kind][name])
    components = {kind: dict(sorted(parts.items())) for kind, parts in sorted(components.items())}
    components["examples"] = {name: whole["components"]["examples"][name] for name in EXAMPLES}
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


def main(package: str) -> None:
    with tarfile.open(package) as archive:
        description = archive.extractfile("package/generated/api.github.com.json")
        licence = archive.extractfile("package/LICENSE")
        assert description
        assert licence
        text = json.dumps(cut(json.load(description)), indent=1, ensure_ascii=False)
        (HERE / "api.github.com.json").write_text(text + "\n")
        (HERE / "LICENSE").write_bytes(licence.read())


if __name__ == "__main__":
    main(sys.argv[1])
