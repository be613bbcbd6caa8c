"""Reversion: images that a rollout has undone go back in git, too."""
