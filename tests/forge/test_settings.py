"""Which proxy is used for which host."""

from __future__ import annotations

import pytest

from kbump.forge.settings import proxy_for

PROXY = "http://proxy.acme.dev:3128"


@pytest.mark.parametrize(
    ("url", "variables"),
    [
        ("https://git.acme.dev/api/v1", {}),
        ("https://git.acme.dev", {"http_proxy": PROXY}),
        ("http://git.acme.dev", {"https_proxy": PROXY, "HTTP_PROXY": PROXY}),
        ("https://git.acme.dev", {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}),
        ("https://git.acme.dev", {"HTTPS_PROXY": PROXY, "NO_PROXY": "example.com, acme.dev"}),
        ("https://git.acme.dev", {"HTTPS_PROXY": PROXY, "no_proxy": ".ACME.dev", "NO_PROXY": "x"}),
        ("https://git.acme.dev:8443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "git.acme.dev:8443"}),
        ("https://10.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8"}),
        ("https://[fd00::7]", {"HTTPS_PROXY": PROXY, "NO_PROXY": "[fd00::7]"}),
        ("https://[fd00::7]", {"HTTPS_PROXY": PROXY, "NO_PROXY": "fd00::/8"}),
        ("https://localhost:3000", {"HTTPS_PROXY": PROXY}),
        ("https://127.0.0.1", {"all_proxy": PROXY}),
    ],
)
def test_no_proxy_is_used(url: str, variables: dict[str, str]) -> None:
    assert proxy_for(url, variables) == ""


@pytest.mark.parametrize(
    ("url", "variables"),
    [
        ("https://git.acme.dev", {"HTTPS_PROXY": PROXY}),
        ("https://git.acme.dev", {"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}),
        ("https://git.acme.dev", {"https_proxy": "", "ALL_PROXY": PROXY}),
        ("http://git.acme.dev", {"http_proxy": PROXY}),
        ("https://git.acme.dev", {"HTTPS_PROXY": "proxy.acme.dev:3128"}),
        ("https://git.acme.dev", {"HTTPS_PROXY": PROXY, "NO_PROXY": "it.acme.dev, t.acme.dev,,git.acme.dev:8443"}),
        ("https://git.acme.dev", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8, nonsense/99"}),
        ("https://11.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8"}),
    ],
)
def test_the_proxy_is_used(url: str, variables: dict[str, str]) -> None:
    assert proxy_for(url, variables) == PROXY
