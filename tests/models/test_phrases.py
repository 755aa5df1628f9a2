"""The table of phrases: which of them a song is danced with."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tiny_dances import click, tiny_dataset

from workflow_scripts.models.phrases import Phrases, heard_phrases, phrase_numbers
from workflow_scripts.models.scales import Scales
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.metre import metre


@pytest.fixture
def dataset() -> Dataset:
    """Four clips of 12 s: two of house, one of disco; the last is for validation."""
    made = tiny_dataset(clips=4, seconds=12.0)
    made.clips = [replace(clip, genre=["house", "disco", "house", "disco"][n]) for n, clip in enumerate(made.clips)]
    return made


def table_of(dataset: Dataset) -> tuple[Phrases, Scales]:
    scales = Scales.of(dataset)
    return Phrases.of(dataset.split("train"), scales), scales


def test_only_phrases_of_the_asked_genre(dataset: Dataset) -> None:
    phrases, _ = table_of(dataset)
    assert phrases.genres == ["disco", "house"]
    genre_of = dict(zip(phrases.number.tolist(), phrases.genre.tolist(), strict=True))
    heard = phrases.music[[0, 1, 0, 1]]
    for number, name in enumerate(phrases.genres):
        chosen = phrases.chosen(heard, 3, np.random.default_rng(0), name)
        assert {genre_of[code] for code in chosen} == {number}
    free = phrases.chosen(phrases.music, 1, None)
    assert {genre_of[code] for code in free} == {0, 1}


def test_no_phrase_follows_itself_unless_it_is_the_only_one(dataset: Dataset) -> None:
    phrases, _ = table_of(dataset)
    heard = np.repeat(phrases.music[:1], 8, axis=0)
    chosen = phrases.chosen(heard, 2, np.random.default_rng(0))
    assert all(first != second for first, second in pairwise(chosen))
    one = replace(phrases, **{name: getattr(phrases, name)[:1] for name in ("number", "origin", "genre", "music")})
    assert one.chosen(heard, 2, np.random.default_rng(0)) == [int(one.number[0])] * 8


def test_state_is_the_table(dataset: Dataset) -> None:
    phrases, _ = table_of(dataset)
    again = Phrases.from_state(phrases.state())
    assert again.genres == phrases.genres
    heard = phrases.music[::-1]
    assert again.chosen(heard, 3, np.random.default_rng(4)) == phrases.chosen(heard, 3, np.random.default_rng(4))


def test_what_is_heard_in_a_phrase(dataset: Dataset) -> None:
    """The mean of the standardised features over its frames, and the tempo in weighted octaves."""
    _, scales = table_of(dataset)
    music = click(12.0, 120, 5)
    position = metre(music, 360)
    heard, whole = heard_phrases(music, position, scales)
    index = phrase_numbers(position)
    assert len(heard) == index[-1] + 1
    standard = scales.heard(music, 0, 360)
    for phrase in range(len(heard)):
        np.testing.assert_allclose(heard[phrase, :-1], standard[index == phrase].mean(axis=0), atol=1e-5)
    # 120 per minute from 0.2 s on: two bars are 4 s, and the song holds them from 0.2 to 4.2 and 8.2 s.
    assert whole.tolist() == [False, True, True, True]
    slow = click(12.0, 60, 5)
    tempo = heard_phrases(slow, metre(slow, 360), scales)[0][1, -1]
    assert heard[1, -1] - tempo == pytest.approx(8.0, abs=1e-6)
