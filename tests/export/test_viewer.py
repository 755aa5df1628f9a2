"""The viewer's page in a real browser: what is drawn is what belongs to the sound's time, and nothing else happens."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import DESKTOP, PHONE, Watched, opened, wait_until
from export.shows import SmallShow, make_show
from PIL import Image

from workflow_scripts.export.viewer import content
from workflow_scripts.export.viewer.write import write
from workflow_scripts.motion.skeleton import SMPL24

SECONDS = 12
MODELS = ("motion_graph", "seq2seq")
NASTY = """</script><img src=x onerror="document.title='hacked'"> & 'quotes' — 音楽 $$title"""
SMALL = (400, 320)  # pixels: pictures are drawn in software here
# Joints at which bones begin, or end in a hand or a foot.
JOINTS = [name for name in SMPL24.joints if name not in ("spine1", "neck")]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> SmallShow:
    return make_show(tmp_path_factory.mktemp("show"), MODELS, SECONDS)


@pytest.fixture(scope="module")
def file(show: SmallShow) -> Path:
    output = show.audio.parent / "page" / "dance.html"
    first = show.dances["seq2seq"]
    write(output, list(show.dances.values()), NASTY, show.audio, show.rhythm, first=first)
    return output


@pytest.fixture(scope="module")
def open_page(browser: Any, file: Path) -> Iterator[Watched]:
    with opened(browser, file, SMALL) as watched:
        ready(watched.page)
        yield watched


@pytest.fixture
def viewer(open_page: Watched) -> Iterator[Watched]:
    """The page as it opens: pictures are drawn in software here, so that opening it anew would take long."""
    page = open_page.page
    page.evaluate(
        "const audio = document.querySelector('audio'); audio.pause(); audio.muted = false; audio.currentTime = 0"
    )
    page.select_option("#speed", "1")
    page.evaluate("document.activeElement.blur()")
    for key in ("2", "r"):
        page.keyboard.press(key)
    wait_until(page, "viewer.frame === 0 && viewer.shown.join() === 'seq2seq'")
    yield open_page
    assert open_page.troubles == []


def ready(page: Any) -> None:
    wait_until(page, "window.viewer && viewer.frame >= 0")


def seek(page: Any, seconds: float) -> None:
    page.evaluate(f"document.querySelector('audio').currentTime = {seconds}")
    wait_until(page, f"Math.abs(viewer.time - {seconds}) < 5e-5 && !document.querySelector('audio').seeking")


def drawn(page: Any) -> dict[str, Any]:
    """What is drawn, all of one moment."""
    return page.evaluate(
        "(joints) => ({time: viewer.time, frame: viewer.frame, shown: viewer.shown,"
        " told: Number(document.documentElement.dataset.frame), clock: document.querySelector('audio').currentTime,"
        " joints: Object.fromEntries(viewer.shown.map((name) =>"
        " [name, joints.map((joint) => viewer.joint(name, joint))]))})",
        JOINTS,
    )


def frame_at(time: float) -> int:
    # After the end the last pose is held.
    return min(round(30 * time), 30 * SECONDS - 1)


def source(show: SmallShow, model: str, frame: int) -> np.ndarray:
    return show.worlds[model][frame, [SMPL24.index(joint) for joint in JOINTS]]


def test_after_a_seek_the_frame_of_that_time_is_drawn(viewer: Watched, show: SmallShow) -> None:
    for time in (0.0, 1.0, 2.4833, 2.4837, 5.0, 0.51):
        seek(viewer.page, time)
        now = drawn(viewer.page)
        assert now["frame"] == now["told"] == round(30 * time)
        (joints,) = now["joints"].values()
        distance = np.linalg.norm(np.array(joints) - source(show, "seq2seq", now["frame"]), axis=-1)
        assert distance.max() < 0.002


@pytest.mark.parametrize("speed", ["1", "2", "0.5"])
def test_while_playing_the_frame_follows_the_sound(viewer: Watched, show: SmallShow, speed: str) -> None:
    page = viewer.page
    page.select_option("#speed", speed)
    page.click("#play")
    seen = []
    for _ in range(6):
        # On a busy machine the song may end before.
        wait_until(page, f"viewer.frame > {seen[-1]['frame'] if seen else 0} || document.querySelector('audio').ended")
        seen.append(drawn(page))
    page.evaluate("document.querySelector('audio').pause()")
    wait_until(
        page, "document.querySelector('audio').paused && viewer.time === document.querySelector('audio').currentTime"
    )
    seen.append(drawn(page))
    assert page.evaluate("document.querySelector('audio').playbackRate") == float(speed)
    for now in seen:
        assert now["frame"] == frame_at(now["time"])
        assert now["time"] <= now["clock"]
        (joints,) = now["joints"].values()
        assert np.linalg.norm(np.array(joints) - source(show, "seq2seq", now["frame"]), axis=-1).max() < 0.002
    assert seen[-1]["time"] == seen[-1]["clock"] > 0


def test_speed_changed_while_playing_leaves_them_together(viewer: Watched) -> None:
    page = viewer.page
    page.keyboard.press("Space")
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown"):
        before = drawn(page)["frame"]
        page.keyboard.press(key)
        wait_until(page, f"viewer.frame > {before}")
        now = drawn(page)
        assert now["frame"] == frame_at(now["time"])
    assert page.evaluate("document.querySelector('audio').playbackRate") == 0.75
    page.keyboard.press("Space")
    wait_until(page, "document.querySelector('audio').paused")


def test_others_are_shown_alone_or_side_by_side(viewer: Watched) -> None:
    page = viewer.page

    def pressed() -> list[str]:
        return page.eval_on_selector_all(
            "#dancers [aria-pressed=true]", "(all) => all.map((button) => button.textContent)"
        )

    def labels() -> list[str]:
        return page.eval_on_selector_all("#labels div:not([hidden])", "(all) => all.map((label) => label.textContent)")

    assert (drawn(page)["shown"], pressed(), labels()) == (["seq2seq"], ["seq2seq"], ["seq2seq"])
    page.get_by_role("button", name="motion graph").click()
    wait_until(page, "viewer.shown.join() === 'motion graph'")
    page.get_by_role("button", name="side by side").click()
    wait_until(page, "viewer.shown.length === 2")
    page.wait_for_timeout(300)
    assert (pressed(), labels()) == (["side by side"], ["motion graph", "seq2seq"])
    left, right = (page.evaluate("(name) => viewer.onPage(name, viewer.joint(name, 'pelvis')).x", name) for name in
                   ("motion graph", "seq2seq"))  # fmt: skip
    assert 0 < left < SMALL[0] / 2 < right < SMALL[0]
    page.keyboard.press("2")
    wait_until(page, "viewer.shown.join() === 'seq2seq'")
    page.keyboard.press("0")
    wait_until(page, "viewer.shown.length === 2")


def test_dancers_are_really_in_the_picture(viewer: Watched, show: SmallShow) -> None:
    """Where a hand was, something else is seen when it is elsewhere, in the light of the same part of a beat."""
    page = viewer.page
    page.evaluate("document.querySelector('#labels').hidden = true")
    beats = np.round(30 * (show.beats[2:20] + 0.4)).astype(int)  # none of them in the light of a downbeat
    hands = show.worlds["seq2seq"][beats, SMPL24.index("left_wrist")]
    first, second = np.unravel_index(
        np.linalg.norm(hands[:, None, :2] - hands[None, :, :2], axis=-1).argmax(), (18, 18)
    )
    seek(page, beats[first] / 30)
    at = page.evaluate("viewer.onPage('seq2seq', viewer.joint('seq2seq', 'left_wrist'))")
    there = {"x": at["x"] - 2, "y": at["y"] - 2, "width": 4, "height": 4}
    pictures = []
    for number in (first, second):
        seek(page, beats[number] / 30)
        page.wait_for_timeout(300)
        with Image.open(io.BytesIO(page.screenshot(clip=there))) as picture:
            pictures.append(np.asarray(picture.convert("RGB"), float))
    page.evaluate("document.querySelector('#labels').hidden = false")
    assert np.abs(pictures[0] - pictures[1]).mean() > 25


def test_light_comes_with_the_beat_and_fades(viewer: Watched, show: SmallShow) -> None:
    """Beats are at 0.25, 0.75, ...; every fourth is a downbeat."""
    page = viewer.page
    for time, since, pulse in (
        (0.1, 99, 0.0),
        (0.25, 0.0, 1.0),
        (0.74, 0.49, np.exp(-0.49 / 0.16)),
        (0.75, 0.0, 0.72),
        (0.79, 0.04, 0.72 * np.exp(-0.04 / 0.16)),
        (2.25, 0.0, 1.0),
    ):
        seek(page, time)
        page.keyboard.press("m")  # what draws it anew within a frame
        page.evaluate("window.dispatchEvent(new Event('resize'))")
        wait_until(page, f"Math.abs(viewer.beat.since - {since}) < 0.002", 5)
        assert page.evaluate("viewer.beat.pulse") == pytest.approx(pulse, abs=0.01), time


def test_light_fades_within_a_frame_and_not_at_all_for_those_who_want_calm(viewer: Watched) -> None:
    page = viewer.page
    page.emulate_media(reduced_motion="reduce")
    seek(page, 0.75)
    page.keyboard.press("d")
    wait_until(page, "viewer.beat.pulse === 0 && viewer.beat.since === 99")
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press("a")
    wait_until(page, "viewer.beat.pulse > 0.7")
    # Not the frame's time: the page's.
    page.select_option("#speed", "0.25")
    page.keyboard.press("Space")
    seen = [page.evaluate("[viewer.time, viewer.beat.since]") for _ in range(40)]
    page.keyboard.press("Space")
    assert all(since == pytest.approx((time - 0.25) % 0.5, abs=1e-6) for time, since in seen)


def test_a_play_that_is_taken_back_is_no_error(viewer: Watched) -> None:
    page = viewer.page
    page.evaluate(
        "(async () => { for (let i = 0; i < 20; i++) { document.querySelector('audio').currentTime = (i * 7) % 11;"
        " document.querySelector('#play').click(); document.querySelector('#play').click();"
        " await new Promise((next) => setTimeout(next, 5)); } })()"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('audio').paused")
    assert viewer.troubles == []


def test_the_view_is_kept_until_it_is_reset(viewer: Watched) -> None:
    page = viewer.page
    front = page.evaluate("viewer.view")
    for key in ("d", "D", "w", "+"):
        page.keyboard.press(key)
    turned = page.evaluate("viewer.view")
    assert turned["azimuth"] == pytest.approx(front["azimuth"] + np.pi / 8, abs=1e-3)
    assert turned["polar"] == pytest.approx(front["polar"] - np.pi / 32, abs=1e-3)
    assert turned["nearness"] == pytest.approx(1 / 1.15, abs=1e-3)
    page.keyboard.press("0")
    wait_until(page, "viewer.shown.length === 2")
    assert page.evaluate("viewer.view") == pytest.approx(turned, abs=1e-3)
    page.set_viewport_size({"width": SMALL[0] + 60, "height": SMALL[1]})
    wait_until(page, f"document.querySelector('#picture').clientWidth === {SMALL[0] + 60}")
    page.wait_for_timeout(300)
    assert page.evaluate("viewer.view") == pytest.approx(turned, abs=1e-3)
    page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    page.keyboard.press("R")
    assert page.evaluate("viewer.view") == pytest.approx(front, abs=1e-3)


def test_coming_near_leads_to_the_face(viewer: Watched) -> None:
    page = viewer.page
    seek(page, 3.0)
    for _ in range(20):
        page.keyboard.press("+")
    page.wait_for_timeout(500)
    head = page.evaluate("viewer.onPage('seq2seq', viewer.joint('seq2seq', 'head'))")
    assert head["x"] == pytest.approx(SMALL[0] / 2, abs=0.1 * SMALL[0])
    assert head["y"] == pytest.approx(SMALL[1] / 2, abs=0.25 * SMALL[1])


def test_keys(viewer: Watched) -> None:
    page = viewer.page
    time = "document.querySelector('audio').currentTime"
    for keys, expected in (
        (("ArrowRight", "ArrowRight"), 2.0),
        (("ArrowLeft",), 1.0),
        (("Shift+ArrowRight",), 6.0),
        (("Home",), 0.0),
        ((".", ".", "."), 0.1),
        ((",",), 2 / 30),
        (("Shift+ArrowLeft",), 0.0),
    ):
        for key in keys:
            page.keyboard.press(key)
        assert page.evaluate(time) == pytest.approx(expected, abs=1e-4), keys
    # On the time's slider up is on and down is back, and the speed stays.
    page.focus("#scrub")
    for key, expected in (("ArrowUp", 1.0), ("PageUp", 6.0), ("ArrowDown", 5.0), ("ArrowRight", 6.0), ("Home", 0.0)):
        page.keyboard.press(key)
        assert page.evaluate(time) == pytest.approx(expected, abs=1e-4), key
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("M")  # with Shift or CapsLock
    assert page.evaluate("document.querySelector('audio').muted")
    page.keyboard.press("Space")
    wait_until(page, "!document.querySelector('audio').paused")
    # With a button in focus Space is the button's, and does not play as well.
    page.focus("#sound")
    page.keyboard.press("Space")
    assert not page.evaluate("document.querySelector('audio').muted || document.querySelector('audio').paused")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    wait_until(page, "document.querySelector('audio').paused")


def test_dragging_looks_around_and_r_looks_from_the_front_again(viewer: Watched) -> None:
    page = viewer.page
    where = "viewer.onPage('seq2seq', [0, 0, 2])"
    front = page.evaluate(where)
    page.mouse.move(200, 150)
    page.mouse.down()
    page.mouse.move(300, 150, steps=4)
    page.mouse.up()
    wait_until(page, f"Math.abs({where}.x - {front['x']}) > 20")
    page.wait_for_timeout(300)
    page.keyboard.press("r")
    wait_until(page, f"Math.abs({where}.x - {front['x']}) < 1")


def test_everything_can_be_found_by_name(viewer: Watched) -> None:
    page = viewer.page
    for role, name in (
        ("button", "Play"),
        ("slider", "Time"),
        ("combobox", "Speed"),
        ("button", "Mute"),
        ("group", "Who is shown"),
    ):
        assert page.get_by_role(role, name=name, exact=True).count() == 1, (role, name)
    assert "in three dimensions" in (page.get_attribute("#picture", "aria-label") or "")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Space")


def test_a_stranger_s_title_is_text(viewer: Watched) -> None:
    page = viewer.page
    assert page.text_content("h1") == page.title() == NASTY
    assert page.locator("img").count() == 0


def test_it_opens_with_its_own_dance_and_fills_every_window(browser: Any, file: Path) -> None:
    with opened(browser, file, PHONE) as watched:
        page = watched.page
        ready(page)
        assert drawn(page)["shown"] == ["seq2seq"]
        assert page.text_content("#dancers [aria-pressed=true]") == "seq2seq"
        sizes = page.evaluate(
            "[document.documentElement.scrollWidth, ...[...document.querySelectorAll('button, select, h1')]"
            ".filter((part) => part.offsetParent).map((part) => part.getBoundingClientRect().right)]"
        )
        assert max(sizes) <= PHONE[0]
        assert page.evaluate("document.querySelector('#play').getBoundingClientRect().bottom") <= PHONE[1]
        for size in ((900, 500), DESKTOP):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            wait_until(page, f"document.querySelector('#picture').width === {size[0]} && viewer.frame === 0")
            page.wait_for_timeout(500)
            head, foot = (
                page.evaluate(f"viewer.onPage('seq2seq', viewer.joint('seq2seq', '{joint}')).y")
                for joint in ("head", "left_foot")
            )
            # The dance takes up what is free between titles and controls, and no more.
            top, bottom = page.evaluate(
                "[document.querySelector('#dancers').getBoundingClientRect().bottom,"
                " document.querySelector('.bar').getBoundingClientRect().top]"
            )
            assert top < head < foot < bottom
            assert foot - head > 0.4 * (bottom - top)
        assert watched.troubles == []


def test_the_policy_lets_nothing_in(browser: Any, file: Path) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', file.read_text(encoding="utf-8"))
    assert policy
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]
    with opened(browser, file, SMALL) as watched:
        ready(watched.page)
        watched.page.evaluate(
            "const script = document.createElement('script'); script.textContent = 'window.intruder = 1';"
            " document.body.append(script); fetch('https://example.org').catch(() => {})"
        )
        watched.page.wait_for_timeout(200)
        assert not watched.page.evaluate("'intruder' in window")
        assert any("Content Security Policy" in trouble for trouble in watched.troubles)
        assert not any(trouble.startswith("request") for trouble in watched.troubles)


def test_a_page_without_sound_keeps_time_itself(browser: Any, show: SmallShow, tmp_path: Path) -> None:
    write(tmp_path / "silent.html", [show.dances["seq2seq"]], "silent", truth=show.dances["motion_graph"])
    with opened(browser, tmp_path / "silent.html", SMALL) as watched:
        page = watched.page
        ready(page)
        assert page.get_by_role("button", name="Mute").count() == 0
        page.keyboard.press("ArrowRight")
        wait_until(page, "viewer.frame === 30")
        page.keyboard.press("Space")
        wait_until(page, "viewer.frame > 30")
        page.keyboard.press("0")
        wait_until(page, "viewer.shown.join() === 'seq2seq,truth'")
        page.keyboard.press("End")
        wait_until(page, "viewer.frame === 359 && !document.body.classList.contains('playing')")
        assert watched.troubles == []


def test_frames_that_are_left_out_lie_on_smooth_curves(
    browser: Any, show: SmallShow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on pages of many dancers and long dances."""
    monkeypatch.setattr(content, "share_of", lambda *_: content.Share(2.6, 0.8, content.LEAST_MOTION))
    write(tmp_path / "long.html", [show.dances["seq2seq"]], "long")
    with opened(browser, tmp_path / "long.html", SMALL) as watched:
        page = watched.page
        ready(page)
        errors = []
        for key, frame in [("ArrowRight", 30), *((".", frame) for frame in range(31, 37)), ("End", 359)]:
            page.keyboard.press(key)
            wait_until(page, f"viewer.frame === {frame}")
            (joints,) = page.evaluate(
                "(joints) => viewer.shown.map((name) => joints.map((joint) => viewer.joint(name, joint)))", JOINTS
            )
            errors.append(np.linalg.norm(np.array(joints) - source(show, "seq2seq", frame), axis=-1))
        assert np.max(errors) < 0.02
        assert np.median(errors) < 0.004
        assert watched.troubles == []
