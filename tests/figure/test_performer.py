"""Equal names are equal dancers, in videos, in files and on pages."""

import numpy as np
import pytest
from export.dances import demo

from workflow_scripts.export.piece import Piece
from workflow_scripts.export.viewer import content
from workflow_scripts.figure.performer import ACCENTS, accents_of, looks_of
from workflow_scripts.figure.tone import srgb
from workflow_scripts.render.looks import choose_looks


def test_videos_and_pages_give_the_same_colours_beyond_the_sixth_dancer(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a model", "a model", *(f"model {number}" for number in range(len(ACCENTS)))]
    looks = choose_looks(names)
    # By one's own name alone, and so that no colour is there a second time while another is free.
    assert [accents_of([name])[0] for name in names[1:4]] == [choose_looks([name])[0].accent for name in names[1:4]]
    assert len({look.accent for look in looks[: len(ACCENTS)]}) == len(ACCENTS)
    assert [look.appearance for look in looks] == [looks_of(name) for name in names]
    world = demo(0.1)
    # Without their bodies, which take seconds.
    monkeypatch.setattr(content, "_dancer", lambda *_: ({"turns": np.zeros(3, np.int64)}, {}))
    dancers = content.packed_dancers([Piece(world, 30.0, name) for name in names]).facts["dancers"]
    assert [dancer["accent"] for dancer in dancers] == [look.accent for look in looks]


def test_srgb_is_the_standards_curve() -> None:
    # IEC 61966-2-1: the straight piece near black, the middle of the curve, and both ends.
    light = np.array([-0.1, 0.0, 0.001, 0.0031308, 0.2159, 0.5, 1.0, 3.0])
    np.testing.assert_array_equal(srgb(light), [0, 0, 3, 10, 128, 188, 255, 255])
