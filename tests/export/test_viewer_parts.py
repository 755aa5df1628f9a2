"""What goes into the viewer's page: numbers in few bytes, motion as it went in, sound from its first sample on."""

import base64
import itertools
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export.shows import RATE, make_show, write_clicks, write_dance
from scipy.spatial.transform import Rotation

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.export.viewer import figures, motion
from workflow_scripts.export.viewer.content import LEAST_MOTION, share_of
from workflow_scripts.export.viewer.packing import pack
from workflow_scripts.export.viewer.sound import page_sound
from workflow_scripts.export.viewer.write import write
from workflow_scripts.figure.anatomy import SHIRT
from workflow_scripts.figure.body import make_mesh
from workflow_scripts.figure.performer import looks_of
from workflow_scripts.figure.posing import BONES, bone_transforms, rest_joints
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError


def unpack(block: bytes, entry: dict[str, int]) -> np.ndarray:
    count = entry["rows"] * entry["columns"]
    low, high = np.frombuffer(block, np.uint8, 2 * count, entry["at"]).reshape(2, count).astype(np.int64)
    folded = low + 256 * high
    table = np.where(folded % 2, -(folded + 1) // 2, folded // 2).reshape(entry["columns"], entry["rows"]).T
    for _ in range(entry["order"]):
        table = np.cumsum(table, axis=0)
    return table


def test_packed_numbers_come_out_as_they_went_in() -> None:
    rng = np.random.default_rng(1)
    tables = {
        "noise": rng.integers(-32768, 32768, (50, 3)),
        "steps": np.cumsum(rng.integers(-3, 4, (400, 5)), axis=0),
        "curve": np.round(900 * np.sin(np.arange(300) / 20)).astype(int),
    }
    text, header = pack(tables)
    block = zlib.decompress(base64.b64decode(text))
    for name, table in tables.items():
        np.testing.assert_array_equal(unpack(block, header[name]), table.reshape(len(table), -1))
    # What is smooth is kept as differences of differences.
    assert (header["noise"]["order"], header["curve"]["order"]) == (0, 2)
    with pytest.raises(ValueError, match="wide: numbers of more than two bytes"):
        pack({"wide": [70000]})


def decoded(coded: motion.BoneMotion) -> tuple[np.ndarray, np.ndarray]:
    """Turns (T, B, 3, 3) and places of pivots (T, B, 3), told from the format's description."""
    frames = len(coded.turns)
    own = Rotation.from_rotvec(coded.turns.reshape(-1, 3) * coded.angle_step).as_matrix().reshape(frames, -1, 3, 3)
    shifts = coded.shifts.reshape(frames, -1, 3) * motion.LENGTH_STEP
    turns, places = np.empty_like(own), np.empty_like(shifts)
    for bone, parent in enumerate(motion.PARENTS):
        turns[:, bone] = own[:, bone] if parent < 0 else turns[:, parent] @ own[:, bone]
        arm = coded.pivots[bone] - coded.pivots[parent]
        carried = coded.origin if parent < 0 else places[:, parent] + turns[:, parent] @ arm
        places[:, bone] = carried + shifts[:, bone]
    return turns, places


def test_coded_motion_keeps_every_bone_in_its_place() -> None:
    world = choreograph(np.arange(0, 8, 0.5), 8, "disco", 3)  # it has spins
    rest = rest_joints(world)
    transforms = bone_transforms(world, rest)
    coded = motion.encode(transforms, rest, world)
    turns, places = decoded(coded)
    # Rounding is all that is lost: half a step in three numbers, of a bone alone and not of all before it.
    off = np.linalg.norm(np.swapaxes(turns, -1, -2) @ transforms[..., :3] - np.eye(3), axis=(-1, -2))
    assert off.max() < 1.5 * np.sqrt(3) * coded.angle_step
    pivots = np.einsum("tbij,bj->tbi", transforms[..., :3], coded.pivots) + transforms[..., 3]
    assert np.abs(pivots - places).max() <= 0.5 * motion.LENGTH_STEP + 1e-9
    # All joints where bones begin or end are carried within 2 mm.
    carried = places[:, coded.carriers] + np.einsum(
        "tjik,jk->tji", turns[:, coded.carriers], rest - coded.pivots[coded.carriers]
    )
    error = np.linalg.norm(carried - world, axis=-1).max(axis=0)
    named = dict(zip(SMPL24.joints, error, strict=True))
    assert max(value for name, value in named.items() if name not in ("spine1", "neck")) < 0.002
    # A bone is carried by the one before it: its own shifts are next to nothing where limbs do not stretch.
    shifts = np.abs(coded.shifts.reshape(len(world), len(BONES), 3)).max(axis=(0, 2)) * motion.LENGTH_STEP
    for bone in ("left_forearm", "right_hand", "left_shin", "right_foot"):
        assert shifts[BONES.index(bone)] < 0.003


def test_held_lengths_are_off_by_what_may_be_and_take_less() -> None:
    world = choreograph(np.arange(0, 8, 0.5), 8, "disco", 3)
    rest = rest_joints(world)
    transforms = bone_transforms(world, rest)
    full, held = (
        motion.encode(transforms, rest, world, detail) for detail in (motion.FULL, motion.Detail(length_hold=2.0))
    )
    _, places = decoded(held)
    pivots = np.einsum("tbij,bj->tbi", transforms[..., :3], held.pivots) + transforms[..., 3]
    off = np.abs(pivots - places).max(axis=(0, 2)) / motion.LENGTH_STEP
    assert off[0] <= 0.5 + 1e-6  # feet do not jerk with the root
    assert 1.0 < off.max() <= 2.0 + 1e-6
    assert (np.diff(held.shifts[:, 3:], axis=0) != 0).mean() < 0.6 * (np.diff(full.shifts[:, 3:], axis=0) != 0).mean()


def test_the_shirt_ends_level_and_as_wide_as_above() -> None:
    world = choreograph(np.arange(0, 2, 0.5), 2, "disco", 3)
    mesh = make_mesh(rest_joints(world), looks_of("motion graph"), coarseness=2.0)
    tables = figures.mesh_tables(mesh, 2.0)
    shirt = tables["materials"] == SHIRT
    vertices = tables["vertices"] * figures.VERTEX_STEP
    height = vertices[:, 1] - mesh.hem_height
    # Nothing lies between the hem and the row above it, and the hem's edge is no narrower than a little.
    assert not (shirt & (np.abs(height) > 0.001) & (height < 0.015)).any()
    hem, above = (vertices[shirt & (low <= height) & (height < high)] for low, high in ((-0.001, 0.001), (0.015, 0.06)))
    angles = np.linspace(-np.pi, np.pi, 17)
    for start, end in itertools.pairwise(angles):
        widths = [
            np.hypot(row[:, 0], row[:, 2])[(start <= (at := np.arctan2(row[:, 0], row[:, 2]))) & (at < end)]
            for row in (hem, above)
        ]
        assert widths[0].max() == pytest.approx(np.median(widths[1]), abs=0.02)


def test_turns_go_on_smoothly_beyond_half_a_turn() -> None:
    angle = np.linspace(0, 1.9 * np.pi, 200)
    turns = Rotation.from_rotvec(angle[:, None] * [0.0, 1.0, 0.0]).as_matrix()
    np.testing.assert_allclose(motion._rotation_vectors(turns)[:, 1], angle, atol=1e-6)


def test_sound_starts_with_its_first_sample(browser: Any, tmp_path: Path) -> None:
    """AAC's encoder begins with silence of its own: a browser must leave it out, in decoding and in playing."""
    moments = np.array([0.0, 0.5, 1.3])
    sound = page_sound(write_clicks(tmp_path / "clicks.wav", moments, 2.0))
    assert sound.seconds == pytest.approx(2.0)
    assert [index for index, peak in enumerate(sound.peaks) if peak > 200 and sound.peaks[index - 1] < 50] == [
        int(moment / 2.0 * len(sound.peaks)) for moment in moments
    ]
    page = browser.new_page()
    heard, seconds, element = page.evaluate(
        """async (uri) => {
          const bytes = Uint8Array.from(atob(uri.split(",")[1]), (letter) => letter.charCodeAt(0));
          const context = new OfflineAudioContext(1, 44100, 44100);
          const sound = await context.decodeAudioData(bytes.buffer), samples = sound.getChannelData(0), heard = [];
          for (let i = 0, last = -9999; i < samples.length; i++) {
            if (Math.abs(samples[i]) < 0.25) continue;
            if (i - last > 4000) heard.push(i / sound.sampleRate);
            last = i;
          }
          const audio = new Audio(uri);
          await new Promise((resolve) => (audio.onloadedmetadata = resolve));
          return [heard, sound.duration, audio.duration];
        }""",
        sound.uri,
    )
    page.close()
    np.testing.assert_allclose(heard, moments, atol=0.0005)
    assert seconds == pytest.approx(2.0, abs=1 / RATE)
    assert element == pytest.approx(2.0, abs=1 / RATE)


def parts(page: str) -> dict[str, int]:
    """Bytes of the page without its sound, and of its parts."""
    found = {name: len(re.search(rf'id="{name}">([^<]*)<', page)[1]) for name in ("facts", "dances", "three")}  # type: ignore[index]
    return found | {"all": len(re.sub(r'src="data:audio[^"]*"', "", page).encode())}


@pytest.mark.parametrize(
    ("dancers", "seconds"),
    [
        (1, 20.0),
        pytest.param(2, 60.0, marks=pytest.mark.slow),
        pytest.param(5, 180.0, marks=pytest.mark.slow),
        pytest.param(8, 60.0, marks=pytest.mark.slow),
        pytest.param(12, 10.0, marks=pytest.mark.slow),
    ],
)
def test_a_page_is_small(dancers: int, seconds: float, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    dances = []
    for number in range(dancers):
        world = choreograph(np.arange(0.2, seconds, 0.5), seconds, "disco", number)
        # As unsteady as motion from a video, limbs and all.
        world = world + np.cumsum(rng.normal(0, 0.0005, (len(world), 1, 3)), axis=0)
        dances.append(write_dance(tmp_path / f"{number}.h5", world, f"model {number}"))
    write(tmp_path / "page.html", dances, "many")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert parts(page)["all"] <= 1_000_000
    again = tmp_path / "again.html"
    write(again, dances, "many")
    assert again.read_text(encoding="utf-8") == page  # equal dances, equal bytes


def test_many_dancers_and_long_dances_share_a_megabyte() -> None:
    """What each takes by the tables of `content` fits; few and short ones are as fine as can be."""
    assert share_of(1, 1800).motion == share_of(2, 3600).motion == share_of(5, 4500).motion == motion.FULL
    cells = [share_of(dancers, 300 * dancers).cells for dancers in range(1, 13)]
    assert cells == sorted(cells)
    assert share_of(3, 16000).motion == motion.Detail(length_hold=2.0)
    assert share_of(5, 27000).motion == LEAST_MOTION


def test_facts_name_everybody(tmp_path: Path) -> None:
    show = make_show(tmp_path, ("a_b", "c"), 2.0)
    twice = [*show.dances.values(), show.dances["c"]]
    write(tmp_path / "page.html", twice, "title", rhythm=show.rhythm, truth=show.dances["a_b"], first=show.dances["c"])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    facts = json.loads(re.search(r'id="facts">([^<]*)<', page)[1])  # type: ignore[index]
    assert [dancer["name"] for dancer in facts["dancers"]] == ["a b", "c 1", "c 2", "truth"]
    assert len({tuple(dancer["accent"]) for dancer in facts["dancers"]}) == 4
    assert facts["first"] == 1
    assert facts["beats"] == show.beats.tolist()


def test_mistakes_are_said(tmp_path: Path) -> None:
    show = make_show(tmp_path, ("a",), 1.0)
    dance = show.dances["a"]
    with pytest.raises(UserError, match="is not among the dances"):
        write(tmp_path / "page.html", [dance], "title", first=tmp_path / "b.h5")
    with pytest.raises(UserError, match="no beats of clip 0000"):
        write(tmp_path / "page.html", [dance], "title", rhythm=_without_beats(tmp_path / "r.h5"))
    with pytest.raises(UserError, match="there is no such pose file"):
        write(tmp_path / "page.html", [tmp_path / "gone.h5"], "title")
    with pytest.raises(UserError, match="is a directory; name one of the pose files"):
        write(tmp_path / "page.html", [tmp_path], "title")
    with pytest.raises(UserError, match="is a directory; name the music file"):
        write(tmp_path / "page.html", [dance], "title", rhythm=tmp_path)
    with pytest.raises(UserError, match="there is no such music file"):
        write(tmp_path / "page.html", [dance], "title", rhythm=tmp_path / "gone.h5")
    with pytest.raises(UserError, match=r"cannot be made, .*a\.h5 is a file"):
        write(dance / "page.html", [dance], "title")
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize("heal", [False, True])
def test_what_is_read_is_left_alone_unless_the_workflow_made_it(tmp_path: Path, heal: bool) -> None:
    """`--rhythm mysong.wav` is an easy mistake."""
    show = make_show(tmp_path, ("a",), 1.0)
    sound = show.audio.read_bytes()
    with pytest.raises(UserError, match="not a readable music file"):
        write(tmp_path / "page.html", [show.dances["a"]], "title", rhythm=show.audio, heal=heal)
    assert show.audio.exists() != heal
    assert heal or show.audio.read_bytes() == sound


def test_no_input_is_overwritten(tmp_path: Path) -> None:
    show = make_show(tmp_path, ("a", "b"), 1.0)
    dance, truth = show.dances.values()
    for path in (dance, truth, show.audio, show.rhythm):
        before = path.read_bytes()
        with pytest.raises(UserError, match="is read, and would be overwritten"):
            write(tmp_path / "." / path.name, [dance], "title", show.audio, show.rhythm, truth)
        assert path.read_bytes() == before


def test_names_that_are_no_text_are_shown_as_well_as_can_be(tmp_path: Path) -> None:
    show = make_show(tmp_path, ("a",), 1.0)
    write(tmp_path / "page.html", [show.dances["a"]], b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert "<h1>caf?</h1>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_dancer_far_from_the_origin_is_shown(tmp_path: Path) -> None:
    world = choreograph(np.arange(0, 2, 0.5), 2, "disco", 1)
    far = world + np.array([40.0, 0, -70.0])
    coded = motion.encode(bone_transforms(far, rest_joints(far)), rest_joints(far), far)
    _, places = decoded(coded)
    np.testing.assert_allclose(places[:, 0], far[:, 0], atol=0.12)  # the pelvis bone's pivot is near its joint
    write(tmp_path / "page.html", [write_dance(tmp_path / "far.h5", far, "m")], "far")
    with pytest.raises(UserError, match="joints have to be in metres"):
        write(tmp_path / "cm.html", [write_dance(tmp_path / "cm.h5", 100 * world, "m")], "centimetres")


def _without_beats(path: Path) -> Path:
    from workflow_scripts.motion.music_file import MusicFile, write_features

    write_features(path, MusicFile("rhythm", 30, "song", {"0000": {"tempo": np.float64(1)}}))  # type: ignore[dict-item]
    return path
