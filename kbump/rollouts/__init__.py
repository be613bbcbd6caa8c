"""Rollouts: what is applied to a cluster, in which order, and what no apply can change."""
