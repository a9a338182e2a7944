"""Nothing here runs without what trains."""

from importlib.util import find_spec

if find_spec("torch") is None or find_spec("accelerate") is None:  # the extra train
    collect_ignore_glob = ["test_nano_suite.py"]
