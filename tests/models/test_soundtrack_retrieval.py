"""Soundtracks retrieved from songs of clicks whose beats are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_dances import FPS, swing, tiny_dataset

from workflow_scripts.models.soundtrack import Corpus, Sampling, Scene, load_soundtrack_architecture
from workflow_scripts.models.soundtrack_retrieval.model import Model, SoundtrackRetrievalConfig
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.workflow.errors import UserError

RATE = 11_025


def clicks(music: Music, seconds: float, off_beats: bool = False, level: float = 0.8, pitch: float = 220.0):
    """A stereo song: a tone that holds, and clicks that die away on its beats (or in the midst between them)."""
    time = np.arange(round(seconds * RATE)) / RATE
    samples = 0.1 * np.sin(2 * np.pi * pitch * time)
    noise = np.random.default_rng(0).standard_normal(round(0.05 * RATE)) * np.exp(-np.arange(round(0.05 * RATE)) / 60)
    for beat in music.beats + (30 / music.tempo if off_beats else 0):
        part = samples[round(beat * RATE) :][: len(noise)]
        part += noise[: len(part)] / 4
    samples *= level / np.abs(samples).max()
    return np.stack([samples, 0.9 * samples], axis=1).astype(np.float32)


def corpus(clips: int = 3, seconds: float = 8.0, genres: tuple[str, ...] = (), **of_clicks) -> Corpus:
    """Songs of 100, 110, ... bpm and their dances, all for training."""
    dataset = tiny_dataset(clips, seconds)
    genres = genres or ("",) * clips
    each = [replace(clip, split="train", genre=genre) for clip, genre in zip(dataset.clips, genres, strict=True)]
    sounds = {clip.name: clicks(clip.music, seconds, **of_clicks) for clip in each}
    return Corpus(replace(dataset, clips=each), sounds, RATE)


def fitted(known: Corpus, **settings) -> Model:
    return Model.from_corpus(SoundtrackRetrievalConfig(**settings), known)


def dance(bpm: float, seconds: float, first: float = 0.4, genre: str = "") -> Scene:
    """Arms that swing, their accents midway between the beats of a tempo."""
    frames = round(FPS * seconds)
    beats = np.arange(first, seconds, 60 / bpm)
    motion = swing(Music(np.zeros((frames, 1)), beats, beats[::4], bpm, FPS))
    return Scene(motion, FPS, seconds, genre)


def made(model: Model, scene: Scene, known: Corpus, seed: int = 0):
    return model.generate([scene], [np.random.default_rng(seed)], Sampling(), known.sounds)[0]


def attacks(samples) -> np.ndarray:
    """Seconds at which clicks begin: where the difference of samples is first as large as only clicks make it."""
    loud = np.flatnonzero(np.abs(np.diff(samples[:, 0])) > 0.12)
    return loud[np.concatenate([[True], np.diff(loud) > 0.1 * RATE])] / RATE if len(loud) else np.empty(0)


@pytest.fixture(scope="module")
def known() -> Corpus:
    return corpus()


@pytest.fixture(scope="module")
def model(known) -> Model:
    return fitted(known, variety=0)


def test_the_clicks_of_a_soundtrack_fall_on_the_accents_of_the_dance(model, known):
    scene = dance(107, 12)
    found = accents(scene.motion, FPS)
    heard = attacks(made(model, scene, known))
    assert len(found) > 15
    distance = np.abs(found[:, None] - heard).min(axis=1)
    assert np.mean(distance < 0.05) > 0.9
    assert len(heard) <= len(found) + 2  # no more clicks than the dance has beats
    # The same clicks against a dance that begins a third of a beat later.
    assert np.mean(np.abs(found[:, None] + 0.19 - heard).min(axis=1) < 0.05) < 0.2


def test_a_soundtrack_is_stereo_as_long_as_asked_and_not_too_loud(model, known):
    for seconds in (5.0, 1 / 30, 7.3217, 0.0):
        samples = made(model, replace(dance(100, 6), seconds=seconds), known)
        assert samples.shape == (round(RATE * seconds), 2)
        assert samples.dtype == np.float32
        assert np.abs(samples).max(initial=0) <= 0.95


def test_a_dance_longer_than_every_song_has_music_to_its_end(model, known):
    scene = dance(104, 40)
    samples = made(model, scene, known)
    tone = np.sqrt(np.square(samples[: 39 * RATE]).reshape(78, -1).mean(axis=1))
    assert tone.min() > 0.5 * np.median(tone)
    found = accents(scene.motion, FPS)
    assert np.mean(np.abs(found[:, None] - attacks(samples)).min(axis=1) < 0.05) > 0.9


def test_equal_seeds_give_equal_bytes_in_whatever_company(known):
    model = fitted(known)
    scenes = [dance(105, 6), dance(96, 5)]
    together = model.generate(scenes, [np.random.default_rng(seed) for seed in (3, 4)], Sampling(), known.sounds)
    for scene, seed, samples in zip(scenes, (3, 4), together, strict=True):
        assert made(model, scene, known, seed).tobytes() == samples.tobytes()


def test_chance_chooses_among_songs_that_are_nearly_as_good_and_no_chance_the_best():
    known = corpus(clips=4, pitch=220.0)
    scene = dance(115, 6)
    varied = {fitted(known, variety=0.3).plan(scene, np.random.default_rng(seed)).pieces[0].song for seed in range(8)}
    best = {fitted(known, variety=0).plan(scene, np.random.default_rng(seed)).pieces[0].song for seed in range(8)}
    assert len(varied) > 1
    assert len(best) == 1


def test_a_song_of_the_dances_genre_is_taken_even_if_it_must_be_stretched_more():
    known = corpus(genres=("waltz", "tango", "waltz"))
    asked = dance(100, 6, genre="tango")
    model = fitted(known, variety=0)
    assert model.genres == ("tango", "waltz")
    assert model.songs[model.plan(asked, np.random.default_rng(0)).pieces[0].song].genre == "tango"
    for other in (fitted(known, variety=0, genre_weight=0), model):
        scene = asked if other is not model else replace(asked, genre="polka")
        assert other.songs[other.plan(scene, np.random.default_rng(0)).pieces[0].song].genre == "waltz"


def test_little_stretching_is_wanted_as_much_as_it_costs():
    """Clicks of the slow song lie between its beats, those of the others on them."""
    known = corpus()
    first = known.dataset.clips[0]
    known.sounds[first.name][:] = clicks(first.music, 8.0, off_beats=True)
    plans = {
        weight: fitted(known, variety=0, stretch_weight=weight).plan(dance(100, 6), np.random.default_rng(0))
        for weight in (0, 1000)
    }
    assert plans[0].pieces[0].song != 0
    assert plans[1000].pieces[0].song == 0


def test_only_the_songs_of_the_nearest_tempo_are_looked_at(known):
    plan = fitted(known, variety=0, most_songs=1).plan(dance(121, 30), np.random.default_rng(0))
    assert {piece.song for piece in plan.pieces} == {2}


def test_tempo_is_as_steady_as_asked(known):
    """A dancer who is now early, now late."""
    music = Music(np.zeros((300, 1)), np.arange(0.3, 10, 0.6), np.empty(0), 100, FPS)
    person = swing(music)
    time = np.arange(300) / FPS
    swaying = np.clip(time + 0.05 * np.sin(2 * np.pi * time / 1.2), 0, 299 / FPS) * FPS
    at = np.round(swaying).astype(int).clip(0, 299)
    scene = Scene(Person(person.positions[at], person.root[at]), FPS, 10.0)
    free, steady = (
        np.diff(fitted(known, stiffness=stiffness).plan(scene, np.random.default_rng(0)).grid)[2:-2].std()
        for stiffness in (0.0, 100.0)
    )
    assert steady < 0.5 * free


@pytest.mark.parametrize("unknown", [False, True])
def test_where_nobody_dances_the_music_is_at_its_own_tempo(model, known, unknown):
    scene = dance(100, 6)
    if unknown:
        motion = replace(scene.motion, stretches=np.zeros((0, 2), np.int32))
    else:
        motion = Person(np.repeat(scene.motion.positions[:1], 180, 0), np.repeat(scene.motion.root[:1], 180, 0))
    plan = model.plan(replace(scene, motion=motion), np.random.default_rng(0))
    for piece in plan.pieces:
        out = plan.grid[piece.first : piece.first + len(piece.times)]
        np.testing.assert_allclose(np.diff(out), np.diff(piece.times), rtol=0.01)


def test_music_goes_on_while_a_dancer_rests(model, known):
    scene = dance(105, 12)
    resting = scene.motion.positions.copy(), scene.motion.root.copy()
    for values in resting:
        values[120:240] = values[120]
    rested = replace(scene, motion=Person(*resting))
    steps = np.diff(attacks(made(model, rested, known)))
    assert steps.max() < 1.3 * np.median(steps)


def test_one_frame_and_one_accent_are_enough(model, known):
    scene = dance(100, 6)
    still = Scene(scene.motion.part(slice(0, 1)), FPS, 1 / FPS)
    assert made(model, still, known).shape == (round(RATE / FPS), 2)
    single = replace(scene, motion=replace(scene.motion, stretches=np.array([[60, 84]], np.int32)))
    assert len(accents(single.motion, FPS)) == 1
    heard = attacks(made(model, single, known))
    assert np.abs(heard - accents(single.motion, FPS)).min() < 0.05


def test_levels_of_songs_are_evened_out():
    known = corpus(clips=2)
    known.sounds["tiny.v1.0000"][:] *= 0.1
    model = fitted(known, variety=0, most_songs=1)
    loud, soft = (made(model, dance(bpm, 6), known) for bpm in (100, 110))
    assert np.sqrt(np.mean(loud**2)) == pytest.approx(np.sqrt(np.mean(soft**2)), rel=0.15)


def test_a_kept_model_makes_the_same_soundtrack_and_holds_no_samples(model, known, tmp_path: Path):
    torch.save(model.state(), tmp_path / "state.pt")
    assert (tmp_path / "state.pt").stat().st_size < 50_000
    again = Model.from_state(model.config, torch.load(tmp_path / "state.pt", weights_only=True))
    scene = dance(103, 5)
    assert made(again, scene, known).tobytes() == made(model, scene, known).tobytes()
    assert again.rate == RATE


def test_copies_and_second_dancers_are_no_further_songs(known):
    clips = known.dataset.clips
    more = [*clips, replace(clips[0], person=1), replace(clips[0], clip="0000~mirrored")]
    sounds = {clip.name: known.sounds[clip.original if clip.person == 0 else clips[0].name] for clip in more}
    dataset = replace(known.dataset, clips=sorted(more, key=lambda clip: clip.name))
    assert len(fitted(Corpus(dataset, sounds, RATE)).songs) == 3


def test_mono_songs_are_heard_on_both_sides():
    known = corpus(clips=1)
    mono = Corpus(known.dataset, {name: samples[:, :1] for name, samples in known.sounds.items()}, RATE)
    samples = made(fitted(mono), dance(100, 4), mono)
    assert (samples[:, 0] == samples[:, 1]).all()
    assert np.abs(samples).max() > 0.1


def test_what_is_missing_is_said(model, known):
    with pytest.raises(UserError, match=r"tiny\.v\d\.0000, a training clip"):
        model.generate([dance(100, 4)], [np.random.default_rng(0)], Sampling(), {"other": np.zeros((10, 2), "f4")})
    with pytest.raises(UserError, match="needs them"):
        model.generate([dance(100, 4)], [np.random.default_rng(0)], Sampling())
    silent = Corpus(known.dataset, {name: 0 * samples for name, samples in known.sounds.items()}, RATE)
    with pytest.raises(UserError, match="none of 3 training clips has sound with beats"):
        fitted(silent)
    with pytest.raises(UserError, match="none of 3"):
        fitted(Corpus(known.dataset, {}, RATE))


def test_it_is_an_architecture():
    assert load_soundtrack_architecture("soundtrack_retrieval") is Model
    assert not Model.trained_by_gradient
