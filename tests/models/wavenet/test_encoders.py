import pytest
import torch

from workflow_scripts.models.wavenet.conditioning import COLUMNS
from workflow_scripts.models.wavenet.encoders import (
    PART,
    NoEncoder,
    PoseEncoder,
    VideoEncoder,
    make_encoder,
    picture_frames,
)
from workflow_scripts.motion.pictures_file import FPS


def test_the_encoder_sees_its_margin_and_no_further() -> None:
    torch.manual_seed(0)
    encoder = PoseEncoder(4, 62)
    assert encoder.margin == 63
    frames = torch.randn(1, 2 * encoder.margin + 3, COLUMNS)
    whole = encoder({"frames": frames})
    assert whole.shape == (1, 3, 4)
    for place, changed in ((0, True), (2 * encoder.margin, True), (2 * encoder.margin + 1, False)):
        other = frames.clone()
        other[:, place] += 10
        assert bool((encoder({"frames": other})[:, 0] != whole[:, 0]).any()) == changed


def test_without_a_condition_nothing_is_told() -> None:
    told = NoEncoder()({"frames": torch.randn(2, 5, 1)})
    assert told.shape == (2, 5, 1)
    assert not told.any()


@pytest.mark.parametrize(("condition", "kind"), [("pose", PoseEncoder), ("video", VideoEncoder), ("none", NoEncoder)])
def test_conditions_have_their_encoders(condition: str, kind: type) -> None:
    assert isinstance(make_encoder(condition, 4, 10), kind)  # type: ignore[arg-type]


def test_frames_of_a_video_say_when_and_whether_there_is_a_picture() -> None:
    frames = picture_frames(2, 30, 8000, 64)
    times = (torch.arange(30) + 0.5) * 64 / 8000
    torch.testing.assert_close(frames[:, 0], (times < 2 / FPS).float())
    torch.testing.assert_close(frames[:, 1], times.clamp(max=1 / FPS))


def test_long_videos_are_seen_in_parts_as_if_at_once() -> None:
    torch.manual_seed(0)
    encoder = VideoEncoder(4, 3)
    pictures = torch.randint(0, 256, (1, PART + 20, 16, 16, 3), dtype=torch.uint8)
    with torch.no_grad():
        torch.testing.assert_close(encoder._features(pictures), encoder.pictures(pictures))


def test_what_is_not_known_is_not_seen() -> None:
    torch.manual_seed(0)
    encoder = VideoEncoder(4, 3)
    frames = torch.zeros(1, 2 * encoder.margin + 1, 2)
    pictures = torch.randint(0, 256, (2, 4, 16, 16, 3), dtype=torch.uint8)
    seen = [
        encoder({"frames": frames, "pictures": each[None], "first": torch.zeros(1, dtype=torch.int64)})
        for each in pictures
    ]
    assert torch.equal(*seen)
