"""What a commit says that sets images."""

from __future__ import annotations

import pytest

from kbump.errors import Location, UsageError
from kbump.message import commit_message
from kbump.provenance import Build, read_trailers
from kbump.rewriting.result import Change

BUILD = Build("acme/web", "main", "c0ffee", 7, link="https://ci.example.com/acme/web/7", author="A B <a@example.com>")
WEB = Change(
    Location("staging/web.yaml", 18, 16), "Deployment", "shop", "web", "web", "spec", "ghcr.io/acme/web:1.4.1",
    "ghcr.io/acme/web:1.5.0", "minor", "changed", "", "ghcr.io/acme/web:1.5.0", "manifest", "staging",
)  # fmt: skip
DIGEST = f"sha256:{'1' * 64}"
VALUES = WEB._replace(
    location=Location("values.yaml", 3, 8),
    kind="",
    namespace="",
    name="",
    container="",
    role="values",
    new=f"ghcr.io/acme/api@{DIGEST}",
)


def test_a_message_says_what_changed_and_where_it_comes_from() -> None:
    assert commit_message([WEB], BUILD) == (
        "chore: set web:1.5.0\n"
        "\n"
        "- Deployment shop/web, web: ghcr.io/acme/web:1.4.1 -> ghcr.io/acme/web:1.5.0 (minor)\n"
        "\n"
        "Kbump-Image: ghcr.io/acme/web:1.5.0\n"
        "Kbump-Source-Repo: acme/web\n"
        "Kbump-Source-Branch: main\n"
        "Kbump-Source-Commit: c0ffee\n"
        "Kbump-Source-Build: 7\n"
        "Triggered-by: A B <a@example.com>\n"
    )


def test_a_message_without_a_build_has_the_images_as_trailers() -> None:
    message = commit_message([WEB, VALUES], Build())
    assert message.startswith("chore: set api, web:1.5.0\n\n")
    assert f"- values.yaml: ghcr.io/acme/web:1.4.1 -> ghcr.io/acme/api@{DIGEST} (minor)\n" in message
    assert set(read_trailers(message)) == {"Kbump-Image"}


def test_a_subject_counts_images_that_it_has_no_room_for() -> None:
    many = [WEB._replace(new=f"ghcr.io/acme/service-{number}:1.5.0") for number in range(9)]
    assert commit_message(many, Build()).startswith("chore: set 9 images\n")


def test_a_template_gives_subject_and_body() -> None:
    template = "deploy({environment}): {tag} {{of}} {repository} {build}\n\nSee {link} at {commit}, {images}."
    subject, body, found = commit_message([WEB], BUILD, template).split("\n\n")
    assert subject == "deploy(staging): 1.5.0 {of} acme/web 7"
    assert body == "See https://ci.example.com/acme/web/7 at c0ffee, web:1.5.0."
    assert found.startswith("Kbump-Image: ")


def test_ci_is_skipped_only_if_asked() -> None:
    assert "CI SKIP" not in commit_message([WEB], BUILD)
    assert commit_message([WEB], BUILD, skip_ci=True).startswith("chore: set web:1.5.0 [CI SKIP]\n\n")


@pytest.mark.parametrize("template", ["{image}", "{images.x}", "{", "{}", "{0}", "{images!r:{tag}}"])
def test_a_template_that_cannot_be_filled_is_refused(template: str) -> None:
    with pytest.raises(UsageError):
        commit_message([WEB], BUILD, template)
