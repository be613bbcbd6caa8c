"""Which tags are taken for pinned, and what `kbump images --require-pinned` says of the others.

pinned.text, pinned.json, pinned.github in a directory under tests/cases/images/ is the whole output of a format: exit
code, standard output and standard error; KBUMP_TEST_UPDATE=1 writes them.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from kbump.image import ImageReference
from kbump.pinning import unknown, unpinned
from tests.conftest import CASES, ROOT, cases
from tests.test_set_image_cases import lay_out

DIGEST = "sha256:" + "0" * 64
OUTPUTS = [
    pytest.param(case.values[0], output.suffix[1:], id=f"{case.id} in the format {output.suffix[1:]}")
    for case in cases("images")
    for output in sorted(case.values[0].glob("pinned.*"))
]
POD = CASES / "images" / "images-that-are-pinned-are-not-listed" / "input.yaml"

PINNED = {
    "a full version": "1.27.1 v1.27.1 0.1.0-beta 3.13.0rc1 12.4.1.2 17.0.9_9-jre 21_35-jdk 8u392-jdk",
    "a full version with a variant": "1.27.1-alpine 1.27.1-alpine3.20 2.14.2-pg16 12.4.1-devel-ubuntu22.04",
    "a revision of a version": "1.27-r3 1.27-3 9.4-947 v1.30.2-k3s1 1.27.1-debian-12-r3 1.29.2-gke.1521000",
    "a numbered prerelease": "1.27-rc1 1.27-rc.1 2-beta3",
    "a date": "2024.05.01 2024-05-01 20240501 nightly-20240501 bookworm-20240513 3.9-bullseye-20240513 "
    "RELEASE.2024-05-01T01-11-11Z 20240501T120000Z",
    "a commit": "abc1234 deadbeefcafe sha-abc1234 main-abc1234 v1.2.3-4-gabc1234 1.0.0-SNAPSHOT-abc1234 "
    "4f5c1d2e3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e",
    "a build number": "1234 build-42 b42 r3 main-42 develop-123456-ab 4.18-202405011200",
    "a name of which nothing is known": "feature-login acme blue pr-12 acme-1.27",
}
MOVING = {
    "the newest": "latest Latest latest-alpine latest-pg16 2022-latest 1.27-latest web-latest 1.27.1-latest",
    "a promise": "stable edge lts rolling stable-alpine stable-alpine3.20 stable-perl lts-jdk17 20-lts alpine-edge",
    "a branch": "main MAIN master develop dev trunk acme-main mainline-alpine3.20.1",
    "a stage": "prod staging qa canary testing",
    "builds of the night and snapshots": "nightly nightly-bookworm-slim 0.1.0-nightly 1.0-SNAPSHOT 1.0.0-SNAPSHOT",
    "a prerelease without number": "beta rc v2-beta 3.13-rc",
    "a variant alone": "alpine slim bookworm-slim noble noble-amd64 nonroot ltsc2022 ubuntu-22.04 debian-12 php8.2",
}
PARTIAL = {
    "a major version": "1 v2 42 1-alpine 17-jdk 8-ubi9 16-bullseye-postgis 3-management-alpine",
    "a minor version": "1.27 v1.30 22.04 1.27-alpine 16-3.4 3.12-slim-bookworm 8.2-fpm-alpine3.20 1.30-otel",
    "a pattern": "1.x 1.27.x",
    "a year and month": "2024.05 2024.5",
}


def listed(table: dict[str, str]) -> list[object]:
    return [pytest.param(tag, id=f"{what}: {tag}") for what, tags in table.items() for tag in tags.split()]


@pytest.mark.parametrize("tag", listed(PINNED))
def test_a_tag_that_names_one_build_is_pinned(tag: str) -> None:
    assert unpinned(ImageReference("acme/web", tag)) == ""


@pytest.mark.parametrize("tag", ["", *listed(MOVING), *listed(PARTIAL)])
def test_a_digest_pins_whatever_the_tag_says(tag: str) -> None:
    assert unpinned(ImageReference("acme/web", tag, DIGEST)) == ""


def test_no_tag_is_the_tag_latest() -> None:
    assert unpinned(ImageReference("nginx")) == "has no tag, which means `latest`: name a full version or a digest"


@pytest.mark.parametrize("tag", listed(MOVING))
def test_a_name_that_moves_is_not_pinned(tag: str) -> None:
    expected = f"has the tag `{tag}`, which moves: name a full version or a digest"
    assert unpinned(ImageReference("nginx", tag)) == expected


@pytest.mark.parametrize("tag", listed(PARTIAL))
def test_a_part_of_a_version_is_not_pinned(tag: str) -> None:
    start = f"has only a part of a version in `{tag}`, which moves with its releases: "
    assert unpinned(ImageReference("nginx", tag)) == f"{start}name a full version or a digest"


def test_what_cannot_be_read_is_not_called_pinned() -> None:
    expected = "is not known to be pinned, since it is templated; name a full version or a digest"
    assert unknown("is templated") == expected


@pytest.mark.parametrize(("case", "form"), OUTPUTS)
def test_the_whole_output_is_as_it_was_read(case: Path, form: str, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("images", "--require-pinned", "-o", form, cwd=tmp_path)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / f"pinned.{form}").write_text(written)
    assert written == (case / f"pinned.{form}").read_text()


@pytest.mark.parametrize("case", cases("images"))
def test_the_json_has_the_images_of_the_run_without_the_option_that_are_not_pinned(
    case: Path, kbump, tmp_path: Path
) -> None:
    lay_out(case, "input", tmp_path)
    runs = [kbump("images", *options, "-o", "json", cwd=tmp_path) for options in ([], ["--require-pinned"])]
    every, some = (json.loads(ran.stdout) for ran in runs)
    jsonschema.validate(some, json.loads((ROOT / "schemas" / "images.schema.json").read_text()))
    assert some == {**every, "images": [image for image in every["images"] if image["unpinned"]]}


@pytest.mark.parametrize(("tag", "code"), [(":1.27.1", 0), ("", 1)], ids=["a pinned image", "an image without tag"])
def test_standard_input_is_judged_too(kbump, tag: str, code: int) -> None:
    ran = kbump("images", "--require-pinned", "-", stdin=POD.read_bytes().replace(b":1.27.1", tag.encode()))
    assert ran.code == code
    assert ran.stdout.startswith("-:6:24  Pod web  web  nginx  has no tag" if code else "")


@pytest.mark.parametrize(("tag", "code"), [("1.27.2", 0), ("stable", 1)], ids=["a pinned image", "a moving tag"])
def test_an_overlay_is_judged_as_it_is_built(kbump, tmp_path: Path, tag: str, code: int) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("needs kubectl on PATH")
    (tmp_path / "pod.yaml").write_bytes(POD.read_bytes().replace(b":1.27.1", b""))
    (tmp_path / "kustomization.yaml").write_text(f"resources: [pod.yaml]\nimages: [{{name: nginx, newTag: {tag}}}]\n")
    ran = kbump("images", "--require-pinned", "-k", str(tmp_path))
    assert (ran.code, f"has the tag `{tag}`, which moves" in ran.stdout) == (code, code == 1)


def test_without_the_option_an_image_that_is_not_pinned_is_no_failure(kbump) -> None:
    assert kbump("images", "-", stdin=POD.read_bytes().replace(b":1.27.1", b"")).code == 0


def test_the_environment_can_require_it(kbump, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KBUMP_IMAGES_REQUIRE_PINNED", "1")
    assert kbump("images", "-", stdin=POD.read_bytes().replace(b":1.27.1", b"")).code == 1
