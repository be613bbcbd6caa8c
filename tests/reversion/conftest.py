"""What images go back on: both forges, and an environment in which no CI builds anything."""

from __future__ import annotations

from tests.delivery.conftest import gitea, gitea_server, github_host, infra, nothing_is_built

__all__ = ["gitea", "gitea_server", "github_host", "infra", "nothing_is_built"]
