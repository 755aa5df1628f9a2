"""Videos that come in parts: sound and picture apart (DASH), fragments (HLS), encrypted or not; and parts that lie."""

import os
import shutil
from pathlib import Path

import pytest
from collect.playlist_server import Manner, Site
from collect.web_downloads import fetched, folder_of, settings

from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import run_ffmpeg

HLS = "/hls/index.m3u8"
MPEGURL = "application/vnd.apple.mpegurl"


@pytest.fixture(scope="module")
def parts(video: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good video as two files (picture.mp4, sound.m4a), and in fragments (index.m3u8), also encrypted (secret/)."""
    folder = tmp_path_factory.mktemp("parts")
    run_ffmpeg(["-i", video, "-an", "-c", "copy", folder / "picture.mp4"], video)
    run_ffmpeg(["-i", video, "-vn", "-c", "copy", folder / "sound.m4a"], video)
    (folder / "secret").mkdir()
    (folder / "secret" / "key").write_bytes(bytes(range(16)))
    (folder / "secret" / "info").write_text(f"key\n{folder / 'secret' / 'key'}\n{bytes(16).hex()}\n")
    for place, options in ((folder, []), (folder / "secret", ["-hls_key_info_file", folder / "secret" / "info"])):
        cut = ["-g", "10", "-hls_time", "0.4", "-hls_list_size", "0", *options, "-f", "hls", place / "index.m3u8"]
        run_ffmpeg(["-i", video, "-c:a", "copy", "-pix_fmt", "yuv420p", *cut], video)
    return folder


@pytest.fixture
def offered(site: Site, parts: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    settings(monkeypatch)
    for path in parts.rglob("*"):
        kind = MPEGURL if path.suffix == ".m3u8" else "video/mp2t"
        if path.is_file():
            site.files[f"/hls/{path.relative_to(parts)}"] = (kind, path.read_bytes())
    return site


def offer_dash(site: Site, picture: str, sound: str, picture_id: str = "p") -> str:
    """Offer a DASH manifest that names two files; return its URL."""
    sets = "".join(
        f'<AdaptationSet mimeType="{kind}"><Representation id="{name}" bandwidth="100000" codecs="{codec}"{size}>'
        f"<BaseURL>{address}</BaseURL></Representation></AdaptationSet>"
        for kind, name, codec, size, address in (
            ("video/mp4", picture_id, "avc1.64000a", ' width="128" height="64"', picture),
            ("audio/mp4", "s", "mp4a.40.2", "", sound),
        )
    )
    manifest = (
        '<?xml version="1.0"?>'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT2S" type="static" '
        f'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>{sets}</Period></MPD>'
    )
    site.files["/film.mpd"] = ("application/dash+xml", manifest.encode())
    return site.url + "/film.mpd"


def names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in folder_of(tmp_path).iterdir())


def test_picture_and_sound_are_put_together(offered: Site, tmp_path: Path) -> None:
    url = offer_dash(offered, "/hls/picture.mp4", "/hls/sound.m4a")
    report = fetched(url, tmp_path)
    assert (report.status, report.reason, report.file) == ("ok", "", "v01.mp4")
    assert (report.width, report.height, report.audio_rate) == (128, 64, 44100)
    assert names(tmp_path) == ["v01.mp4"]
    offered.breaks["/hls/picture.mp4"] = [3000]
    offered.breaks["/hls/sound.m4a"] = [3000, 3000]
    assert fetched(url, tmp_path / "again").sha256 == report.sha256


def test_a_part_that_is_missing_leaves_nothing_out(offered: Site, tmp_path: Path) -> None:
    url = offer_dash(offered, "/hls/picture.mp4", "/hls/no.m4a")
    report = fetched(url, tmp_path)
    assert (report.status, report.reason) == ("bad", "not found (HTTP 404)")
    assert names(tmp_path) == []


def test_the_parts_count_together(offered: Site, tmp_path: Path) -> None:
    url = offer_dash(offered, "/hls/picture.mp4", "/hls/sound.m4a")
    sizes = [len(offered.files[f"/hls/{name}"][1]) / 1e6 for name in ("picture.mp4", "sound.m4a")]
    report = fetched(url, tmp_path, max_megabytes=max(sizes) + 0.001)
    assert "more than download.max_megabytes" in report.reason
    assert fetched(url, tmp_path, max_megabytes=sum(sizes) + 0.001).status == "ok"


def test_fragments_make_a_film(offered: Site, tmp_path: Path) -> None:
    report = fetched(offered.url + HLS, tmp_path)
    assert (report.status, report.reason, report.file) == ("ok", "", "v01.mp4")
    assert report.duration_s == pytest.approx(2.0, abs=0.05)
    for path in offered.files:
        if path.endswith(".ts"):
            offered.breaks[path] = [2500]
    assert fetched(offered.url + HLS, tmp_path / "again").sha256 == report.sha256


def test_a_film_with_a_hole_is_no_film(offered: Site, tmp_path: Path) -> None:
    whole = fetched(offered.url + HLS, tmp_path)
    offered.codes["/hls/index2.ts"] = 503
    report = fetched(offered.url + HLS, tmp_path / "hole")
    assert (report.status, report.lasting) == ("bad", False)
    assert names(tmp_path / "hole") == [".partial"]
    offered.codes.clear()
    offered.log.clear()
    assert fetched(offered.url + HLS, tmp_path / "hole").sha256 == whole.sha256
    assert "/hls/index0.ts" not in [path for path, _ in offered.log]  # it was there already
    assert names(tmp_path / "hole") == ["v01.mp4"]


def test_fragments_of_a_killed_process_are_not_trusted(offered: Site, tmp_path: Path) -> None:
    whole = fetched(offered.url + HLS, tmp_path)
    offered.codes["/hls/index2.ts"] = 503
    fetched(offered.url + HLS, tmp_path / "hole")
    (parts,) = folder_of(tmp_path / "hole").glob(".partial/*/parts")
    (part,) = parts.glob("*.part")
    part.write_bytes(part.read_bytes() * 2)  # appended, but not noted
    (parts / "running").touch()  # which a process removes that ends by itself
    offered.codes.clear()
    assert fetched(offered.url + HLS, tmp_path / "hole").sha256 == whole.sha256


def test_encrypted_fragments(offered: Site, tmp_path: Path) -> None:
    report = fetched(offered.url + "/hls/secret/index.m3u8", tmp_path)
    assert (report.status, report.reason) == ("ok", "")
    assert report.duration_s == pytest.approx(2.0, abs=0.05)


def test_an_encryption_that_cannot_be_read(offered: Site, parts: Path, tmp_path: Path) -> None:
    text = (parts / "secret" / "index.m3u8").read_text().replace("METHOD=AES-128", "METHOD=SAMPLE-AES")
    offered.files["/hls/secret/index.m3u8"] = (MPEGURL, text.encode())
    report = fetched(offered.url + "/hls/secret/index.m3u8", tmp_path)
    assert (report.reason, report.lasting) == ("encrypted in a way that cannot be read", True)


def test_encrypted_fragments_do_not_name_local_files(offered: Site, parts: Path, tmp_path: Path) -> None:
    text = (parts / "secret" / "index.m3u8").read_text()
    for old, new in (
        ("index1.ts", (parts / "secret" / "index1.ts").as_uri()),
        ('"key"', f'"{(parts / "secret" / "key").as_uri()}"'),
    ):
        offered.files["/hls/secret/index.m3u8"] = (MPEGURL, text.replace(old, new).encode())
        report = fetched(offered.url + "/hls/secret/index.m3u8", tmp_path)
        assert (report.status, report.file) == ("bad", "")


@pytest.mark.parametrize(
    "address", ["file://{0}", "{0}", "ftp://127.0.0.1{0}", "concat:{0}", "data:video/mp2t;base64,AAAA"]
)
@pytest.mark.parametrize("kind", ["hls", "hls of hls", "dash", "key"])
def test_manifests_that_name_local_files(offered: Site, parts: Path, tmp_path: Path, address: str, kind: str) -> None:
    local = address.format(parts / ("secret/key" if kind == "key" else "index1.ts"))
    if kind == "dash":
        url = offer_dash(offered, local, "/hls/sound.m4a")
    else:
        url = offered.url + HLS
        text = (parts / ("secret/index.m3u8" if kind == "key" else "index.m3u8")).read_text()
        replaced = {"hls": text.replace("index1.ts", local), "key": text.replace('URI="key"', f'URI="{local}"')}
        master = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=128x64\n{local}\n"
        offered.files[HLS] = (MPEGURL, replaced.get(kind, master).encode())
    report = fetched(url, tmp_path)
    assert (report.status, report.file, report.sha256) == ("bad", "", "")
    assert not [name for name in names(tmp_path) if name != ".partial"]


def test_a_part_that_is_a_text_which_names_a_local_file(offered: Site, parts: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    shutil.copy(parts / "picture.mp4", secret)
    # Offered as a picture, this is a manifest which ffmpeg would follow to the user's own file.
    offer_dash(offered, str(secret), "")
    manifest = offered.files["/film.mpd"][1]
    offered.files["/hls/lie.mp4"] = (
        "video/mp4",
        manifest.partition(b"</AdaptationSet>")[0] + b"</AdaptationSet></Period></MPD>",
    )
    report = fetched(offer_dash(offered, "/hls/lie.mp4", "/hls/sound.m4a"), tmp_path)
    assert (report.status, report.reason) == ("bad", "its parts cannot be put together")
    assert names(tmp_path) == []


def test_no_program_is_started_for_other_protocols(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch)
    program = tmp_path / "bin" / "rtmpdump"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'started'}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    for head, source in (
        ('<meta base="rtmp://127.0.0.1/app"/>', "film.flv"),
        ("", "rtsp://127.0.0.1/film.mp4"),
        ("", "mms://127.0.0.1/film.mp4"),
    ):
        smil = f'<smil><head>{head}</head><body><switch><video src="{source}"/></switch></body></smil>'
        site.files["/film.smil"] = ("application/smil+xml", smil.encode())
        reason = fetched(site.url + "/film.smil", tmp_path).reason
        assert reason in ("only http(s) addresses are fetched", "no video at this address")
    assert not (tmp_path / "started").exists()


def test_names_of_formats_are_strangers_words(offered: Site, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    for number, name in enumerate(
        ("../../../../escaped", "-exec touch pwned", "$(touch pwned)", "%(id)s", "ダンス" * 40)
    ):
        url = offer_dash(offered, "/hls/picture.mp4", "/hls/sound.m4a", name)
        report = fetched(url, tmp_path / str(number))
        assert report.status == "ok" or name.startswith("ダンス")
        assert set(names(tmp_path / str(number))) <= {"v01.mp4"}
    assert {path for path in set(tmp_path.rglob("*")) - before if path.parent == tmp_path} == {
        tmp_path / str(number) for number in range(5)
    }
    assert "pwned" not in os.listdir()


def test_a_live_stream_is_refused(offered: Site, parts: Path, tmp_path: Path) -> None:
    text = (parts / "index.m3u8").read_text().replace("#EXT-X-ENDLIST", "")
    offered.files[HLS] = (MPEGURL, text.encode())
    report = fetched(offered.url + HLS, tmp_path)
    assert (report.status, report.reason) == ("bad", "a live stream, which has no end")


@pytest.mark.parametrize("address", [HLS, "/hls/secret/index.m3u8"])
def test_endless_fragments_are_ended(offered: Site, tmp_path: Path, address: str) -> None:
    for path in ("/hls/index1.ts", "/hls/secret/index1.ts"):
        offered.manners[path] = Manner(framing="close", endless=True)
    report = fetched(offered.url + address, tmp_path, max_megabytes=1)
    assert report.reason.endswith("more than download.max_megabytes (1)")
    assert names(tmp_path) == []


def test_subtitles_are_left_alone(offered: Site, tmp_path: Path) -> None:
    media = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="en",LANGUAGE="en",URI="en.vtt",DEFAULT=YES,AUTOSELECT=YES'
    master = f'#EXTM3U\n{media}\n#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=128x64,SUBTITLES="s"\nindex.m3u8\n'
    offered.files["/hls/master.m3u8"] = (MPEGURL, master.encode())
    assert fetched(offered.url + "/hls/master.m3u8", tmp_path).status == "ok"
    assert names(tmp_path) == ["v01.mp4"]
    assert "/hls/en.vtt" not in [path for path, _ in offered.log]


def test_the_format_asked_for_is_taken(offered: Site, tmp_path: Path) -> None:
    streams = "".join(
        f"#EXT-X-STREAM-INF:BANDWIDTH={height}000,RESOLUTION={height * 2}x{height}\nindex.m3u8?{height}\n"
        for height in (64, 720, 1080)
    )
    offered.files["/hls/master.m3u8"] = (MPEGURL, f"#EXTM3U\n{streams}".encode())
    url = offered.url + "/hls/master.m3u8"
    report = fetched(url, tmp_path, format="b[height<=720]", max_pixels=1000 * 720)
    assert report.reason == "1440×720 px: more than download.max_pixels (720000)"
    assert fetched(url, tmp_path, format="b[height<=64]", max_pixels=1000 * 720).status == "ok"
    report = fetched(url, tmp_path, format="b[height>2000]")
    assert (report.reason, report.lasting) == ("no video at this address", True)


def test_what_was_made_is_the_same_each_time(offered: Site, tmp_path: Path) -> None:
    url = offer_dash(offered, "/hls/picture.mp4", "/hls/sound.m4a")
    first = fetched(url, tmp_path / "a")
    second = fetched(url, tmp_path / "b")
    assert first.sha256 == second.sha256 == sha256_of(folder_of(tmp_path / "b") / second.file)
