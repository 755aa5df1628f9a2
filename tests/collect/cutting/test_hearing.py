"""Silence and mere talk are heard; every kind of music is kept."""

from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import RATE, numbered_video, silence, song, speech, stereo, write_wav

from workflow_scripts.collect.cutting.hearing import listen
from workflow_scripts.workflow.media import MediaError, run_ffmpeg


def heard(tmp_path: Path, *parts: np.ndarray, start: float = 0.0) -> list[tuple[str, float, float]]:
    sound = np.concatenate(parts)
    path = write_wav(tmp_path / "sound.wav", sound)
    return [(one.reason, one.start_s, one.end_s) for one in listen(path, start, len(sound) / RATE, True, True)]


def test_silence_is_timed(tmp_path: Path) -> None:
    found = heard(tmp_path, silence(1.5), song(3.0), silence(0.8), song(3.0), silence(2.5))
    assert [reason for reason, _, _ in found] == ["silence", "silence"]
    np.testing.assert_allclose([found[0][1:], found[1][1:]], [(0, 1.5), (8.3, 10.8)], atol=0.06)


def test_a_quiet_room_is_silence_beside_loud_music_and_quiet_music_is_music(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    room = stereo(0.002 * rng.standard_normal(3 * RATE))
    assert [reason for reason, _, _ in heard(tmp_path, room, song(4.0, loudness=1.0))] == ["silence"]
    assert heard(tmp_path, song(6.0, loudness=0.005)) == []


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_talk_before_the_music_is_heard(tmp_path: Path, seed: int) -> None:
    ((reason, start, end),) = heard(tmp_path, speech(14.0, seed), song(10.0))
    assert (reason, start) == ("speech", 0.0)
    assert end == pytest.approx(14.0, abs=1.5)


def test_talk_within_a_window_is_timed_from_the_files_start(tmp_path: Path) -> None:
    ((reason, start, end),) = heard(tmp_path, song(9.0), speech(14.0, 2), start=6.0)
    assert reason == "speech"
    assert (start, end) == (pytest.approx(9.0, abs=1.5), pytest.approx(23.0, abs=0.1))


def test_short_talk_stays(tmp_path: Path) -> None:
    assert heard(tmp_path, speech(5.0, 2), song(10.0)) == []


def test_music_without_drums_or_tones_is_no_talk(tmp_path: Path) -> None:
    time = np.arange(12 * RATE) / RATE
    beat = time * 2 % 1 / 2
    claps = np.random.default_rng(1).standard_normal(len(time)) * np.exp(-40 * beat) * (beat < 0.25)
    sung = sum(np.sin(2 * np.pi * n * 220 * 2 ** (np.floor(time / 0.6) % 5 / 12) * time) / n for n in range(1, 8))
    sung = sung * (time % 0.6 < 0.45)
    for music in (0.3 * claps, 0.1 * sung, 0.02 * np.sin(2 * np.pi * 330 * time)):
        assert heard(tmp_path, stereo(music)) == []


def test_loudness_does_not_decide(tmp_path: Path) -> None:
    assert [one[0] for one in heard(tmp_path, speech(12.0, 3, loudness=0.02))] == ["speech"]


def test_each_can_be_switched_off(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "s.wav", np.concatenate([silence(3.0), speech(14.0, 2)]))
    assert [one.reason for one in listen(path, 0.0, 17.0, False, True)] == ["speech"]
    assert [one.reason for one in listen(path, 0.0, 17.0, True, False)] == ["silence"]


def test_where_the_sound_ends_or_pauses_it_is_silent(tmp_path: Path) -> None:
    short = numbered_video(tmp_path / "short.mp4", 5.0, 10, sound=3.0)
    ((reason, start, end),) = [(one.reason, one.start_s, one.end_s) for one in listen(short, 0.0, 5.0, True, True)]
    assert (reason, end) == ("silence", 5.0)
    assert start == pytest.approx(3.0, abs=0.06)
    holed = tmp_path / "holed.mkv"
    first, second = write_wav(tmp_path / "a.wav", song(2.0)), write_wav(tmp_path / "b.wav", song(2.0))
    join = "[1]adelay=0[b];[0][b]concat=v=0:a=1,aselect='not(between(t,1,2.5))'"
    run_ffmpeg(["-i", first, "-i", second, "-filter_complex", join, "-c:a", "flac", holed], holed)
    ((reason, start, end),) = [(one.reason, one.start_s, one.end_s) for one in listen(holed, 0.0, 4.0, True, True)]
    assert (start, end) == (pytest.approx(1.0, abs=0.12), pytest.approx(2.5, abs=0.12))


def test_the_sound_of_a_broadcast_may_change_its_form(tmp_path: Path) -> None:
    whole = tmp_path / "whole.ts"
    for number, coding in enumerate([["-ac", "1", "-ar", "22050"], ["-ac", "2", "-output_ts_offset", "3"]]):
        part = tmp_path / f"{number}.ts"
        sound = write_wav(tmp_path / "sound.wav", np.concatenate([song(1.5), silence(1.5)]))
        run_ffmpeg(["-i", sound, "-c:a", "aac", *coding, part], part)
        with whole.open("ab") as file:
            file.write(part.read_bytes())
    found = [(one.start_s, one.end_s) for one in listen(whole, 0.0, 6.0, True, False)]
    np.testing.assert_allclose(found, [(1.5, 3.0), (4.5, 6.0)], atol=0.2)  # with two codecs' priming


def test_what_cannot_be_decoded_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "x.wav"
    broken.write_bytes(b"no sound")
    with pytest.raises(MediaError, match=r"x\.wav: its sound cannot be decoded"):
        listen(broken, 0, 1, True, True)
