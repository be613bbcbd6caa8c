"""The sections of a .kbump.yaml, one function for each; schemas/kbump.schema.json says the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.config import (
    DELIVERIES,
    FILE_NAME,
    FORGES,
    MAX_CHANGES,
    OPTIONS,
    SWITCHES,
    ClusterChoice,
    Committing,
    Config,
    ForgeChoice,
    Gates,
    Ignore,
    Promoting,
    Validation,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.config.reading import Reader
    from kbump.yaml.nodes import Node

KEYS = (
    "cluster", "commit", "defaults", "delivery", "diff", "environments", "forge", "images", "promotion", "validate",
    "values",
)  # fmt: skip
_KIND = r"(?:[a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_API = r"https?://[^\s/?#@]+[^\s?#@]*"
_PERSON = r"[^<>\s][^<>\n]* <[^<>\s]+>"


def config(reader: Reader, node: Node, root: str) -> Config:
    """Read the whole file."""
    nodes = reader.mapping(node, KEYS)

    def section(name: str, known: Iterable[str] | None = None, noun: str = "key") -> dict[str, Node]:
        return reader.mapping(nodes[name], known, noun, name) if name in nodes else {}

    return Config(
        root,
        {name: _directory(reader, name, at) for name, at in section("environments").items()},
        {kind: _paths(reader, kind, at) for kind, at in section("images").items()},
        reader.texts(nodes["values"], "values") if "values" in nodes else (),
        {name: _defaults(reader, name, at) for name, at in section("defaults", OPTIONS, "command").items()},
        _validation(reader, section("validate", ("crds", "ignore", "version"))),
        _expected(reader, section("diff", ("expected",))),
        reader.choice(nodes["delivery"], "delivery", DELIVERIES) if "delivery" in nodes else "",
        _commit(reader, section("commit", ("author", "message"))),
        _promotion(reader, section("promotion", _PROMOTION)),
        _forge(reader, section("forge", ("allow_http", "api_url", "kind"))),
        _cluster(reader, section("cluster", ("context", "server"))),
    )


def _directory(reader: Reader, name: str, node: Node) -> str:
    if not re.fullmatch(_NAME, name):
        words = f"`{name}` is no name for an environment: use letters, digits, `.`, `_` and `-`"
        raise reader.error(words, node)
    text = reader.text(node, name)
    if text.startswith("/") or ".." in text.split("/"):
        raise reader.error(f"`{text}` must be a directory below the one of {FILE_NAME}", node)
    return text


def _paths(reader: Reader, kind: str, node: Node) -> tuple[str, ...]:
    from kbump.yaml.patterns import PATTERN

    if not re.fullmatch(_KIND, kind):
        raise reader.error(f"`{kind}` must be GROUP/KIND, such as `example.com/Widget`", node)
    texts = reader.texts(node, kind)
    wrong = next((text for text in texts if not PATTERN.fullmatch(text)), None)
    if wrong is not None:
        raise reader.error(f"`{wrong}` is no path", node, "write it as `spec.jobs[*].image`")
    return texts


def _validation(reader: Reader, nodes: dict[str, Node]) -> Validation:
    crds = reader.items(nodes["crds"], "crds") if "crds" in nodes else []
    ignores = reader.items(nodes["ignore"], "ignore") if "ignore" in nodes else []
    return Validation(
        _version(reader, nodes["version"]) if "version" in nodes else "",
        tuple(reader.text(item, "crds") for item in crds),
        tuple(_ignore(reader, item) for item in ignores),
        reader.place(nodes["version"]) if "version" in nodes else None,
        tuple(reader.place(item) for item in crds),
    )


def _version(reader: Reader, node: Node) -> str:
    value = reader.value(node, "version")
    if isinstance(value, bool) or not value:
        raise reader.error('`version` must be a version of Kubernetes, such as "1.31"', node)
    # Without quotes 1.30 is the number 1.3; what it may have meant is for whoever knows the versions to say.
    return str(value)


def _ignore(reader: Reader, node: Node) -> Ignore:
    nodes = reader.mapping(node, ("kind", "path", "reason", "rule"), "key", "ignore")
    texts = {name: reader.text(one, name) for name, one in nodes.items()}
    if "rule" not in texts:
        raise reader.error("`rule` is missing", node, "`kbump validate --rules` names them")
    return Ignore(texts["rule"], texts.get("path", ""), texts.get("kind", ""), reader.place(node))


def _expected(reader: Reader, nodes: dict[str, Node]) -> tuple[str, ...]:
    return reader.texts(nodes["expected"], "expected") if "expected" in nodes else ()


def _commit(reader: Reader, nodes: dict[str, Node]) -> Committing:
    author = _matching(reader, nodes["author"], "author", _PERSON, "`Name <address>`") if "author" in nodes else ""
    return Committing(reader.text(nodes["message"], "message") if "message" in nodes else "", author)


_PROMOTION = ("assignees", "draft", "gates", "groups", "labels", "repositories", "reviewers", "target")


def _promotion(reader: Reader, nodes: dict[str, Node]) -> Promoting:
    def listed(name: str) -> tuple[str, ...]:
        return reader.texts(nodes[name], name) if name in nodes else ()

    def section(name: str) -> dict[str, Node]:
        return reader.mapping(nodes[name], None, "key", name) if name in nodes else {}

    return Promoting(
        reader.text(nodes["target"], "target") if "target" in nodes else "",
        _gates(reader, nodes["gates"]) if "gates" in nodes else Gates(),
        {name: _group(reader, name, at) for name, at in section("groups").items()},
        {name: reader.text(at, name) for name, at in section("repositories").items()},
        listed("labels"),
        listed("reviewers"),
        listed("assignees"),
        reader.flag(nodes["draft"], "draft") if "draft" in nodes else None,
    )


def _gates(reader: Reader, node: Node) -> Gates:
    nodes = reader.mapping(node, (*SWITCHES, "max-change"), "gate", "gates")
    limit = reader.choice(nodes.pop("max-change"), "max-change", MAX_CHANGES) if "max-change" in nodes else ""
    return Gates({name: reader.flag(at, name) for name, at in nodes.items()}, limit)


def _group(reader: Reader, name: str, node: Node) -> tuple[str, ...]:
    if not re.fullmatch(_NAME, name):
        raise reader.error(f"`{name}` is no name for a group: use letters, digits, `.`, `_` and `-`", node)
    return reader.texts(node, name)


def _forge(reader: Reader, nodes: dict[str, Node]) -> ForgeChoice:
    api = "the address of an API, such as https://git.example.com/api/v1"
    return ForgeChoice(
        reader.choice(nodes["kind"], "kind", FORGES) if "kind" in nodes else "",
        _matching(reader, nodes["api_url"], "api_url", _API, api) if "api_url" in nodes else "",
        "allow_http" in nodes and reader.flag(nodes["allow_http"], "allow_http"),
    )


def _cluster(reader: Reader, nodes: dict[str, Node]) -> ClusterChoice:
    url = "the URL of an API server, such as https://10.0.0.1:6443"
    return ClusterChoice(
        _matching(reader, nodes["server"], "server", _API, url) if "server" in nodes else "",
        reader.text(nodes["context"], "context") if "context" in nodes else "",
    )


def _matching(reader: Reader, node: Node, name: str, pattern: str, wanted: str) -> str:
    text = reader.text(node, name)
    if not re.fullmatch(pattern, text):
        raise reader.error(f"`{name}` must be {wanted}", node)
    return text


def _defaults(reader: Reader, command: str, node: Node) -> dict[str, Any]:
    options = reader.mapping(node, OPTIONS[command], "option", command)
    return {name: _default(reader, name, at) for name, at in options.items()}


def _default(reader: Reader, name: str, node: Node) -> Any:
    """Return the text of a default as a command line would have it, a list of texts, or None for null."""
    from kbump.yaml.nodes import Scalar

    if type(node) is not Scalar:
        return list(reader.texts(node, name))
    # The number 1.40 is 1.4, and was meant to be a version.
    return None if reader.value(node, name) is None else node.value
