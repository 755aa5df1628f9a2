"""Write the page that asks which of two dances is better: python -m workflow_scripts.report.abx.page --clips MP4 ...

The page is a folder with `index.html` and the videos, whose names say nothing. The key that does is a file elsewhere.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from workflow_scripts.report.abx.key import Clip, read_keys, write_key
from workflow_scripts.report.abx.page_script import SCRIPT
from workflow_scripts.report.abx.page_style import STYLE
from workflow_scripts.report.abx.pairs import paired, repeats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_directory, sha256_of
from workflow_scripts.workflow.html_page import counted, html_page
from workflow_scripts.workflow.outputs import check_outputs
from workflow_scripts.workflow.provenance import digest

TITLE = "Two dances, one song"
_STEM = re.compile(r"(?P<song>.+)_(?P<sample>\d+)")


def make_page(clips: Sequence[Path], config: Mapping[str, Any], output: Path, key: Path) -> None:
    """Write the directory `output` and the key, each atomically.

    Args:
        clips: videos without words in them; paths that end in {model}/{song}_{sample}.mp4.
        config: `question`, `pairs` (how many a voter sees) and `seed`.
        output: the directory.
        key: the TSV, outside of it. The names of earlier pages that are in it stay: there may be votes on them.

    Raises:
        UserError: a path has another form, there are fewer than two models, a dance is missing, or `key` is no key.
    """
    check_outputs([key], clips)
    if key.resolve().is_relative_to(output.resolve()):
        raise UserError(f"{key}: lies in {output}, which is for voters; put the key elsewhere")
    named = {path: _named(path) for path in clips}
    by_place = {(clip.model, clip.dance): clip.clip for clip in named.values()}
    _check_complete(by_place)
    known = (read_keys([key]) if key.exists() else {}) | {clip.clip: clip for clip in named.values()}
    pairs = paired(by_place, config["seed"])
    asked = min(config["pairs"], len(pairs))
    if asked < config["pairs"]:
        print(f"there are {counted(asked, 'pair')}, fewer than the {config['pairs']} of abx.pairs: voters see all")  # noqa: T201
    study = {"id": digest([pairs, config]), "seed": config["seed"], "pairs": pairs, "asked": asked}
    with atomic_directory(output) as directory:
        # Copies, all of the same time: by the times at which they were drawn, one model after the other, a listing of
        # the folder or a web server's answers would group them.
        newest = max(path.stat().st_mtime for path in named)
        for path, clip in named.items():
            target = directory / f"{clip.clip}.mp4"
            shutil.copyfile(path, target)
            os.utime(target, (newest, newest))
        page = _page(config["question"], study | {"repeats": repeats(asked)})
        (directory / "index.html").write_text(page, encoding="utf-8")
    write_key(key, [known[name] for name in sorted(known)])


def _named(path: Path) -> Clip:
    match = _STEM.fullmatch(path.stem)
    if match is None or len(path.parts) < 2:
        raise UserError(f"{path}: expected a path like <model>/<song>_<number>.mp4")
    model, song, sample = path.parts[-2], match["song"], match["sample"]
    # Of the content as well: a vote is for a video, and not for what a model of this name makes after more training.
    name = hashlib.sha256("\t".join((model, song, sample, sha256_of(path))).encode()).hexdigest()[:12]
    # A spreadsheet that opens the votes takes digits alone, and 12e3, for a number: a name begins with a letter.
    return Clip(f"d{name}", model, song, sample)


def _check_complete(clips: Mapping[tuple[str, str], str]) -> None:
    models, dances = sorted({model for model, _ in clips}), sorted({dance for _, dance in clips})
    if len(models) < 2:
        found = f"only {models[0]} is there" if models else "none is there"
        raise UserError(f"a comparison needs the dances of two models or more, and {found}: name more in use.models")
    for model in models:
        for dance in dances:
            if (model, dance) not in clips:
                raise UserError(f"{model} has no dance {dance}, which others have: every model needs the same songs")


def _page(question: str, study: Mapping[str, Any]) -> str:
    data = escape(json.dumps(study, separators=(",", ":")))
    total = study["asked"] + study["repeats"]
    body = _BODY.format(question=escape(question), data=data, times=counted(total, "time"))
    return html_page(TITLE, "a blind comparison", body, STYLE, SCRIPT)


_BODY = """<div id="study" data-study="{data}" hidden></div>
<section id="welcome">
<h2>{question}</h2>
<p>You see two dances to the same song at a time, {times}. Choose one, or say that you cannot tell. There is no
right answer. Turn the sound on.</p>
<p>Your votes stay on this device until you save them as a file at the end. You may stop, and go on later.</p>
<form id="form"><label for="voter">A name for you that says nothing about you (letters, digits, _ and -)</label>
<div class="row"><input id="voter" required maxlength="40" pattern="[A-Za-z0-9_][A-Za-z0-9_\\-]*" autocomplete="off"
 title="Letters, digits, _ and -, but no - at the beginning"
 autocapitalize="off" spellcheck="false"><button class="main" id="start">Start</button></div></form>
<p class="note" id="known" role="status"></p>
</section>
<section id="trial" hidden>
<div class="top"><h2>{question}</h2><p id="progress" role="status"></p></div>
<div class="bar"><i id="bar"></i></div>
<div class="pair" id="pair">
<figure><video id="left" playsinline loop></video>
<button class="main" data-do="left" aria-label="The first one"><kbd>1</kbd> This one</button></figure>
<figure><video id="right" playsinline loop muted></video>
<button class="main" data-do="right" aria-label="The second one"><kbd>2</kbd> This one</button></figure>
</div>
<div class="row tools">
<button class="vote" data-do="tie"><kbd>0</kbd> Can't tell</button>
<button data-do="replay"><kbd>R</kbd> From the start</button>
<button data-do="pause"><kbd>Space</kbd> Pause</button>
<button data-do="sound" aria-pressed="true"><kbd>M</kbd> Sound</button>
<button data-do="back"><kbd>⌫</kbd> Back</button>
<button data-do="save">Save so far</button>
</div>
<p class="note" id="trouble" role="alert"></p>
</section>
<section id="done" hidden>
<h2>Thank you</h2>
<p>You have voted {times}. Save your votes, and give the file to whoever asked you.</p>
<div class="row"><button class="main" data-do="save">Save votes (CSV)</button>
<button data-do="back">Back to the last pair</button><button data-do="leave">Another voter</button></div>
</section>
"""


def main() -> None:
    """Parse the arguments and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, nargs="*", required=True, help="<model>/<song>_<number>.mp4 ...")
    parser.add_argument("--config", type=json.loads, required=True, help="JSON: question, pairs, seed")
    parser.add_argument("--output", type=Path, required=True, help="directory to write, for voters")
    parser.add_argument("--key", type=Path, required=True, help="TSV to write, not for voters")
    arguments = parser.parse_args()
    make_page(arguments.clips, arguments.config, arguments.output, arguments.key)


if __name__ == "__main__":
    entry_point(main)
