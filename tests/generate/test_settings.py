"""Which settings of the configuration each dance gets."""

from typing import Any

import pytest

from workflow_scripts.generate.settings import DanceConfig, dance_settings, seed_place


def config(own: dict[str, Any] | None, **of_all: Any) -> dict[str, Any]:
    every = {"samples": 3, "seed": 7, "length": "song", "seed_pose": "none", "genre": None} | of_all
    return {"generate": every, "models": {"m": {} if own is None else {"generate": own}, "n": {}}}


def test_a_model_s_own_settings_go_first_and_concern_no_other() -> None:
    wanted = config({"length": 5, "genre": None}, genre="house")
    assert dance_settings(wanted, "m", 2) == {
        "seed": 7, "sample": 2, "length": 5.0, "seed_pose": "none", "genre": None,
    }  # fmt: skip
    assert dance_settings(wanted, "n", 2)["length"] == "song"
    assert dance_settings(wanted, "n", 2)["genre"] == "house"


def test_of_a_list_of_genres_each_sample_has_the_next() -> None:
    wanted = config(None, genre=["house", "disco"])
    assert [dance_settings(wanted, "m", sample)["genre"] for sample in range(5)] == [
        "house", "disco", "house", "disco", "house",
    ]  # fmt: skip


def test_settings_are_those_of_a_dance() -> None:
    for length in ("song", "frame", 5):
        assert DanceConfig.model_validate(dance_settings(config(None, length=length), "m", 0)).length == length


@pytest.mark.parametrize("seed_pose", ["none", "t_pose", "mean"])
def test_only_files_are_files(seed_pose: str) -> None:
    assert seed_place(seed_pose) is None
    place = seed_place("a folder/x:y.h5:2:30")
    assert place is not None
    assert (str(place[0]), *place[1:]) == ("a folder/x:y.h5", 2, 30)
