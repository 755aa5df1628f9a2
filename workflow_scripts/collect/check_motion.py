"""Look at one item of a collection of motion, and record what it is: the counterpart of the download of a video.

The motion and its music are read where they lie; nothing is copied. What cannot be used is data, not a failure.
"""

import argparse
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.collect.fetching.inspection import inspect_media
from workflow_scripts.motion.formats.check import motion_facts
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import MediaError

log = logging.getLogger(__name__)


def check_motion(row: Mapping[str, str], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the status of one item: "ok" with its facts, or "bad" with a `reason`.

    Args:
        row: playlist row; `url` is the path of the motion, `audio` that of its music ("" if there is none), `offset`
            the second of the music at which the motion begins, `left_out` the source's own reason against it, or "".
        config: `motion`, the name of its format, and `fps`, the rate of formats that state none.
    """
    status: dict[str, Any] = {
        "status": "ok",
        "reason": "",
        "kind": "motion",
        "title": row["title"],
        "url": row["url"],
        "format": config["motion"],
        "motion": row["url"],
        "audio": row["audio"],
        "offset_s": float(row["offset"] or 0),
        "lasting": True,  # a file that was mended is listed with another digest, and looked at again
        "attempt": 0,
    }
    try:
        if row["left_out"]:
            raise UserError(row["left_out"])
        status |= motion_facts(config["motion"], Path(row["url"]), float(config["fps"]))
        if not row["audio"]:
            raise UserError(
                "no music found (put it beside the motion, with the same name, or give its folder as `music`)"
            )
        sound = _sound(Path(row["audio"]))
        if sound.duration_s <= status["offset_s"]:
            raise UserError(
                f"{row['audio']}: ends at {sound.duration_s:.1f} s, but the motion begins at {status['offset_s']:.1f} s"
            )
    except UserError as error:
        # The ledger names the motion already.
        status |= {"status": "bad", "reason": str(error).removeprefix(f"{row['url']}: ")}
    return status


def _sound(path: Path) -> Any:
    try:
        return inspect_media(path, "songs")
    except MediaError as error:
        raise UserError(f"{path}: {error}") from error


def main() -> None:
    """Write results/videos/{collection}/{video}.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--row", type=json.loads, required=True, help="JSON: a row of the playlist")
    parser.add_argument("--config", type=json.loads, required=True, help="JSON: motion, fps")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    status = check_motion(arguments.row, arguments.config)
    write_json(arguments.output, status)
    log.info("%s: %s", arguments.row["url"], status["reason"] or "ok")


if __name__ == "__main__":
    entry_point(main)
