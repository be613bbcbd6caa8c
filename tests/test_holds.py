"""Holds: which references they hold back, and what the file of them may say."""

from __future__ import annotations

import json

import jsonschema
import pytest

from kbump.errors import SourceError, UsageError
from kbump.holds import Hold, Holds, normal, read_holds
from kbump.image import ImageReference
from kbump.source import Source
from tests.test_schemas import SCHEMAS

DIGEST, OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
WEB = Hold("ghcr.io/acme/web:1.5.0", "rolled back", "c0ffee")


@pytest.mark.parametrize(
    ("held", "reference"),
    [
        pytest.param("docker.io/library/nginx:1.27", "nginx:1.27", id="in any spelling of the repository"),
        pytest.param("ghcr.io/acme/web:1.5.0", f"ghcr.io/acme/web:1.5.0@{DIGEST}", id="with any digest"),
        pytest.param(f"ghcr.io/acme/web:1.5.0@{DIGEST}", "ghcr.io/acme/web:1.5.0", id="without a digest, too"),
        pytest.param(
            f"ghcr.io/acme/web:1.5.0@{DIGEST}", f"ghcr.io/acme/web:1.6.0@{DIGEST}", id="of the same digest with any tag"
        ),
        pytest.param(f"ghcr.io/acme/web:1.5.0@{DIGEST}", f"ghcr.io/acme/web@{DIGEST}", id="by its digest alone"),
    ],
)
def test_a_hold_covers_the_reference(held: str, reference: str) -> None:
    assert Hold(held).covers(ImageReference.parse(reference))


@pytest.mark.parametrize(
    ("held", "reference"),
    [
        pytest.param("ghcr.io/acme/web:1.5.0", "ghcr.io/acme/web:1.5.1", id="another tag"),
        pytest.param("ghcr.io/acme/web:1.5.0", "ghcr.io/acme/api:1.5.0", id="another repository"),
        pytest.param(f"ghcr.io/acme/web:1.5.0@{DIGEST}", f"ghcr.io/acme/web:1.5.0@{OTHER}", id="another digest"),
    ],
)
def test_a_hold_lets_pass(held: str, reference: str) -> None:
    assert not Hold(held).covers(ImageReference.parse(reference))


def test_what_is_written_is_read_in_order_and_as_the_schema_says() -> None:
    holds = Holds().holding([WEB, Hold("docker.io/library/nginx:1.27")])
    jsonschema.validate(json.loads(holds.text()), SCHEMAS["holds"])
    assert read_holds(Source("h", holds.text())) == holds
    assert [one.image for one in holds.holds] == ["docker.io/library/nginx:1.27", WEB.image]
    assert Holds().text() == ""


def test_what_is_held_already_stays_as_it_is() -> None:
    assert Holds((WEB,)).holding([Hold(WEB.image, "again")]) == Holds((WEB,))


def test_a_reference_is_released_in_any_spelling() -> None:
    held = Holds((Hold("docker.io/library/nginx:1.27"), WEB))
    assert held.released("nginx:1.27") == Holds((WEB,))
    assert normal(ImageReference.parse("nginx:1.27")) == "docker.io/library/nginx:1.27"


def test_what_a_hold_covers_releases_it() -> None:
    held = Holds((Hold(f"{WEB.image}@{DIGEST}"), Hold(f"{WEB.image}@{OTHER}")))
    assert held.released(f"ghcr.io/acme/web:1.6.0@{OTHER}").holds == held.holds[:1]
    assert held.released(WEB.image) == Holds()


@pytest.mark.parametrize("text", ["nginx:1.28", "Not An Image"])
def test_what_is_not_held_cannot_be_released(text: str) -> None:
    with pytest.raises(UsageError):
        Holds((WEB,)).released(text)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("nginx", id="a text"),
        pytest.param({"reason": "x"}, id="a hold without image"),
        pytest.param({"image": "nginx:1"}, id="an image that is not in its normal spelling"),
        pytest.param({"image": "Not An Image"}, id="what is no image"),
        pytest.param({"image": WEB.image, "reason": 5}, id="a number"),
        pytest.param({"image": WEB.image, "other": "x"}, id="an unknown key"),
    ],
)
def test_a_file_that_kbump_did_not_write_is_refused(row: object) -> None:
    with pytest.raises(SourceError, match="does not hold holds"):
        read_holds(Source("h", json.dumps({"version": 1, "holds": [row]})))
