"""The steps of retrieved soundtracks: the beat of a dance, the way through songs, the warp, the joins."""

from itertools import pairwise

import numpy as np
import pytest

from workflow_scripts.models.soundtrack_retrieval.candidates import Weights, counted, nearest
from workflow_scripts.models.soundtrack_retrieval.choosing import Piece, choose
from workflow_scripts.models.soundtrack_retrieval.dance_grid import dance_grid, near_accent
from workflow_scripts.models.soundtrack_retrieval.mixing import mixed
from workflow_scripts.models.soundtrack_retrieval.songs import Song, continued, level_of, onsets_of
from workflow_scripts.models.soundtrack_retrieval.warping import separate, warp_knots, warped

RATE = 11_025
BEST = Weights(stretch=1.5, genre=0.25, variety=0.0)


def song(bpm: float, seconds: float = 20.0, strong_at: float = 0.0, genre: str = "", metre: int = 4) -> Song:
    """A song with one strong onset a beat, so many beats after it."""
    beats = np.arange(0.1, seconds, 60 / bpm)
    onsets = (beats + strong_at * 60 / bpm)[:-1]
    bars = np.arange(len(beats)) % metre == 0
    return Song(f"song{bpm}", genre, seconds, beats, bars, onsets, np.full(len(onsets), 0.5), 0.1)


def beats_of(bpm: float, seconds: float, first: float = 0.3) -> np.ndarray:
    return np.arange(first, seconds, 60 / bpm)


@pytest.mark.parametrize("bpm", [66, 97, 128, 175])
def test_the_beat_of_a_dance_is_found_through_missing_and_further_accents(bpm):
    rng = np.random.default_rng(0)
    truth = beats_of(bpm, 20)
    kept = (
        truth[rng.random(len(truth)) > 0.2] + rng.normal(0, 0.015, len(truth))[: (rng.random(1) > 2).sum() or None][0]
    )
    accents = np.sort(np.concatenate([kept, [5.1, 9.77, 13.3]]))
    grid = dance_grid(accents, 20.0, 4.0)
    assert grid[0] <= 0 < grid[1]
    assert grid[-2] < 20 <= grid[-1]
    assert near_accent(truth, grid).max() < 0.06
    assert abs(len(grid) - len(truth)) <= 2


def test_a_beat_that_drifts_is_followed_and_jitter_is_not():
    period = np.linspace(0.62, 0.5, 36)
    truth = 0.2 + np.concatenate([[0], np.cumsum(period)])
    accents = truth + np.random.default_rng(1).uniform(-0.02, 0.02, len(truth))
    steady, exact = dance_grid(accents, truth[-1], 4.0), dance_grid(accents, truth[-1], 0.0)
    assert near_accent(truth, steady).max() < 0.03
    assert near_accent(accents, exact).max() < 1e-5
    assert np.abs(np.diff(steady, 2)[2:-2]).max() < 0.5 * np.abs(np.diff(exact, 2)[2:-2]).max()


def test_through_a_rest_the_beat_goes_on():
    truth = beats_of(110, 30)
    accents = truth[(truth < 10) | (truth > 19)]
    grid = dance_grid(accents, 30.0, 4.0)
    assert near_accent(truth, grid).max() < 0.05


@pytest.mark.parametrize("accents", [[3.0], [3.0, 3.2], [0.0], [9.99]])
def test_few_accents_have_a_grid_as_well(accents):
    grid = dance_grid(np.array(accents), 10.0, 4.0)
    assert grid[0] <= 0
    assert grid[-1] >= 10
    assert (np.diff(grid) > 0.3).all()
    assert (np.diff(grid) < 1.05).all()


def test_beats_of_a_song_go_on_to_its_ends():
    beats, before = continued(np.array([1.1, 1.6, 2.1, 2.6]), 4.0)
    np.testing.assert_allclose(beats, [0.1, 0.6, 1.1, 1.6, 2.1, 2.6, 3.1, 3.6])
    assert before == 2


def test_a_level_is_that_of_what_is_not_quiet():
    loud = np.sin(np.arange(4 * RATE) / 3)[:, None]
    assert level_of(np.concatenate([loud, np.zeros((8 * RATE, 1))]), RATE) == pytest.approx(np.sqrt(0.5), rel=0.05)
    assert level_of(np.zeros((100, 2)), RATE) == 0
    assert level_of(np.zeros((0, 2)), RATE) == 0


def test_onsets_are_found_where_the_sound_rises():
    mono = 0.01 * np.sin(np.arange(5 * RATE) / 5)
    truth = np.array([0.53, 1.171, 2.4, 3.333])
    for time, gain in zip(truth, (0.9, 0.2, 0.9, 0.9), strict=True):
        start = round(time * RATE)
        mono[start : start + 500] += gain * np.random.default_rng(1).standard_normal(500) * np.exp(-np.arange(500) / 90)
    onsets, strengths = onsets_of(mono, RATE)
    strong = onsets[strengths > 0.2]
    assert len(strong) == 4
    np.testing.assert_allclose(strong, truth, atol=0.006)
    assert onsets_of(np.zeros(RATE), RATE)[0].size == 0
    assert onsets_of(np.ones(10), RATE)[0].size == 0


def test_beats_can_be_counted_twice_and_half_as_often():
    one = song(90)
    half, double = counted(one, 0, 2.0), counted(one, 0, 0.5)
    np.testing.assert_allclose(np.diff(half.times), 120 / 90)
    np.testing.assert_allclose(np.diff(double.times), 30 / 90)
    assert half.taps.sum(axis=1).tolist() == [2.0] * len(half.taps)
    assert double.taps.sum(axis=1).tolist()[:4] == [1, 0, 1, 0]
    np.testing.assert_allclose(double.times[double.bars], one.beats[one.bars])
    # Twice the tempo of a song is danced to it rather than the song is played twice as fast.
    grid = beats_of(176, 10, -0.1)
    assert any(np.isclose(np.diff(each.times)[0], 30 / 90) for each in nearest([one], grid, "", BEST, 4, _rng()).each)


def test_a_song_of_few_beats_has_them_whatever_its_tempo():
    few = song(200, 1.1)
    assert len(few.beats) == 4
    assert len(nearest([few], beats_of(60, 10, -0.1), "", BEST, 4, _rng())) >= 3


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def pieces_of(songs: list[Song], bpm: float, seconds: float, genre: str = "", accents_at: float = 0.0) -> list[Piece]:
    grid = beats_of(bpm, seconds + 60 / bpm, -0.1)
    accents = (grid + accents_at * 60 / bpm)[1:-1]
    return choose(songs, accents, grid, genre, BEST, 8, _rng())


def test_the_song_whose_strong_onsets_are_on_the_accents_is_chosen():
    songs = [song(100, strong_at=0.5), song(104), song(140)]
    (piece,) = pieces_of(songs, 100, 8)
    assert piece.song == 1
    assert piece.first == 0


def test_with_as_good_a_fit_the_song_of_the_nearest_tempo_is_chosen():
    songs = [song(96), song(100), song(104)]
    assert {piece.song for piece in pieces_of(songs, 100, 10)} == {1}


@pytest.mark.parametrize("metre", [3, 4])
def test_music_leaves_and_enters_songs_at_bars(metre):
    songs = [song(100, 12, metre=metre), song(101, 12, metre=metre)]
    pieces = pieces_of(songs, 100, 45)
    assert 4 <= len(pieces) <= 9
    assert sum(len(piece.times) - 1 for piece in pieces) == pieces[-1].first + len(pieces[-1].times) - 1
    for before, after in pairwise(pieces):
        bars = [songs[piece.song].beats[songs[piece.song].bars] for piece in (before, after)]
        assert np.abs(bars[0] - before.times[-1]).min() < 1e-9
        assert np.abs(bars[1] - after.times[0]).min() < 1e-9
        assert after.first == before.first + len(before.times) - 1


def test_in_a_long_dance_a_song_wears_and_another_is_heard():
    songs = [song(100, 15), song(99, 15), song(98, 15)]
    assert len({piece.song for piece in pieces_of(songs, 100, 240)}) > 1


def test_a_map_is_exact_around_attacks_and_keeps_its_ends():
    out, source = np.array([0.0, 1.3, 2.6]), np.array([0.0, 1.0, 2.0])
    knots_out, knots_source, kept = warp_knots(out, source, np.array([0.5, 1.0, 1.2, 1.99]))
    assert (np.diff(knots_out) > 0).all()
    assert (np.diff(knots_source) > 0).all()
    np.testing.assert_allclose([knots_out[0], knots_out[-1], knots_source[-1]], [0, 2.6, 2.0])
    np.testing.assert_allclose(kept, [0.5, 1.0, 1.2])
    for onset in kept:
        place = np.interp(onset, source, out)
        near = np.array([-0.005, 0.0, 0.02])
        np.testing.assert_allclose(np.interp(place + near, knots_out, knots_source), onset + near)


@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_a_map_never_turns_back_wherever_beats_and_attacks_are(factor):
    rng = np.random.default_rng(3)
    for _ in range(50):
        source = np.cumsum(rng.uniform(0.3, 0.6, 12))
        onsets = np.cumsum(rng.uniform(0.06, 0.5, 30))
        knots_out, knots_source, _ = warp_knots(np.cumsum(factor * np.diff(source, prepend=0)), source, onsets)
        assert (np.diff(knots_out) > 0).all()
        assert (np.diff(knots_source) > 0).all()


def test_of_attacks_too_near_the_stronger_stays():
    kept = separate(np.array([0.1, 0.13, 0.5, 0.52]), np.array([0.2, 0.9, 0.8, 0.1]))
    assert kept.tolist() == [0.13, 0.5]


def test_music_at_its_own_pace_is_unchanged():
    samples = np.random.default_rng(0).standard_normal((2 * RATE, 2)).astype(np.float32)
    ends = np.array([0.0, 2.0])
    same = warped(samples, RATE, ends, ends, np.array([0.7, 1.1]), 3000, 9000)
    np.testing.assert_allclose(same, samples[3000:9000], atol=1e-6)
    later = warped(samples, RATE, ends + 1, ends, np.empty(0), RATE + 3000, RATE + 9000)
    np.testing.assert_allclose(later, samples[3000:9000], atol=1e-6)


@pytest.mark.parametrize("factor", [0.75, 1.07, 1.4])
def test_a_tone_keeps_its_pitch_and_its_level_and_has_no_clicks(factor):
    time = np.arange(4 * RATE) / RATE
    samples = (0.5 * np.sin(2 * np.pi * 220 * time) + 0.2 * np.sin(2 * np.pi * 331 * time))[:, None].astype(np.float32)
    out = np.array([0.0, 4.0]) * factor
    length = round(3.9 * factor * RATE)
    result = warped(samples, RATE, out, np.array([0.0, 4.0]), np.empty(0), 0, length)
    spectrum = np.abs(np.fft.rfft(result[:, 0] * np.hanning(length)))
    assert np.argmax(spectrum) * RATE / length == pytest.approx(220, abs=1)
    assert np.sqrt(np.mean(result**2)) == pytest.approx(np.sqrt(np.mean(samples**2)), rel=0.1)
    assert np.abs(np.diff(result[:, 0])).max() < 1.2 * np.abs(np.diff(samples[:, 0])).max()


@pytest.mark.parametrize("factor", [0.7, 0.85, 1.3, 1.7])
def test_each_attack_is_heard_once_where_it_belongs_and_as_sharp_as_before(factor):
    onsets = np.concatenate([[0.5, 0.9, 1.04], 1.5 + 0.075 * np.arange(6), [2.3, 2.6]])
    samples = 0.1 * np.sin(2 * np.pi * 110 * np.arange(3 * RATE) / RATE)
    burst = 0.8 * np.random.default_rng(1).standard_normal(200) * np.exp(-np.arange(200) / 40)
    for onset in onsets:
        samples[round(onset * RATE) : round(onset * RATE) + 200] += burst
    ends = np.array([0.0, 3.0])
    count = round(2.9 * factor * RATE)
    result = warped(samples[:, None].astype(np.float32), RATE, ends * factor, ends, onsets, 0, count)[:, 0]
    heard = np.correlate(result, burst, "valid") / np.sum(burst**2)
    peaks = np.flatnonzero(heard > 0.3)
    peaks = peaks[np.concatenate([[True], np.diff(peaks) > 100])]
    np.testing.assert_allclose(peaks / RATE, onsets * factor, atol=2 / RATE)
    for peak in peaks:
        assert heard[peak] == pytest.approx(1.0, abs=0.2)
        assert np.abs(result[peak - 200 : peak - 2]).max() < 0.15  # no echo before it


def test_joins_are_smooth_and_levels_even():
    """Two tones of other pitch and level, one after the other several times."""
    time = np.arange(8 * RATE) / RATE
    sounds = {
        f"song{bpm}": np.repeat(gain * np.sin(2 * np.pi * pitch * time)[:, None], 2, axis=1).astype(np.float32)
        for bpm, gain, pitch in ((100, 0.5, 150), (101, 0.05, 190))
    }
    songs = [_leveled(song(bpm, 8.0), sounds) for bpm in (100, 101)]
    grid = np.arange(0, 12.1, 0.6)
    cuts = [0, 4, 8, 12, 16, 20]
    pieces = [
        Piece(number % 2, first, songs[number % 2].beats[4 : 4 + last - first + 1])
        for number, (first, last) in enumerate(pairwise(cuts))
    ]
    result = mixed(songs, pieces, grid, 12.0, RATE, sounds)
    steps = np.abs(np.diff(result[:, 0]))
    largest = 0.126 * np.sqrt(2) * 2 * np.pi * 190 / RATE
    assert steps.max() < 1.5 * largest  # where two tones are heard at once it is the sum, times the fades'
    assert np.abs(result[[0, -1]]).max() < 0.01
    level = np.sqrt(np.square(result[RATE // 4 :][: 11 * RATE]).reshape(22, -1).mean(axis=1))
    assert level.max() / level.min() < 1.3


def _leveled(one: Song, sounds: dict[str, np.ndarray]) -> Song:
    return Song(**{**one.__dict__, "level": level_of(sounds[one.name], RATE), "strengths": 0 * one.strengths})
