"""No value of a Secret is in any form of report, whatever is wrong with it."""

from __future__ import annotations

import pytest

FORMS = ("text", "concise", "json", "sarif", "github", "junit")
# Of eight digits that may be octal ones, which kubectl makes another number of.
DIGITS = "27154361"
OCTAL = str(int(DIGITS, 8))
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
IN_A_LIST = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}, "
TEXTS = {
    "as data that is no base64": f"{SECRET}data: {{a: '*27154361'}}\n",
    "as an integer under data": f"{SECRET}data: {{a: 27154361}}\n",
    "as an integer under stringData": f"{SECRET}stringData: {{a: 27154361}}\n",
    "as a fraction": f"{SECRET}stringData: {{a: 27154361.5}}\n",
    "as an integer with underscores": f"{SECRET}stringData: {{a: 27_154_361}}\n",
    "as a list": f"{SECRET}stringData: {{a: [27154361]}}\n",
    "as a mapping": f"{SECRET}stringData: {{a: {{b: 27154361}}}}\n",
    "as all of data": f"{SECRET}data: 27154361\n",
    "as an item of data": f"{SECRET}data: [27154361]\n",
    "as all of stringData": f"{SECRET}stringData: '27154361'\n",
    "beside an unknown field": f"{SECRET}stringDta: {{a: b}}\nstringData: {{a: '27154361', b: 1}}\n",
    "on the line of another finding": "{apiVersion: v1, kind: Secret, name: a, stringData: {a: '27154361'}}\n",
    "in a List": f"{IN_A_LIST}data: {{a: 27154361}}}}\n",
    "in a List as a text": f"{IN_A_LIST}stringData: {{a: ['27154361']}}}}\n",
    "in a typed list": "apiVersion: v1\nkind: SecretList\nitems:\n- {metadata: {name: a}, data: {a: 27154361}}\n",
    "of a version that is none": f"{SECRET.replace('v1', 'v2')}stringData: {{a: 027154361}}\n",
    "of a kind in lower case": f"{SECRET.replace('Secret', 'secret')}stringData:\n  a: 27_154_361\n  on: 027154361\n",
    "without an apiVersion": "kind: Secret\nmetadata: {name: a}\nstringData: {a: 27_154_361}\n",
    "as an alias": f"{SECRET}stringData: {{a: *27154361}}\n",
    "with a tag that does not fit": f"{SECRET}stringData: {{a: !!bool 27154361}}\n",
    "in quotes that are not closed": f"{SECRET}stringData: {{a: '27154361\n",
    "below a tab": f"{SECRET}stringData:\n  a: '27154361'\n\tb: '27154361'\n",
    "under a key that is there twice": f"{SECRET}stringData: {{a: '27154361', a: '27154361'}}\n",
    "twice": f"{SECRET}stringData: {{a: '27154361'}}\n---\n{SECRET}stringData: {{a: '27154361'}}\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", [pytest.param(text, id=what) for what, text in TEXTS.items()])
def test_a_secret_is_not_shown(kbump, text: str, form: str) -> None:
    ran = kbump("validate", "-", "-o", form, "-v", "--summary", stdin=text.encode())
    assert ran.code == 1
    said = (ran.stdout + ran.stderr).replace("_", "").replace(",", "")
    assert DIGITS not in said
    assert OCTAL not in said


def test_what_is_no_secret_is_shown(kbump) -> None:
    text = SECRET.replace("Secret", "ConfigMap") + "data: {a: 27154361}\n"
    assert all(DIGITS in kbump("validate", "-", "-o", form, stdin=text.encode()).stdout for form in FORMS)
