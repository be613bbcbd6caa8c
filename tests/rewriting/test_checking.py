from __future__ import annotations

from kbump.fields import image_fields
from kbump.manifest import manifests
from kbump.rewriting.checking import check, checked
from kbump.rewriting.planning import Plan, plan
from kbump.source import Edit, Source
from kbump.yaml.composer import compose

POD = Source(
    "pod.yaml",
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.27.0\n  - image: 'nginx:1.27.0'\n",
)


def plans() -> list[Plan]:
    """Plans for both images of the pod, to 1.27.1."""
    fields = [field for one in manifests(POD, compose(POD)) for field in image_fields(one)]
    return plan((field, field.reference._replace(tag="1.27.1")) for field in fields if field.reference)


def test_plans_that_do_what_they_say_stay_as_they_are() -> None:
    made = plans()
    assert checked(POD, made) is made


def test_a_plan_that_changes_something_else_is_refused_alone() -> None:
    good, bad = plans()
    name = POD.text.index("Pod")
    refused = checked(POD, [good, bad._replace(edits=[*bad.edits, Edit(name, name + 3, "Job")])])
    assert [one.refusal for one in refused] == ["", "would change `kind` too"]
    assert [one.edits for one in refused] == [good.edits, []]


def test_a_plan_that_does_not_change_what_it_says_is_refused() -> None:
    [one, _] = plans()
    assert check(POD, [one._replace(edits=[])]) == "would not read as planned at `spec.containers[0].image`"


def test_plans_that_are_right_alone_and_wrong_together_are_all_refused() -> None:
    one, other = plans()
    end = POD.text.index("  - image: 'nginx")
    # Each takes the line end between the two images for its own.
    longer = one._replace(edits=[Edit(one.edits[0].start, end, "nginx:1.27.1\n")])
    early = other._replace(edits=[Edit(end - 1, end, "\n"), *other.edits])
    assert [check(POD, [plan]) for plan in (longer, early)] == ["", ""]
    refused = checked(POD, [longer, early])
    assert all(plan.refusal.startswith("would not be readable afterwards (overlapping edits") for plan in refused)
