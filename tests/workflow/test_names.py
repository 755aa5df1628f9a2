"""Ids are safe for files and wildcards, stable, and never collide."""

import pytest

from workflow_scripts.workflow.names import SAFE_ID, safe_id, unique_ids

HOSTILE = [
    "../../etc/passwd",
    "-rf",
    "",
    "a" * 400,
    "名前",
    "{x}",
    "it's",
    'a"b',
    "a b",
    "a/b",
    "\udcff",
    "🎶",
    "..",
    "a.b",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_becomes_a_safe_id(name: str) -> None:
    made = safe_id(name, fallback="http://x/1")
    assert SAFE_ID.fullmatch(made)
    assert not made.startswith("-")


def test_safe_names_stay_and_different_names_stay_different() -> None:
    assert safe_id("dQw4w9WgXcQ") == "dQw4w9WgXcQ"
    assert safe_id("a b") != safe_id("a-b")
    assert safe_id("a b") != safe_id("a  b")
    assert len({safe_id(name, fallback="f") for name in HOSTILE}) == len(HOSTILE)


def test_equal_stems_are_told_apart_by_their_paths_and_others_keep_their_ids() -> None:
    before = unique_ids([("dance", "a/dance.mp4"), ("solo", "solo.mp4")])
    after = unique_ids([("solo", "solo.mp4"), ("dance", "a/dance.mp4"), ("Dance", "b/Dance.mp4")])
    assert before == ["dance", "solo"]
    assert after[0] == "solo"
    assert len({item.casefold() for item in after}) == 3
