"""The gallery in a real browser, opened as a user does: by a double click on the file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import DESKTOP, PHONE, Watched, opened, wait_until

from workflow_scripts.render.gallery import Beside, make_gallery
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import video_writer

NASTY = """</script><img src=x onerror="document.title='hacked'"> Größe — 音楽"""
TITLES = {"song01": "Mirrorball Morning", "song02": NASTY, "song03": "Corner Store"}
GENRES = {"song01": "disco", "song02": "house", "song03": "disco"}
SHAPES = {"song01": (96, 54), "song02": (54, 96), "song03": (64, 64)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gallery")
    videos, measures, viewers = [], {}, {}
    for song, (width, height) in SHAPES.items():
        for number, model in enumerate(("motion_graph", "seq2seq")):
            path = root / "renders" / model / "songs" / f"{song}_0.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            with video_writer(path, width, height, 30) as sink:
                for _ in range(60):
                    sink.write(np.full((height, width, 3), (40 + 120 * number, 40, 90), np.uint8))
            videos.append(path)
            measures[model, path.stem] = path.with_suffix(".json")
            numbers = {"beat_hit_share": 0.6, "beat_hit_share_shuffled": 0.3, "frozen_share": 0.01, "foot_skate": 0.012}
            write_json(path.with_suffix(".json"), {"genre": None, "measures": numbers})
            viewers[model, path.stem] = path.with_suffix(".html")
            path.with_suffix(".html").write_text(f"<title>{model} in 3D</title>")
    make_gallery(videos, TITLES, root / "animations", beside=Beside(GENRES, measures, viewers))
    return root / "animations" / "index.html"


@pytest.fixture
def gallery(browser: Any, file: Path) -> Iterator[Watched]:
    with opened(browser, file, DESKTOP) as watched:
        yield watched
        assert watched.troubles == []


def cards(page: Any) -> list[str]:
    """Which videos are shown."""
    return page.eval_on_selector_all(
        "figure",
        "(all) => all.filter((card) => card.offsetParent).map((card) => card.dataset.song + ' ' + card.dataset.model)",
    )


def count(page: Any) -> str:
    return page.text_content("#count")


def playing(page: Any) -> list[str]:
    return page.eval_on_selector_all("video", "(all) => all.filter((v) => !v.paused).map((v) => v.getAttribute('src'))")


def in_focus(page: Any) -> str:
    return page.evaluate(
        "(() => { const c = document.activeElement.closest('figure'); return c ? `${c.dataset.song} ${c.dataset.model}`"
        " : document.activeElement.id; })()"
    )


def test_filters_show_what_they_say(gallery: Watched) -> None:
    page = gallery.page
    assert len(cards(page)) == 6
    assert count(page) == "6 videos"
    page.get_by_label("Model").select_option("seq2seq")
    assert cards(page) == ["song01 seq2seq", "song02 seq2seq", "song03 seq2seq"]
    page.get_by_label("Genre").select_option("disco")
    assert cards(page) == ["song01 seq2seq", "song03 seq2seq"]
    assert count(page) == "2 of 6 videos"
    page.get_by_label("Song").select_option("song03")
    assert cards(page) == ["song03 seq2seq"]
    # A section without videos has no heading either.
    assert page.locator("h2:visible").all_text_contents() == ["Corner Store"]
    page.get_by_role("button", name="Show all").click()
    assert len(cards(page)) == 6


def test_search_finds_words_in_any_order_and_without_accents(gallery: Watched) -> None:
    page = gallery.page
    for words, expected in (
        ("morning mirror", ["song01 motion_graph", "song01 seq2seq"]),
        ("große", ["song02 motion_graph", "song02 seq2seq"]),
        ("  音楽 GRÖß ", ["song02 motion_graph", "song02 seq2seq"]),
        ("graph disco", ["song01 motion_graph", "song03 motion_graph"]),
        ("graph house disco", []),
    ):
        page.fill("#search", words)
        assert cards(page) == expected, words
    page.fill("#search", "nothing like this")
    assert page.locator("#none").is_visible()
    assert count(page) == "0 of 6 videos"
    page.keyboard.press("Escape")
    assert len(cards(page)) == 6
    assert not page.locator("#none").is_visible()


def test_the_address_says_what_is_shown(browser: Any, gallery: Watched, file: Path) -> None:
    page = gallery.page
    page.fill("#search", "store & co")
    page.get_by_label("Model").select_option("motion_graph")
    fragment = page.evaluate("location.hash")
    assert fragment == "#search=store+%26+co&model=motion_graph"
    page.fill("#search", "store")
    with opened(browser, file, DESKTOP, page.evaluate("location.hash")) as again:
        assert cards(again.page) == ["song03 motion_graph"]
        assert again.page.input_value("#search") == "store"
        # Also while it is open; what it does not know changes nothing.
        again.page.evaluate("location.hash = '#genre=house&model=gone'")
        wait_until(again.page, "document.querySelector('#count').textContent === '2 of 6 videos'")
        assert again.troubles == []


def test_keys_go_from_card_to_card_and_play(gallery: Watched) -> None:
    page = gallery.page
    steps = (
        ("ArrowRight", "song01 motion_graph"),
        ("ArrowRight", "song01 seq2seq"),
        ("ArrowDown", "song02 seq2seq"),
        ("ArrowLeft", "song02 motion_graph"),
        ("ArrowUp", "song01 motion_graph"),
        ("ArrowUp", "song01 motion_graph"),
        ("End", "song03 seq2seq"),
        ("ArrowRight", "song03 seq2seq"),
        ("Home", "song01 motion_graph"),
    )
    for key, expected in steps:
        page.keyboard.press(key)
        assert in_focus(page) == expected, key
    page.keyboard.press("Enter")
    wait_until(page, "[...document.querySelectorAll('video')].some((v) => v.currentTime > 0)")
    assert playing(page) == ["motion_graph__song01_0.mp4"]
    page.keyboard.press("Space")
    assert playing(page) == []
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert playing(page) == []
    page.keyboard.press("/")
    assert in_focus(page) == "search"
    page.keyboard.type("corner/store")
    assert page.input_value("#search") == "corner/store"
    page.fill("#search", "corner")
    page.keyboard.press("Enter")
    assert in_focus(page) == "song03 motion_graph"


def test_one_plays_at_a_time_and_what_is_hidden_stops(gallery: Watched) -> None:
    page = gallery.page
    plays = page.locator(".play")
    plays.nth(0).click()
    wait_until(page, "document.querySelectorAll('video')[0].currentTime > 0.05")
    assert plays.nth(0).get_attribute("aria-pressed") == "true"
    plays.nth(1).click()
    wait_until(page, "document.querySelectorAll('video')[1].currentTime > 0.05")
    assert playing(page) == ["seq2seq__song01_0.mp4"]
    assert plays.nth(0).get_attribute("aria-pressed") == "false"
    page.get_by_label("Model").select_option("motion_graph")
    wait_until(page, "[...document.querySelectorAll('video')].every((v) => v.paused)")


def test_plays_that_are_taken_back_are_no_errors(gallery: Watched) -> None:
    """`gallery` sees to it that nothing was said."""
    gallery.page.evaluate(
        "(async () => { const plays = document.querySelectorAll('.play'); for (let i = 0; i < 20; i++) {"
        " plays[i % 6].click(); plays[(i + 1) % 6].click(); await new Promise((next) => setTimeout(next, 5)); } })()"
    )
    gallery.page.wait_for_timeout(300)
    assert len(playing(gallery.page)) <= 1


def test_a_3d_page_lies_beside_its_video(gallery: Watched) -> None:
    page = gallery.page
    page.get_by_role("link", name="Mirrorball Morning, seq2seq, in 3D").click()
    page.wait_for_load_state()
    assert page.title() == "seq2seq in 3D"


def test_strangers_words_are_text(gallery: Watched) -> None:
    page = gallery.page
    assert page.title() == "playlist2dance"
    assert NASTY in page.locator("h2").all_text_contents()
    assert page.locator("img").count() == 0
    assert [option.strip() for option in page.locator("select[name=song] option").all_text_contents()][1:] == list(
        TITLES.values()
    )


@pytest.mark.parametrize("size", [PHONE, (320, 640), DESKTOP])
def test_it_fits_every_width(browser: Any, file: Path, size: tuple[int, int]) -> None:
    with opened(browser, file, size) as watched:
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        for song, (width, height) in SHAPES.items():
            box = watched.page.locator(f"figure[data-song={song}] video").first.bounding_box()
            assert box
            # Pictures keep their shape; only tall ones are as tall as the window allows.
            tallest = 0.74 * size[1]
            assert box["height"] == pytest.approx(min(box["width"] * height / width, tallest), abs=1.5), song
        assert watched.troubles == []


def test_everything_has_a_name(gallery: Watched) -> None:
    page = gallery.page
    for role, name in (("searchbox", "Search"), ("combobox", "Song"), ("combobox", "Genre"), ("search", "Videos")):
        assert page.get_by_role(role, name=name, exact=True).count() == 1, (role, name)
    assert page.get_by_role("button", name="Play Mirrorball Morning, danced by motion graph").count() == 1
    assert page.locator("#count").get_attribute("role") == "status"
    # What has the focus is seen to have it.
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
