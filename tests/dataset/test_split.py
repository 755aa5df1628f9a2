import pytest

from workflow_scripts.dataset.split import Song, songs_of, split_songs
from workflow_scripts.workflow.errors import UserError

TWELVE = [Song(f"demo/v{number:02d}", "abc"[number % 3]) for number in range(12)]


def chosen(songs: list[Song], share: float, seed: int = 1) -> list[str]:
    return sorted(name for name, split in split_songs(songs, share, seed).items() if split == "validation")


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.01, 1), (0.1, 1), (0.25, 3), (0.5, 6), (0.9, 11)])
def test_share(share: float, count: int) -> None:
    assert len(chosen(TWELVE, share)) == count


def test_stratified_by_genre() -> None:
    genres = {song.name: song.genre for song in TWELVE}
    assert sorted(genres[name] for name in chosen(TWELVE, 0.25)) == ["a", "b", "c"]
    assert sorted(genres[name] for name in chosen(TWELVE, 0.5)) == ["a", "a", "b", "b", "c", "c"]


def test_seed_chooses_and_order_does_not_matter() -> None:
    assert chosen(TWELVE, 0.25) == chosen(TWELVE[::-1], 0.25)
    assert len({tuple(chosen(TWELVE, 0.25, seed)) for seed in range(8)}) > 4


def test_one_song_trains() -> None:
    assert split_songs([Song("only")], 0.5, 1) == {"only": "train"}


def test_splits_of_the_playlist_are_kept() -> None:
    songs = [Song("a", split="validation"), Song("b", split="train"), Song("c"), Song("d")]
    assert split_songs(songs, 0.5, 3) == {"a": "validation", "b": "train", "c": "train", "d": "train"}


def test_unknown_split_and_nothing_to_train_on() -> None:
    with pytest.raises(UserError, match="'holdout'"):
        split_songs([Song("a", split="holdout")], 0.5, 1)
    with pytest.raises(UserError, match="nothing is left"):
        split_songs([Song("a", split="validation")], 0.5, 1)


def test_same_sound_is_one_song() -> None:
    assert songs_of({"x/a": ["1"], "x/b": ["2"]}) == {"x/a": "x/a", "x/b": "x/b"}
    assert songs_of({"x/a": ["1", "2"], "x/b": ["3"], "y/a": ["2"]})["y/a"] == "x/a"
    # c joins a and b, which have nothing in common themselves.
    assert set(songs_of({"a": ["1"], "b": ["2"], "c": ["1", "2"]}).values()) == {"a"}
