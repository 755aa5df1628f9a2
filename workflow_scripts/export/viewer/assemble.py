"""One HTML file from the page's sources (page/), three.js (vendor/), dancers and sound. Nothing is fetched."""

import base64
import json
import zlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from workflow_scripts.export.viewer.content import Packed
from workflow_scripts.export.viewer.sound import Sound
from workflow_scripts.export.viewer.sources import LIBRARY, LICENCE, SCRIPTS, STYLE, TEMPLATE
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.html_page import hash_source


@dataclass(frozen=True)
class Show:
    """What a page shows: the dancer with number `first` when it opens; beats in seconds."""

    title: str
    dancers: Packed
    first: int
    sound: Sound | None
    beats: Floats
    downbeats: Floats


def viewer_page(show: Show) -> str:
    """Return the page."""
    facts = show.dancers.facts | {
        "first": show.first,
        "seconds": show.sound.seconds if show.sound else show.dancers.facts["frames"] / show.dancers.facts["fps"],
        "beats": [round(float(beat), 4) for beat in show.beats],
        "downbeats": [round(float(beat), 4) for beat in show.downbeats],
        "peaks": show.sound.peaks if show.sound else [],
    }
    script = "(() => {\n" + '"use strict";\n\n' + "\n".join(map(_text, SCRIPTS)) + "})();\n"
    style = _text(STYLE)
    names = ", ".join(dancer["caption"] for dancer in facts["dancers"])
    title = escape(show.title)
    return Template(_text(TEMPLATE)).substitute(
        title=title,
        label=f"{title}: {escape(names)} in three dimensions. Drag to look around.",
        policy=_policy(script, style),
        licence=_text(LICENCE).strip(),
        style=style,
        audio=f'<audio preload="auto" src="{show.sound.uri}"></audio>' if show.sound else "",
        facts=_json(facts),
        dances=show.dancers.block,
        three=base64.b64encode(zlib.compress(LIBRARY.read_bytes(), 9)).decode(),
        script=script,
    )


def _policy(script: str, style: str) -> str:
    """Return the Content-Security-Policy: our script and style by their hashes; three.js as a blob that it makes."""
    return (
        f"default-src 'none'; script-src {hash_source(script)} blob:; style-src {hash_source(style)};"
        " media-src data:; base-uri 'none'; form-action 'none'"
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _json(data: Any) -> str:
    # "</script>" in somebody's title would end the element.
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
