""".kbump.yaml: what the reader takes, what it refuses and where; the reader and the JSON Schema agree."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.config import OPTIONS, read_config
from kbump.errors import ConfigError
from kbump.source import Source
from kbump.workspace import find_config
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "kbump.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

GOOD = {
    "an empty file": "",
    "only a comment": "# nothing yet\n",
    "environments with directories": "environments:\n  staging: infra-staging\n  prod: envs/prod\n",
    "paths of custom resources": "images:\n  example.com/Widget: ['spec.jobs[*].image', spec.*.image]\n  T: [a.b]\n",
    "globs of values files": "values: ['releases/*/values.yaml']\n",
    "defaults of a command": "defaults:\n  set-image: {no-downgrade: true, exclude: [vendor/, a.yaml], require: 1}\n",
    "what validate is to heed": (
        "validate: {version: 1.31, crds: [crds], ignore: [{rule: x, path: a, kind: Pod, reason: because}]}\n"
    ),
    "what differs": "diff: {expected: ['Deployment:spec.replicas', metadata.namespace]}\n",
    "how changes come in": "delivery: pull-request\ncommit: {message: 'chore: {images}', author: Bot <bot@acme.dev>}\n",
    "a promotion": (
        "promotion:\n  target: https://git.acme.dev/acme/infra\n  gates: {no-downgrade: false, max-change: minor}\n"
        "  groups: {shop: ['ghcr.io/acme/shop-*']}\n  repositories: {a/web: b/web}\n  labels: [x]\n  draft: true\n"
        "  reviewers: [acme/platform]\n  assignees: [octocat]\n"
    ),
    "a forge": "forge: {kind: gitea, api_url: 'https://git.acme.dev/api/v1', allow_http: true}\n",
    "a cluster": "cluster: {server: 'https://10.0.0.1:6443', context: production}\n",
    "sections that are empty mappings": "environments: {}\nimages: {}\nvalues: []\ndefaults: {set-image: {}}\n",
}
BAD = {
    "a list at the top": ("- a\n", "1:1", "must be one mapping"),
    "two documents": ("values: []\n---\nvalues: []\n", "2:1", "must be one mapping"),
    "no YAML": ("values: [\n", "2:1", "is not YAML"),
    "an unknown key": ("enviroments: {}\n", "1:1", "unknown key `enviroments`"),
    "an unknown command": ("defaults:\n  set-images: {}\n", "2:3", "unknown command `set-images`"),
    "an unknown option": ("defaults:\n  set-image:\n    no-downgrad: true\n", "3:5", "unknown option `no-downgrad`"),
    "environments that are a list": ("environments: [a]\n", "1:15", "`environments` must be a mapping"),
    "a directory that is a number": ("environments:\n  staging: 5\n", "2:12", "`staging` must be a text"),
    "a directory outside": ("environments:\n  staging: ../other\n", "2:12", "must be a directory below"),
    "an absolute directory": ("environments:\n  staging: /srv\n", "2:12", "must be a directory below"),
    "a directory that is a list": ("environments:\n  staging: [a]\n", "2:12", "must be a text"),
    "a name with a slash": ("environments:\n  a/b: x\n", "2:8", "is no name for an environment"),
    "a kind in lower case": ("images:\n  example.com/widget: [spec.image]\n", "2:23", "must be GROUP/KIND"),
    "paths that are no list": ("images:\n  Widget: spec.image\n", "2:11", "`Widget` must be a list"),
    "a path with an index": ("images:\n  Widget: ['spec.jobs[0].image']\n", "2:11", "is no path"),
    "a path that is a number": ("images:\n  Widget: [5]\n", "2:12", "must be a text"),
    "values that are a text": ("values: a.yaml\n", "1:9", "`values` must be a list"),
    "a version that is none": ("validate: {version: true}\n", "1:21", "`version` must be a version of Kubernetes"),
    "ignores that are a mapping": ("validate: {ignore: {rule: x}}\n", "1:20", "`ignore` must be a list"),
    "an ignore without its rule": ("validate: {ignore: [{kind: Pod}]}\n", "1:21", "`rule` is missing"),
    "CRDs that are a text": ("validate: {crds: crds}\n", "1:18", "`crds` must be a list"),
    "paths that are a text": ("diff: {expected: spec.replicas}\n", "1:18", "`expected` must be a list"),
    "a version that is true": ("validate: {version: yes}\n", "1:21", "`version` must be a version of Kubernetes"),
    "an ignore without a rule": ("validate: {ignore: [{path: a}]}\n", "1:21", "`rule` is missing"),
    "an unknown delivery": ("delivery: pull-requests\n", "1:11", "`delivery` cannot be `pull-requests`"),
    "an author without address": ("commit: {author: Bot}\n", "1:18", "`author` must be `Name <address>`"),
    "an unknown gate": ("promotion: {gates: {no-downgrades: true}}\n", "1:21", "unknown gate `no-downgrades`"),
    "a gate that is a text": ("promotion: {gates: {pinned: often}}\n", "1:29", "`pinned` must be true or false"),
    "an unknown class": ("promotion: {gates: {max-change: huge}}\n", "1:33", "`max-change` cannot be `huge`"),
    "a group with a slash": ("promotion: {groups: {a/b: [x]}}\n", "1:27", "is no name for a group"),
    "an API without scheme": ("forge: {api_url: git.acme.dev}\n", "1:18", "must be the address of an API"),
    "a server without scheme": ("cluster: {server: 10.0.0.1}\n", "1:19", "`server` must be the URL of an API server"),
    "a context that is a number": ("cluster: {context: 5}\n", "1:20", "`context` must be a text"),
    "an unknown key of a cluster": ("cluster: {name: a}\n", "1:11", "unknown key `name`"),
    "an unknown forge": ("forge: {kind: gitlab}\n", "1:15", "`kind` cannot be `gitlab`"),
    "a default that is a mapping": ("defaults:\n  images: {exclude: {a: b}}\n", "2:21", "must be"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_the_reader_and_the_schema_take(text: str) -> None:
    assert read_config(Source(".kbump.yaml", text), "/repo").root == "/repo"
    VALIDATOR.validate(data(text) or {})


@pytest.mark.parametrize(("text", "place", "message"), BAD.values(), ids=BAD)
def test_the_reader_refuses_with_the_place(text: str, place: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(Source(".kbump.yaml", text), "/repo")
    assert str(caught.value.location) == f".kbump.yaml:{place}"
    assert message in caught.value.message


@pytest.mark.parametrize("text", [bad[0] for name, bad in BAD.items() if name not in ("no YAML", "two documents")])
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert not VALIDATOR.is_valid(data(text))


@pytest.mark.parametrize("text", ["enviroments: {}\n", "defaults: {set-image: {no-downgrad: true}}\n"])
def test_a_mistyped_key_has_a_suggestion(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(Source(".kbump.yaml", text), "/repo")
    assert "did you mean" in (caught.value.hint or "")


def test_an_unknown_key_unlike_any_other_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(Source(".kbump.yaml", "zzz: 1\n"), "/repo")
    assert caught.value.hint == (
        "known are `cluster`, `commit`, `defaults`, `delivery`, `diff`, `environments`, `forge`, `images`, "
        "`promotion`, `validate`, `values`"
    )


TEXTS = st.sampled_from(
    ["a", "a/b", "../a", "/a", "spec.image", "spec.jobs[*].image", "x[0]", "", "Widget", "g.io/Kind"]
)
LEAVES = TEXTS | st.integers() | st.booleans() | st.none()
SECTIONS = st.dictionaries(TEXTS, LEAVES | st.lists(LEAVES, max_size=3), max_size=3)
IGNORE_KEYS = ("rule", "path", "kind", "reason", "other")
OPTION_NAMES = st.sampled_from(["require", "exclude", "nothing", *OPTIONS["set-image"]])
TEXT_LISTS = st.lists(LEAVES, max_size=2) | LEAVES
AUTHORS = st.sampled_from(["Bot <bot@acme.dev>", "Bot", "<a@b>", "a <b> c", "", 5])
GATES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("no-downgrade", "immutable-tags", "pinned", "valid", "x"), st.booleans() | LEAVES),
        "max-change": st.sampled_from(["patch", "minor", "major", "huge", True]),
    },
)
PROMOTIONS = st.fixed_dictionaries(
    {},
    optional={
        "target": LEAVES,
        "gates": GATES | LEAVES,
        "groups": SECTIONS | LEAVES,
        "repositories": SECTIONS | LEAVES,
        **dict.fromkeys(("labels", "reviewers", "assignees"), TEXT_LISTS),
        "draft": LEAVES,
        "other": LEAVES,
    },
)
FORGES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["gitea", "github", "forgejo", "gitlab", "", None]),
        "api_url": st.sampled_from(["https://a/api/v1", "http://a:1", "a", "https://", "https://u@a", "https://a?b"]),
        "allow_http": LEAVES,
        "other": LEAVES,
    },
)


CLUSTERS = st.fixed_dictionaries(
    {},
    optional={
        "server": st.sampled_from(["https://10.0.0.1:6443", "10.0.0.1", "", None]),
        "context": LEAVES,
        "other": LEAVES,
    },
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "environments": SECTIONS | LEAVES,
            "images": SECTIONS | LEAVES,
            "values": st.lists(LEAVES, max_size=3) | LEAVES,
            "defaults": st.dictionaries(
                st.sampled_from(["set-image", "images", "diff"]),
                st.dictionaries(OPTION_NAMES, LEAVES | st.lists(TEXTS, max_size=2), max_size=3) | LEAVES,
                max_size=2,
            ),
            "validate": st.fixed_dictionaries(
                {},
                optional={
                    "version": LEAVES | st.just(1.31),
                    "crds": st.lists(LEAVES, max_size=2) | LEAVES,
                    "ignore": st.lists(
                        st.fixed_dictionaries(
                            {}, optional=dict.fromkeys(("rule", "path", "kind", "reason", "x"), LEAVES)
                        )
                        | LEAVES,
                        max_size=2,
                    )
                    | LEAVES,
                },
            )
            | LEAVES,
            "diff": st.fixed_dictionaries({}, optional={"expected": TEXT_LISTS}) | LEAVES,
            "delivery": st.sampled_from(["push", "pull-request", "x", 1]),
            "commit": st.fixed_dictionaries({}, optional=dict.fromkeys(("message", "author", "x"), AUTHORS)) | LEAVES,
            "promotion": PROMOTIONS | LEAVES,
            "forge": FORGES | LEAVES,
            "cluster": CLUSTERS | LEAVES,
            "other": LEAVES,
        },
    )
)
def test_the_reader_accepts_exactly_what_the_schema_accepts(config: dict[str, object]) -> None:
    try:
        read_config(Source(".kbump.yaml", json.dumps(config)), "/repo")
        accepted = True
    except ConfigError:
        accepted = False
    assert accepted == VALIDATOR.is_valid(config)


def test_the_options_with_defaults_are_the_commands_options() -> None:
    from kbump.cli import group

    for command, options in OPTIONS.items():
        known = {(parameter.name or "").replace("_", "-") for parameter in group.get_command(None, command).params}
        assert set(options) <= known
        assert list(options) == sorted(options)
        names = SCHEMA["properties"]["defaults"]["properties"][command]["propertyNames"]["enum"]
        assert names == list(options)


def test_the_nearest_file_above_counts_but_none_beyond_the_git_top(tmp_path: Path) -> None:
    (tmp_path / ".kbump.yaml").write_text("values: [outer]\n")
    inner = tmp_path / "repo" / "k8s" / "staging"
    inner.mkdir(parents=True)
    assert find_config(str(inner)).values == ("outer",)
    (tmp_path / "repo" / ".kbump.yaml").write_text("values: [inner]\n")
    assert find_config(str(inner)).values == ("inner",)
    assert find_config(str(inner / "absent.yaml")).root == str(tmp_path / "repo")
    (tmp_path / "repo" / ".kbump.yaml").unlink()
    (tmp_path / "repo" / ".git").mkdir()
    assert find_config(str(inner)).values == ()


def data(text: str) -> object:
    from kbump.yaml.constructor import construct

    documents = construct(Source("t", text))
    return documents[0] if documents else None
