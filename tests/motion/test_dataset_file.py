"""The dataset in memory."""

from dataclasses import replace

import pytest
from tiny_dances import tiny_dataset

from workflow_scripts.workflow.errors import UserError


def test_clips_of_one_genre_and_their_windows() -> None:
    dataset = tiny_dataset(clips=4)
    dataset.clips = [
        replace(clip, genre=["house", "disco", "house", "disco"][n]) for n, clip in enumerate(dataset.clips)
    ]
    only = dataset.only(["disco"])
    assert [clip.name for clip in only.clips] == ["tiny.v1.0000", "tiny.v3.0000"]
    for split in ("train", "validation"):
        old = {(dataset.clips[n].name, start, frames) for n, start, frames in dataset.windows[split].tolist()}
        new = {(only.clips[n].name, start, frames) for n, start, frames in only.windows[split].tolist()}
        assert new == {row for row in old if row[0] in ("tiny.v1.0000", "tiny.v3.0000")}
        assert new
    assert only.motion is dataset.motion
    with pytest.raises(UserError, match=r"'tango'.*'disco', 'house'"):
        dataset.only(["house", "tango"])
