"""A small Drone: what its documentation says happens to a `.drone.yml`, as far as the examples need it; for tests only.

Written from https://docs.drone.io/, not from anybody's code. Steps run on this machine instead of in containers.
"""
