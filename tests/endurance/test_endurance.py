"""The short form of the endurance run: half a simulated hour of use, everything looked through at its end."""

from pathlib import Path

from tests.endurance.run import endure


def test_half_an_hour_of_use(tmp_path: Path):
    told = endure(tmp_path, 0.5, seed=3)
    assert told["looks"] == 2
    first, last = told["samples"][0], told["samples"][-1]
    assert last["threads"] <= first["threads"]
    assert last["files"] <= first["files"] + 1
    assert last["databases"] <= first["databases"]
