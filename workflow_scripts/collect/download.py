"""Fetch one video or song of a collection, and record how that went.

A video that cannot be had is data, not a failure: its JSON tells the reason, and the others go on.
"""

import argparse
import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workflow_scripts.collect.addresses import is_url
from workflow_scripts.collect.fetching.completeness import is_cut_off
from workflow_scripts.collect.fetching.inspection import inspect_media
from workflow_scripts.collect.fetching.limits import LIMITS, over_limits
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import sha256_of, write_json
from workflow_scripts.workflow.media import MediaError

PARTIAL = ".partial"
DEMO_PREFIX = "demo:"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """The JSON of one item: `status` is "ok" or "bad" with a `reason`; `file` lies beside it. See `Inspection`.

    `bytes`: size of the file. `lasting`: a bad one would be bad again (a private video), unlike one that was hit by a
    broken connection. `attempt` and `limits`: the number of the attempt and the limits it was made with, as asked for.
    """

    status: str
    reason: str
    title: str
    url: str
    file: str = ""
    sha256: str = ""
    duration_s: float = 0.0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    audio_rate: int = 0
    audio_channels: int = 0
    bytes: int = 0
    lasting: bool = False
    attempt: int = 0
    limits: Mapping[str, Any] = field(default_factory=dict)


def download(row: Mapping[str, str], config: Mapping[str, Any], target: Path) -> Report:
    """Fetch the item of a playlist row to `target`'s folder, as `<id>` with the file's own suffix, and check it.

    Nothing incomplete ever has the final name: work is done in `.partial` beside it, which a later run resumes.

    Args:
        row: playlist row; `url` is an http(s) URL, `demo:...` or a local path, "" if the playlist has none.
        config: `kind` ("videos" or "songs") and if wanted `format` (yt-dlp's), `demo` ({"seed"}), `attempt` (a number
            for the report), and the limits: `max_seconds`, `max_megabytes`, `max_pixels`, and for addresses of the web
            `match_filter` (yt-dlp's syntax).
        target: results/videos/{collection}/{id}.json; the caller writes the report there.

    Raises:
        UserError: the configuration makes no sense, or the disk cannot be written to.
    """
    folder, item = target.parent, target.stem
    kind = str(config.get("kind") or "videos")
    limits = {key: config.get(key) for key in LIMITS}
    asked: dict[str, Any] = {"attempt": int(config.get("attempt") or 0), "limits": limits}
    folder.mkdir(parents=True, exist_ok=True)
    with _work_folder(folder / PARTIAL, item, [row["url"], config.get("format")]) as work:
        for finished in [path for path in work.iterdir() if path.is_file()]:
            finished.unlink()  # by a run that was killed before it could put it in its place
        title = row.get("title", "")
        try:
            media, found_title = _fetch(row["url"], work / item, kind, config)
            title = title or found_title
            facts = _facts(media, kind, limits, from_web=is_url(row["url"]))
        except _UnavailableError as error:
            if not error.resumable:
                shutil.rmtree(work, ignore_errors=True)
            _replace(folder, item, [])
            return Report("bad", str(error), title, row["url"], lasting=error.lasting, **asked)
        digest = sha256_of(media)
        _replace(folder, item, [path for path in work.iterdir() if path.name.startswith(f"{item}.") and path.is_file()])
        shutil.rmtree(work, ignore_errors=True)
    return Report("ok", "", title, row["url"], media.name, digest, **facts, **asked)


class _UnavailableError(Exception):
    """There is nothing to be had; the text is the reason. `resumable`: a part of it is there, and is worth keeping."""

    def __init__(self, reason: str, lasting: bool = True, resumable: bool = False) -> None:
        super().__init__(reason)
        self.lasting, self.resumable = lasting, resumable


def _fetch(url: str, stem: Path, kind: str, config: Mapping[str, Any]) -> tuple[Path, str]:
    """Bring the media file to `stem` plus a suffix; return (path, title)."""
    if not url:
        raise _UnavailableError("the playlist gives no http(s) address for it")
    if is_url(url):
        from workflow_scripts.collect.fetching.faults import FetchError
        from workflow_scripts.collect.fetching.remote import fetch

        try:
            return fetch(url, stem, kind, config)
        except FetchError as error:
            raise _UnavailableError(str(error), error.lasting, resumable=not error.lasting) from error
    if url.startswith(DEMO_PREFIX):
        from workflow_scripts.demo.world import make

        return make(url, int((config.get("demo") or {}).get("seed", 1)), stem), ""
    return _take_local(Path(url), stem, config), Path(url).stem


def _facts(media: Path, kind: str, limits: Mapping[str, Any], from_web: bool) -> dict[str, Any]:
    """Return the fields of the report that come from the file itself."""
    if from_web and is_cut_off(media):
        # A user's own damaged file is used as far as it goes; of the web's, the rest can be had another time.
        raise _UnavailableError("the server sent only a part of it", lasting=False)
    try:
        facts = asdict(inspect_media(media, kind, limits)) | {"bytes": media.stat().st_size}
    except MediaError as error:
        raise _UnavailableError(str(error)) from error
    if reason := over_limits(facts, limits):
        raise _UnavailableError(reason)
    return facts


def _take_local(source: Path, stem: Path, limits: Mapping[str, Any]) -> Path:
    """Link the user's file (a second name for the same bytes, which nobody here writes to), or copy it."""
    source = source.resolve()
    try:
        source.open("rb").close()
    except OSError as error:
        raise _UnavailableError(f"the file cannot be read ({error.strerror})") from error
    if reason := over_limits({"bytes": source.stat().st_size}, limits):
        raise _UnavailableError(reason)
    suffix = source.suffix.lower() if re.fullmatch(r"\.[a-z0-9]{1,8}", source.suffix.lower()) else ".media"
    target = stem.with_name(stem.name + (suffix if suffix != ".json" else ".media"))
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or links are not allowed
        shutil.copyfile(source, target)
    return target


def _replace(folder: Path, item: str, files: list[Path]) -> None:
    """Put `files` in the place of what an earlier download of `item` left in `folder`."""
    new = {path.name for path in files}
    for old in folder.glob(f"{item}.*"):  # ids hold no dot and no wildcard
        if old.name not in new:
            old.unlink()
    for path in files:
        os.replace(path, folder / path.name)


@contextmanager
def _work_folder(root: Path, item: str, request: list[Any]) -> Iterator[Path]:
    """Yield a folder to download to: the one an earlier run left for the same request, unless another run is in it.

    It stays when it holds anything afterwards. The lock goes with the process, however that ends.
    """
    name = f"{item}.{hashlib.sha256(json.dumps(request).encode()).hexdigest()[:8]}"
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            folder = root / f"{name}.{os.getpid()}-{uuid.uuid4().hex[:8]}"
            folder.mkdir()
        yield folder
    finally:
        for empty in (folder, root):
            with suppress(OSError):  # not empty: to be resumed
                empty.rmdir()
        os.close(lock)


def main() -> None:
    """Write results/videos/{collection}/{video}.json, and the media file beside it if there is one."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--collection", required=True)
    parser.add_argument("--row", type=json.loads, required=True, help="JSON: a row of the playlist")
    parser.add_argument("--config", type=json.loads, required=True, help="JSON; see download")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    report = download(arguments.row, arguments.config, arguments.output)
    write_json(arguments.output, asdict(report))
    log.info("%s/%s: %s", arguments.collection, arguments.output.stem, report.reason or "ok")


if __name__ == "__main__":
    entry_point(main)
