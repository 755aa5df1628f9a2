import numpy as np
import torch

from workflow_scripts.models.wavenet.examples import Extent, SoundClip, SoundWindows
from workflow_scripts.models.wavenet.mu_law import SILENCE

EXTENT = Extent(receptive_field=10, window=12, hop=4, margin=2)
SIZES = {3: 30, 7: 5, 9: 12}
# Samples and frames that tell where they are from.
CLIPS = {
    number: SoundClip(
        (np.arange(size) % 100 + number).astype(np.uint8),
        torch.stack([1.0 + torch.arange(-(-size // 4)), torch.full((-(-size // 4),), float(number))], dim=1),
        number,
    )
    for number, size in SIZES.items()
}


def test_windows_follow_each_other_and_cover_every_sample_once() -> None:
    windows = SoundWindows(CLIPS, EXTENT)
    assert windows.numbers.tolist() == [3, 3, 3, 7, 9]
    batch = windows.__getitems__(range(len(windows)))
    for number, clip in CLIPS.items():
        rows = torch.from_numpy(windows.numbers == number)
        heard = batch["target"][rows].flatten()[batch["present"][rows].flatten() == 1]
        np.testing.assert_array_equal(heard, clip.classes)
    np.testing.assert_array_equal(batch["category"], windows.numbers)


def test_what_a_target_depends_on_comes_right_before_it() -> None:
    windows = SoundWindows(CLIPS, EXTENT)
    for row, number in enumerate(windows.numbers):
        first = 12 * (row - int(np.flatnonzero(windows.numbers == number)[0]))
        example = windows[row]
        assert example["audio"].shape == (10 + 12 - 1,)
        padded = np.concatenate([np.full(10, SILENCE), CLIPS[number].classes, np.full(12, SILENCE)])
        np.testing.assert_array_equal(example["audio"], padded[first : first + 21])
        np.testing.assert_array_equal(example["target"], padded[first + 10 : first + 22])


def test_every_sample_has_the_frame_it_lies_in() -> None:
    windows = SoundWindows(CLIPS, EXTENT)
    at = EXTENT.at()
    assert at.shape == (21,)
    for row, number in enumerate(windows.numbers):
        first = 12 * (row - int(np.flatnonzero(windows.numbers == number)[0]))
        frames = windows[row]["frames"]
        assert frames.shape == (EXTENT.frames + 2 * EXTENT.margin, 2)
        inner = frames[EXTENT.margin : len(frames) - EXTENT.margin]
        for place, frame in enumerate(at.tolist()):
            sample = first - 10 + place + 1  # what this input predicts
            known = 0 <= sample // 4 < len(CLIPS[number].frames)
            expected = [1.0 + sample // 4, float(number)] if known else [0.0, 0.0]
            assert inner[frame].tolist() == expected


def test_frames_beyond_the_sound_are_left_out_and_missing_ones_unknown() -> None:
    sound = np.arange(12, dtype=np.uint8)
    for frames in (1, 9):
        clip = SoundClip(sound, torch.ones(frames, 1), 0)
        found = SoundWindows({0: clip}, EXTENT)[0]["frames"][:, 0]
        before = EXTENT.margin + EXTENT.lead
        assert found.tolist() == [0.0] * before + [1.0] * min(frames, 3) + [0.0] * (
            len(found) - before - min(frames, 3)
        )


def test_no_clips_no_windows() -> None:
    assert len(SoundWindows({}, EXTENT)) == 0
    assert len(SoundWindows({0: SoundClip(np.empty(0, np.uint8), torch.zeros(0, 3), 0)}, EXTENT)) == 0
