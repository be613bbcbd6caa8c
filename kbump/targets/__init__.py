"""Targets: an environment in a checkout that images go into, forward or back: what it has, had and holds back."""
