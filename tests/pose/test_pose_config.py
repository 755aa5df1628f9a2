import pytest

from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.workflow.errors import UserError


def test_defaults_and_values():
    assert PoseConfig.from_dict({}) == PoseConfig()
    assert PoseConfig.from_dict({"smoothing_s": 0.5, "min_detection": 1}).smoothing_s == 0.5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"smoothing": 0.3}, "unknown key 'smoothing'; known are backend, smoothing_s"),
        ({"backend": "openpose"}, "pose.backend: 'openpose' is none of mediapipe"),
        ({"backend": ["mediapipe"]}, "pose.backend"),
        ({"smoothing_s": -1}, "pose.smoothing_s: -1 is no number from 0 to 5"),
        ({"smoothing_s": "0.3"}, "pose.smoothing_s"),
        ({"depth_smoothing_s": float("nan")}, "pose.depth_smoothing_s"),
        ({"min_detection": 1.5}, "pose.min_detection: 1.5 is no number from 0 to 1"),
        ({"min_quality": True}, "pose.min_quality"),
    ],
)
def test_mistakes_are_named(values, message):
    with pytest.raises(UserError, match=message.replace(".", r"\.")):
        PoseConfig.from_dict(values)
