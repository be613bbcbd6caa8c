"""What the gates of a promotion let through, and what not."""

from __future__ import annotations

import pytest

from kbump.config import SWITCHES, Gates
from kbump.errors import Location, UsageError
from kbump.finding import Finding
from kbump.gates import merged, verdicts
from kbump.image import ImageReference
from kbump.rewriting.result import Change
from kbump.versions import change

OFF, ON = Gates(), merged()
DIGEST = f"sha256:{'1' * 64}"


def changed(old: str, new: str) -> Change:
    old, new = f"ghcr.io/acme/web{old}", f"ghcr.io/acme/web{new}"
    kind = change(ImageReference.parse(old), ImageReference.parse(new))
    place = Location("web.yaml", 18, 16)
    return Change(place, "Deployment", "", "web", "web", "spec", old, new, kind, "changed", "", new, "manifest")


UP, MAJOR, DOWN, OTHER = (
    changed(":1.4.1", ":1.5.0"),
    changed(":1.4.1", ":2.0.0"),
    changed(":1.4.1", ":1.3.0"),
    changed(":main-1", ":main-2"),
)


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        pytest.param(OFF, [DOWN], id="a downgrade if no gate is there"),
        pytest.param(ON, [UP], id="an upgrade"),
        pytest.param(ON, [OTHER], id="what is no version, by the gate for downgrades"),
        pytest.param(OFF._replace(max_change="minor"), [UP], id="a minor change where minor is the limit"),
        pytest.param(OFF._replace(max_change="major"), [MAJOR, UP], id="a major change where major is the limit"),
        pytest.param(
            OFF._replace(max_change="patch"), [changed(":1.4.1", f":1.4.1@{DIGEST}")], id="a new digest of the same tag"
        ),
        pytest.param(Gates({"immutable-tags": True}), [UP], id="a full version"),
        pytest.param(Gates({"pinned": True}), [changed(":1.4.1", f"@{DIGEST}")], id="a digest"),
        pytest.param(Gates({"valid": True}), [UP], id="a target without findings"),
    ],
)
def test_this_passes(settings: Gates, changes: list[Change]) -> None:
    assert all(verdict.passed and not verdict.reasons for verdict in verdicts(changes, settings))


@pytest.mark.parametrize(
    ("settings", "changes", "reason"),
    [
        pytest.param(
            ON, [UP, DOWN], "ghcr.io/acme/web:1.4.1 -> ghcr.io/acme/web:1.3.0 is a downgrade", id="a downgrade"
        ),
        pytest.param(
            OFF._replace(max_change="minor"),
            [MAJOR],
            "ghcr.io/acme/web:1.4.1 -> ghcr.io/acme/web:2.0.0 is major, not at most minor",
            id="more than the limit",
        ),
        pytest.param(
            OFF._replace(max_change="minor"),
            [OTHER],
            "ghcr.io/acme/web:main-1 -> ghcr.io/acme/web:main-2 is unknown, not at most minor",
            id="what nobody can compare where there is a limit",
        ),
        pytest.param(
            Gates({"immutable-tags": True}), [changed(":1.4.1", ":latest")], "`ghcr.io/acme/web:latest`", id="latest"
        ),
        pytest.param(Gates({"pinned": True}), [UP], "`ghcr.io/acme/web:1.5.0` has no digest", id="no digest"),
    ],
)
def test_this_is_refused_with_the_reason(settings: Gates, changes: list[Change], reason: str) -> None:
    (verdict,) = verdicts(changes, settings)
    assert not verdict.passed
    assert verdict.reasons[0].startswith(reason)


@pytest.mark.parametrize(
    ("settings", "one"),
    [
        pytest.param(ON, DOWN, id="no-downgrade"),
        pytest.param(OFF._replace(max_change="minor"), MAJOR, id="max-change"),
        pytest.param(Gates({"immutable-tags": True}), changed(":1.4.1", ":latest"), id="immutable-tags"),
        pytest.param(Gates({"pinned": True}), UP, id="pinned"),
    ],
)
def test_the_same_reason_of_several_places_is_said_once_with_their_number(settings: Gates, one: Change) -> None:
    (alone,) = verdicts([one], settings)
    (several,) = verdicts([one] * 10, settings)
    assert several.reasons == [f"{alone.reasons[0]} (in 10 places)"]


def test_the_same_note_of_several_places_is_said_once_with_their_number() -> None:
    (verdict,) = verdicts([OTHER] * 2, ON)
    assert [note.endswith("is unknown (in 2 places)") for note in verdict.notes] == [True]


def test_what_is_no_version_passes_the_gate_for_downgrades_with_a_note() -> None:
    (verdict,) = verdicts([OTHER], ON)
    assert verdict.notes == ["ghcr.io/acme/web:main-1 -> ghcr.io/acme/web:main-2: which one is newer is unknown"]


def test_an_error_in_the_target_refuses_and_a_warning_is_a_note() -> None:
    place = Location("web.yaml", 3, 1)
    findings = [
        Finding("wrong-type", "error", place, "`replicas` must be an integer"),
        Finding("deprecated-api", "warning", place, "is deprecated"),
    ]
    (verdict,) = verdicts([UP], Gates({"valid": True}), findings)
    assert verdict == ("valid", False, ["web.yaml:3:1: `replicas` must be an integer"], ["web.yaml:3:1: is deprecated"])


def test_an_error_that_was_there_before_on_another_line_is_a_note() -> None:
    before, after, other = (
        Finding("wrong-type", "error", Location(file, line, 1), "`replicas` must be an integer")
        for file, line in (("web.yaml", 3), ("web.yaml", 4), ("api.yaml", 4))
    )
    (verdict,) = verdicts([UP], Gates({"valid": True}), [after], [before])
    assert verdict == ("valid", True, [], ["web.yaml:4:1: `replicas` must be an integer (as before)"])
    (verdict,) = verdicts([UP], Gates({"valid": True}), [after, after, other], [before])
    assert (verdict.passed, len(verdict.reasons), len(verdict.notes)) == (False, 2, 1)


def test_all_gates_that_are_on_speak() -> None:
    on = merged(Gates(dict.fromkeys(SWITCHES, True), "minor"))
    assert [one.gate for one in verdicts([UP], on)] == [
        "no-downgrade",
        "immutable-tags",
        "pinned",
        "max-change",
        "valid",
    ]


def test_an_unknown_limit_is_refused() -> None:
    with pytest.raises(UsageError, match="no class of change"):
        verdicts([UP], Gates({}, "huge"))


def test_the_first_that_says_something_of_a_gate_is_heeded() -> None:
    target, flags, source = (
        Gates({"pinned": True}),
        Gates({"pinned": False, "valid": True}, "minor"),
        Gates({}, "major"),
    )
    assert merged(target, flags, source) == Gates({"no-downgrade": True, "pinned": True, "valid": True}, "minor")
    assert merged(Gates({"no-downgrade": False}), Gates({"no-downgrade": True})).switches == {"no-downgrade": False}
