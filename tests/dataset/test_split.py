import pytest

from workflow_scripts.dataset.split import Song, Video, disputed, leaks, named_songs, songs_of, split_songs
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


def test_only_a_test_split_is_given() -> None:
    """Then a share of the rest validates, and what is held back stays."""
    songs = [Song("t", split="test"), Song("a"), Song("b"), Song("c"), Song("d")]
    assert sorted(split_songs(songs, 0.25, 3).values()) == ["test", "train", "train", "train", "validation"]
    assert split_songs(songs, 0.25, 3)["t"] == "test"


def test_nothing_to_train_on() -> None:
    with pytest.raises(UserError, match="1 for validation and 1 for test: nothing is left"):
        split_songs([Song("a", split="validation"), Song("b", split="test")], 0.5, 1)


def test_unknown_split() -> None:
    with pytest.raises(UserError, match="mine/a: split 'holdout'"):
        disputed([Video("mine/a", "s", split="holdout")])


def test_what_is_held_back_stays_exactly_that() -> None:
    """Whatever else has the song of a test video is left out; the same for validation, where no test video has it."""
    videos = [
        *(Video(f"x/a{split}", "a", split=split) for split in ("", "train", "validation", "test")),
        *(Video(f"x/b{split}", "b", split=split) for split in ("", "train", "validation")),
        *(Video(f"x/c{split}", "c", split=split) for split in ("", "train")),
    ]
    reasons = disputed(videos)
    assert set(reasons) == {"x/a", "x/atrain", "x/avalidation", "x/b", "x/btrain"}
    assert reasons["x/atrain"] == "its song is in the test split: x/atest"
    assert reasons["x/b"] == "its song is in the validation split: x/bvalidation"
    kept = [video for video in videos if video.name not in reasons]
    assert split_songs(songs_of(kept), 0.5, 1) == {"a": "test", "b": "validation", "c": "train"}


def test_a_song_has_the_first_genre_of_its_videos() -> None:
    videos = [Video("x/a", "s"), Video("x/b", "s", genre="salsa"), Video("x/c", "s", genre="tango")]
    assert songs_of(videos) == [Song("s", "salsa")]


def test_names_of_songs_depend_on_used_videos_alone() -> None:
    """The group's first video is unusable: with or without it in the tables the song has one name."""
    used = [Video("x/c", "x/a"), Video("x/b", "x/a"), Video("x/d", "Volare")]
    named = [video.song for video in named_songs(used, ["x/a", "x/b", "x/c", "x/d"])]
    assert named == ["x/b", "x/b", "Volare"]
    again = [Video("x/c", "x/b"), Video("x/b", "x/b"), Video("x/d", "Volare")]
    assert [video.song for video in named_songs(again, ["x/b", "x/c", "x/d"])] == named


def test_leaks_are_found() -> None:
    assert leaks([("a", "train"), ("b", "test"), ("a", "train")]) == {}
    assert leaks([("a", "train"), ("b", "test"), ("a", "validation")]) == {"a": {"train", "validation"}}
