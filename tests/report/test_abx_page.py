"""The page in a real browser: votes, what is kept and saved, and what it does not tell."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import DESKTOP, PHONE, Watched, opened, wait_until

from workflow_scripts.report.abx.key import read_keys
from workflow_scripts.report.abx.page import make_page
from workflow_scripts.report.abx.votes import read_votes
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import video_writer

MODELS, SONGS = ("motion_graph", "seq2seq", "pose_gan"), ("mirrorball", "corner_store")
QUESTION = "</script><img src=x> Größe & <b>which</b>?"
CONFIG = {"question": QUESTION, "pairs": 6, "seed": 1}


def film(path: Path, grey: int, size: tuple[int, int] = (96, 54)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with video_writer(path, *size, 30) as sink:
        for frame in range(45):
            sink.write(np.full((size[1], size[0], 3), (grey, 40, 2 * frame), np.uint8))
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("clips")
    names = [(model, song) for model in MODELS for song in SONGS]
    return [film(root / model / f"{song}_0.mp4", 40 + 30 * number) for number, (model, song) in enumerate(names)]


@pytest.fixture(scope="module")
def folder(clips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("study")
    make_page(clips, CONFIG, root / "abx", root / "key.tsv")
    return root


@pytest.fixture
def open_page(browser: Any, folder: Path) -> Iterator[Watched]:
    with opened(browser, folder / "abx" / "index.html", DESKTOP) as watched:
        watched.page.evaluate("localStorage.clear()")
        yield watched
        assert watched.troubles == []


def start(page: Any, voter: str) -> None:
    page.fill("#voter", voter)
    page.keyboard.press("Enter")
    ready(page)


def ready(page: Any) -> None:
    wait_until(page, "find('trial').hidden || videos.every((video) => video.readyState >= 2)")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        ready(page)


def saved(page: Any, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.locator("[data-do=save]:visible").click()
    assert re.fullmatch(rf"votes_{page.evaluate('voter')}_\d{{8}}T\d{{6}}\.csv", download.value.suggested_filename)
    target = folder / "saved.csv"
    download.value.save_as(target)
    return list(csv.DictReader(io.StringIO(target.read_text())))


def test_votes_by_keys_are_saved_with_what_was_seen(open_page: Watched, folder: Path, tmp_path: Path) -> None:
    page = open_page.page
    start(page, "ann")
    assert page.text_content("#progress") == "1 of 7"
    shown = []
    for key in ("1", "2", "0", "ArrowLeft", "ArrowRight", "ArrowDown", "1"):
        shown.append([page.evaluate(f"find('{side}').getAttribute('src')") for side in ("left", "right")])
        press(page, key)
    assert page.locator("#done").is_visible()
    rows = saved(page, tmp_path)
    assert [row["answer"] for row in rows] == ["left", "right", "tie", "left", "right", "tie", "left"]
    assert [[f"{row['left']}.mp4", f"{row['right']}.mp4"] for row in rows] == shown
    assert {row["voter"] for row in rows} == {"ann"}
    assert [row["number"] for row in rows] == [str(number) for number in range(1, 8)]
    # The scores read it as it is: pairs of two models to one song, one of them twice with its sides swapped.
    votes, replaced = read_votes([tmp_path / "saved.csv"], read_keys([folder / "key.tsv"]))
    assert (len(votes), replaced) == (7, 0)
    again = next(vote for vote in votes if vote.repeat)
    before = next(vote for vote in votes if vote.pair == again.pair and not vote.repeat)
    assert (again.left, again.right) == (before.right, before.left)


def test_a_reload_goes_on_where_it_was(open_page: Watched, tmp_path: Path) -> None:
    page = open_page.page
    start(page, "bob")
    press(page, "1", "2", "0")
    shown = page.evaluate("left.getAttribute('src')")
    page.reload()
    assert page.input_value("#voter") == "bob"
    assert page.text_content("#known") == "bob has voted on 3 of 7 pairs."
    page.get_by_role("button", name="Go on").click()
    ready(page)
    assert page.text_content("#progress") == "4 of 7"
    assert page.evaluate("left.getAttribute('src')") == shown
    assert [row["answer"] for row in saved(page, tmp_path)] == ["left", "right", "tie"]


def test_back_takes_the_last_vote_back(open_page: Watched, tmp_path: Path) -> None:
    page = open_page.page
    start(page, "cyd")
    assert page.get_by_role("button", name="Back").is_disabled()
    press(page, "1", "1", "Backspace", "2")
    assert [row["answer"] for row in saved(page, tmp_path)] == ["left", "right"]


def test_a_click_votes_once_and_the_space_bar_after_it_not_at_all(open_page: Watched) -> None:
    page = open_page.page
    start(page, "dan")
    page.get_by_role("button", name="The second one").click()
    ready(page)
    press(page, "Space", "Enter")
    assert page.text_content("#progress") == "2 of 7"
    assert page.evaluate("votes.map((vote) => vote.answer)") == ["right"]


def test_a_double_click_is_one_vote(open_page: Watched) -> None:
    page = open_page.page
    start(page, "dee")
    page.locator("[data-do=left]").click()
    ready(page)
    for half in (page.mouse.down, page.mouse.up):
        half(click_count=2)
    ready(page)
    assert page.text_content("#progress") == "2 of 7"


@pytest.mark.parametrize("name", ["=1+1", "-1", "@me", "a,b", "<b>"])
def test_a_name_that_a_spreadsheet_would_compute_is_not_taken(open_page: Watched, name: str) -> None:
    open_page.page.fill("#voter", name)
    open_page.page.keyboard.press("Enter")
    assert open_page.page.locator("#welcome").is_visible()


def test_both_play_in_step_and_one_is_heard(open_page: Watched) -> None:
    page = open_page.page
    start(page, "eve")
    wait_until(page, "videos.every((video) => !video.paused && video.currentTime > 0.3)")
    assert page.evaluate("videos.map((video) => video.muted)") == [False, True]
    page.evaluate("right.currentTime = 0")
    wait_until(page, "Math.abs(left.currentTime - right.currentTime) < 0.1 && right.currentTime > 0.2")
    press(page, "m")
    assert page.evaluate("videos.map((video) => video.muted)") == [True, True]
    assert page.get_by_role("button", name="Sound").get_attribute("aria-pressed") == "false"
    press(page, "Space")
    assert page.evaluate("videos.every((video) => video.paused)")
    press(page, "r")
    wait_until(page, "videos.every((video) => !video.paused)")


def test_each_voter_has_an_order_and_sides_of_their_own_and_all_are_balanced(open_page: Watched, folder: Path) -> None:
    page, key = open_page.page, read_keys([folder / "key.tsv"])
    plans = page.evaluate("Array.from({ length: 200 }, (_, number) => plan(`voter${number}`))")
    assert page.evaluate("JSON.stringify(plan('voter7'))") == json.dumps(plans[7], separators=(",", ":"))
    assert len({json.dumps(plan) for plan in plans}) > 150
    sides: Counter[tuple[str, str]] = Counter()
    for plan in plans:
        once = [trial for trial in plan if not trial["repeat"]]
        assert len({frozenset((trial["left"], trial["right"])) for trial in once}) == len(once) == 6
        left, right = (Counter(key[trial[side]].model for trial in once) for side in ("left", "right"))
        assert left == right  # two whole rounds: every voter sees each model as often on either side
        sides.update((trial["left"], trial["right"]) for trial in once)
        # Not one after the other.
        places = {(trial["left"], trial["right"], trial["repeat"]): place for place, trial in enumerate(plan)}
        (again,) = (trial for trial in plan if trial["repeat"])
        assert places[again["left"], again["right"], 1] > places[again["right"], again["left"], 0] + 1
    for (one, two), count in sides.items():
        assert count + sides[two, one] == 200
        assert 60 <= count <= 140


def test_neither_page_nor_names_nor_videos_say_whose_a_dance_is(folder: Path, clips: list[Path]) -> None:
    files = list((folder / "abx").iterdir())
    assert len(files) == 1 + len(clips)
    assert len({file.stat().st_mtime_ns for file in files if file.suffix == ".mp4"}) == 1
    assert len({clip.stat().st_mtime_ns for clip in clips}) == len(clips)
    for file in files:
        content = file.read_bytes()
        for word in (*MODELS, *SONGS, *(model.replace("_", " ") for model in MODELS)):
            assert word not in file.name
            assert word.encode() not in content, (file, word)
    rows = read_keys([folder / "key.tsv"]).values()
    assert all(row.clip[0] == "d" for row in rows)  # no spreadsheet takes such a name for a number
    assert {(row.model, row.song) for row in rows} == {(model, song) for model in MODELS for song in SONGS}


def test_the_question_is_text(open_page: Watched) -> None:
    assert open_page.page.locator("#welcome h2").text_content() == QUESTION
    assert open_page.page.locator("img").count() == 0


@pytest.mark.parametrize("size", [PHONE, (320, 640), DESKTOP])
def test_it_fits_every_width(browser: Any, folder: Path, size: tuple[int, int]) -> None:
    with opened(browser, folder / "abx" / "index.html", size) as watched:
        page = watched.page
        start(page, "fay")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        one, two = (page.locator(f"#{side}").bounding_box() for side in ("left", "right"))
        stacked = size[0] < 640
        assert (one["x"] == two["x"], one["y"] == two["y"]) == (stacked, not stacked)
        for name in ("The first one", "The second one", "Can't tell"):
            button = page.get_by_role("button", name=name)
            button.scroll_into_view_if_needed()
            assert button.bounding_box()["height"] >= 44  # a finger's width
        assert watched.troubles == []


def test_upright_videos_stay_side_by_side_on_a_phone(browser: Any, tmp_path: Path) -> None:
    upright = [film(tmp_path / model / "song_0.mp4", 90, (54, 96)) for model in ("one", "two")]
    make_page(upright, CONFIG, tmp_path / "abx", tmp_path / "key.tsv")
    with opened(browser, tmp_path / "abx" / "index.html", PHONE) as watched:
        start(watched.page, "gus")
        one, two = (watched.page.locator(f"#{side}").bounding_box() for side in ("left", "right"))
        assert one["y"] == two["y"]
        assert one["height"] > one["width"]


def test_names_follow_the_videos(clips: list[Path], folder: Path, tmp_path: Path) -> None:
    """A vote is for a video: another dance by the same model gets another name, the rest keep theirs."""
    make_page(clips, CONFIG, tmp_path / "abx", tmp_path / "key.tsv")
    assert (tmp_path / "key.tsv").read_bytes() == (folder / "key.tsv").read_bytes()
    assert (tmp_path / "abx" / "index.html").read_bytes() == (folder / "abx" / "index.html").read_bytes()
    other = film(tmp_path / clips[0].parent.name / clips[0].name, 200)
    make_page([other, *clips[1:]], CONFIG, tmp_path / "abx", tmp_path / "other.tsv")
    before, after = (set(read_keys([path])) for path in (tmp_path / "key.tsv", tmp_path / "other.tsv"))
    assert len(before - after) == len(after - before) == 1
    make_page([other, *clips[1:]], CONFIG, tmp_path / "abx", tmp_path / "key.tsv")
    assert set(read_keys([tmp_path / "key.tsv"])) == before | after  # votes on the page before stay readable


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (slice(0, 2), "two models or more, and only motion_graph is there: name more in use.models"),
        (slice(0, 5), "pose_gan has no dance corner_store_0, which others have"),
    ],
)
def test_too_little_is_said(clips: list[Path], tmp_path: Path, chosen: slice, message: str) -> None:
    with pytest.raises(UserError, match=message):
        make_page(clips[chosen], CONFIG, tmp_path / "abx", tmp_path / "key.tsv")


def test_how_many_pairs_there_are_is_said(
    clips: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_page(clips, {**CONFIG, "pairs": 1}, tmp_path / "abx", tmp_path / "key.tsv")
    assert capsys.readouterr().out == ""
    text = (tmp_path / "abx" / "index.html").read_text()
    assert "at a time, 1 time." in text
    assert "You have voted 1 time." in text
    make_page(clips, {**CONFIG, "pairs": 20}, tmp_path / "abx", tmp_path / "key.tsv")
    assert capsys.readouterr().out == "there are 6 pairs, fewer than the 20 of abx.pairs: voters see all\n"


def test_the_key_does_not_lie_with_the_page(clips: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="put the key elsewhere"):
        make_page(clips, CONFIG, tmp_path / "abx", tmp_path / "abx" / "key.tsv")
