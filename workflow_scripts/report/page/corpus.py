"""The section on the corpus: what was listed, what became of it, and what was left out and why."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from workflow_scripts.motion.dataset_file import SPLITS, Dataset, DatasetClip
from workflow_scripts.motion.dataset_summary import histogram, shares, whole
from workflow_scripts.report.gather.corpus import Collection, Reason
from workflow_scripts.report.page.parts import Section, details, duration, minutes, note, table
from workflow_scripts.workflow.html_bars import bars
from workflow_scripts.workflow.html_page import counted

_EXAMPLES, _REASONS = 6, 100
_NO_GENRE = "no genre"


def corpus_section(
    collections: Sequence[Collection],
    datasets: Mapping[str, Dataset],
    whole_ones: Sequence[Reason],
    parts: Sequence[Reason],
    of_datasets: Mapping[str, Sequence[Reason]],
) -> Section:
    """Return the section.

    Args:
        collections: of videos, motion and songs.
        datasets: {name: dataset} that models learn from.
        whole_ones: why videos and clips were left out whole.
        parts: why parts of videos were left out.
        of_datasets: {dataset: why good videos and clips are not in it}.
    """
    body = (
        "<h3>Collections</h3>"
        + _collections(collections)
        + _datasets(datasets, of_datasets)
        + "<h3>What was left out, and why</h3>"
        + _left_out("Whole videos and clips", whole_ones)
        + _left_out("Parts of videos", parts)
    )
    return Section("corpus", "Corpus", body)


def _collections(collections: Sequence[Collection]) -> str:
    head = ("", "listed", "good", "left out", "minutes", "clips", "minutes of clips", "genres (minutes)")
    rows = []
    for each in collections:
        genres = ", ".join(f"{escape(name) or _NO_GENRE} {minutes(much)}" for name, much in each.genres.items())
        counts = [str(n) for n in (each.listed, each.good, each.listed - each.good)]
        rows.append(
            [escape(each.name), *counts, minutes(each.minutes), str(each.clips), minutes(each.clip_minutes), genres]
        )
    return table(head, rows)


def _datasets(datasets: Mapping[str, Dataset], reasons: Mapping[str, Sequence[Reason]]) -> str:
    """Return a part per dataset; of those with the same clips the numbers are shown once."""
    shown: dict[tuple[object, ...], str] = {}
    parts = []
    for name, dataset in datasets.items():
        clips = tuple((clip.name, clip.split, len(clip.motion.root)) for clip in dataset.clips)
        parts.append(f"<h3>Dataset {escape(name)}</h3>" + note(_seen(dataset)))
        parts.append(note(f"The same clips as {shown[clips]}.") if clips in shown else _numbers(dataset, reasons[name]))
        shown.setdefault(clips, name)
    return "".join(parts)


def _seen(dataset: Dataset) -> str:
    windows = ", ".join(f"{len(dataset.windows[split])} {split}" for split in SPLITS)
    hearing = f"{dataset.feature_set} of the music"
    return f"What models see: motion and {hearing}, {dataset.fps:g} times a second. Windows: {windows}."


def _numbers(dataset: Dataset, reasons: Sequence[Reason]) -> str:
    everything = whole(dataset)
    head = ("", "clips", "videos", "songs", "dancers", *(f"{split} min" for split in SPLITS), "minutes")
    rows = []
    for part in [*shares(dataset, lambda clip: clip.genre or _NO_GENRE), everything]:
        counts = [str(part.clips), str(part.videos), str(part.songs), str(part.dancers or "–")]
        spent = [minutes(part.minutes[split]) for split in SPLITS]
        rows.append([escape(part.name), *counts, *spent, minutes(part.all_minutes)])
    return (
        table(head, rows, "total")
        + '<div class="pair">'
        + _bars("Pose quality, 0 to 1 (minutes)", dataset, lambda clip: clip.quality, 0.05, "quality", (0.0, 1.0))
        + _bars("Tempo, bpm (minutes)", dataset, lambda clip: clip.music.tempo, 5.0, "bpm")
        + "</div>"
        + (_left_out("Left out of this dataset", reasons) if reasons else "")
    )


def _bars(
    title: str,
    dataset: Dataset,
    of: Callable[[DatasetClip], float],
    width: float,
    unit: str,
    span: tuple[float, float] | None = None,
) -> str:
    found = histogram(dataset, of, width, span)
    return f"<div><h4>{escape(title)}</h4>{bars(found.edges, found.minutes, unit)}</div>"


def _left_out(title: str, reasons: Sequence[Reason]) -> str:
    count = sum(reason.count for reason in reasons)
    if not count:
        return note(f"{title}: nothing.")
    head = ("why", "stage", "how many", "time", "such as")
    rows = []
    for each in reasons[:_REASONS]:
        more = f" and {each.count - _EXAMPLES} more" if each.count > _EXAMPLES else ""
        shown = escape(", ".join(each.examples[:_EXAMPLES])) + more
        time = "–" if each.seconds is None else duration(each.seconds)
        rows.append([escape(each.reason), escape(each.stage), str(each.count), time, shown])
    found = table(head, rows, "text")
    if others := reasons[_REASONS:]:
        found += note(f"And {sum(each.count for each in others)} for {counted(len(others), 'other reason')}.")
    return details(f"{title}: {count}", found) if len(rows) > 12 else f"<h4>{escape(title)}: {count}</h4>{found}"
