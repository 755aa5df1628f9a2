import pytest
from motion.melody import END, START, save_compact, save_published

from workflow_scripts.collect.sources.motion import motion_rows
from workflow_scripts.workflow.errors import UserError


def rows(source, music=None):
    return list(motion_rows("dance_with_melody", source, music, 30))


def test_the_compact_layout_gives_a_row_per_dance_with_genre_music_and_offset(tmp_path):
    for name in ("DANCE_W_1", "DANCE_C_2", "DANCE_R_7", "DANCE_T_5"):
        save_compact(tmp_path, name)
    found = rows(tmp_path)
    assert [(row["id"], row["genre"]) for row in found] == [
        ("DANCE_C_2", "cha-cha"),
        ("DANCE_R_7", "rumba"),
        ("DANCE_T_5", "tango"),
        ("DANCE_W_1", "waltz"),
    ]
    assert found[0]["url"] == str(tmp_path / "motion" / "DANCE_C_2.npz")
    assert found[0]["audio"] == str(tmp_path / "audio" / "DANCE_C_2.mp3")
    assert float(found[0]["offset"]) == 0.33
    assert float(found[0]["duration"]) == pytest.approx((END - START) / 25)
    assert found[0]["song"] == ""


def test_the_published_layout_has_the_whole_song(tmp_path):
    folder = save_published(tmp_path, "DANCE_W_30")
    save_published(tmp_path, "DANCE_C_8")
    found = rows(tmp_path)
    assert [row["id"] for row in found] == ["DANCE_C_8", "DANCE_W_30"]
    assert found[1]["url"] == str(folder)
    assert found[1]["audio"] == str(folder / "audio.mp3")
    assert float(found[1]["offset"]) == START / 25


def test_one_dance_alone(tmp_path):
    path = save_compact(tmp_path / "a")
    folder = save_published(tmp_path / "b")
    assert [row["url"] for row in rows(path)] == [str(path)]
    assert [row["url"] for row in rows(folder)] == [str(folder)]
    assert [row["url"] for row in rows(folder / "skeletons.json")] == [str(folder)]


def test_music_elsewhere_and_nowhere(tmp_path):
    path = save_compact(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "audio" / "DANCE_C_2.mp3").rename(tmp_path / "elsewhere" / "DANCE_C_2.mp3")
    assert rows(tmp_path, tmp_path / "elsewhere")[0]["audio"] == str(tmp_path / "elsewhere" / "DANCE_C_2.mp3")
    assert rows(tmp_path)[0]["audio"] == ""
    assert rows(path)[0]["audio"] == ""


def test_a_broken_dance_and_an_unknown_name_are_listed(tmp_path):
    save_compact(tmp_path, "foxtrot")
    (tmp_path / "motion" / "DANCE_X_1.npz").write_bytes(b"no")
    found = rows(tmp_path)
    assert [(row["id"], row["genre"]) for row in found] == [("DANCE_X_1", ""), ("foxtrot", "")]
    assert "duration" not in found[0]


def test_a_folder_without_dances_is_an_error(tmp_path):
    with pytest.raises(UserError, match="no dance found"):
        rows(tmp_path)
