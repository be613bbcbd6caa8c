"""The whole story, from a branch to production, printed as it happens: `python -m tests.pipeline`.

It needs kubectl and git on PATH, a Gitea (KBUMP_TEST_GITEA_URL, _USER, _PASSWORD, _TOKEN) and three clusters
(KBUMP_TEST_KUBECONFIG_STAGING, _QA, _PRODUCTION), all of them disposable.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.forge.hosts import GiteaServer
from tests.pipeline.cluster import Cluster
from tests.pipeline.company import ENVIRONMENTS, Company
from tests.pipeline.story import Clock, tell

GITEA = tuple(f"KBUMP_TEST_GITEA_{name}" for name in ("URL", "USER", "PASSWORD", "TOKEN"))
CLUSTERS = {one: f"KBUMP_TEST_KUBECONFIG_{one.upper()}" for one in ENVIRONMENTS}


def main() -> int:
    """Tell it; return 2 if something that it needs is missing."""
    missing = [name for name in (*GITEA, *CLUSTERS.values()) if not os.environ.get(name)]
    if missing:
        print(f"{__doc__}\nmissing: {', '.join(missing)}", file=sys.stderr)
        return 2
    clock = Clock()
    clusters = {one: Cluster(one, os.environ[name]) for one, name in CLUSTERS.items()}
    gitea = GiteaServer(*(os.environ[name] for name in GITEA))
    clock.say(f"A company is founded on {gitea.url}, with four repositories, three clusters and Drone.")
    with tempfile.TemporaryDirectory() as folder, Company.open(gitea, clusters, Path(folder), clock.stage) as company:
        tell(company, clock.say)
    clock.say("That was all: no kubectl by hand, and nothing in production without a review.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
