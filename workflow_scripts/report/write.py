"""Write the report of a run, one page: `python -m workflow_scripts.report.write --help`.

It reads what the run left in its folder of results. Same results, same configuration and same checkout give the same
bytes, except for the table of costs, which is what Snakemake measured (`--benchmarks`).
"""

import argparse
import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.report.dag import rulegraph_svg
from workflow_scripts.report.gather import corpus, films, models, versions
from workflow_scripts.report.gather.configuration import reusable
from workflow_scripts.report.page.comparison import comparison_section
from workflow_scripts.report.page.corpus import corpus_section
from workflow_scripts.report.page.films import films_section
from workflow_scripts.report.page.genres import genres_section
from workflow_scripts.report.page.held_out import held_out_section
from workflow_scripts.report.page.making import reproduce_section, rules_section, versions_section
from workflow_scripts.report.page.models import models_section
from workflow_scripts.report.page.parts import Section, minutes
from workflow_scripts.report.page.whole import report_page
from workflow_scripts.report.rulegraph import RuleGraph, read_rules
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, write_text
from workflow_scripts.workflow.html_page import counted
from workflow_scripts.workflow.names import SONGS


@dataclass(frozen=True)
class Run:
    """A run.

    Attributes:
        results: its folder of results.
        config: its checked configuration.
        collections: of videos and motion, that take part.
        benchmarks: what Snakemake measured of it.
        rules: where they are known.
    """

    results: Path
    config: Mapping[str, Any]
    collections: Sequence[str]
    benchmarks: Path
    rules: RuleGraph | None = None

    @property
    def models(self) -> list[str]:
        """The models that take part, in their order."""
        return list(self.config["use"]["models"])

    @property
    def datasets(self) -> list[str]:
        """The datasets that they learned from."""
        return sorted({self.config["models"][model]["dataset"] for model in self.models})


def report(run: Run, output: Path) -> str:
    """Return the page that is to stand at `output`.

    Raises:
        UserError: a file of the results is missing or broken.
    """
    results, evaluation = run.results, run.results / "evaluation"
    gallery = results / "animations"
    described = corpus.titles_of(results, SONGS)
    titles = {song: title for song, (title, _) in described.items()}
    collections = [corpus.read_collection(results, name) for name in [*run.collections, SONGS]]
    datasets = {name: _light(read_dataset(results / "datasets" / f"{name}.h5")) for name in run.datasets}
    trained = [models.read_model(results, name) for name in run.models]
    comparison = read_json(evaluation / "comparison.json")
    chosen = films.choose_films(gallery, run.models, titles)
    figures = {path.stem: path for path in sorted((evaluation / "figures").glob("*.svg"))}
    sections = [
        corpus_section(
            collections,
            datasets,
            corpus.left_out_whole(results / "quarantine.tsv"),
            corpus.left_out_parts(results, [*run.collections, SONGS]),
            {name: corpus.left_out_of(results, each) for name, each in datasets.items()},
        ),
        models_section(trained, figures.get("learning"), models.read_costs(run.benchmarks)),
        comparison_section(comparison, figures, _beats(evaluation / "figures" / "beats", titles)),
        held_out_section(_rows(evaluation / "held_out.csv")),
        genres_section(comparison, {song: genre for song, (_, genre) in described.items()}, figures.get("genres")),
        films_section(films.make_films(gallery, chosen), len(chosen), titles, os.path.relpath(gallery, output.parent)),
        _rules(run.rules),
        *_making(run, datasets, trained),
    ]
    songs = len({song for _, _, song, _ in chosen})
    numbers = {
        "minutes collected": minutes(sum(each.minutes for each in collections if each.name != SONGS)),
        "minutes learned from": minutes(_learned_minutes(datasets.values())),
        f"{_noun(songs, 'song')} danced to": str(songs),
        _noun(len(trained), "model"): str(len(trained)),
        _noun(len(chosen), "dance"): str(len(chosen)),
    }
    return report_page(numbers, [section for section in sections if section])


def _noun(number: int, noun: str) -> str:
    return counted(number, noun).partition(" ")[2]


def _rules(graph: RuleGraph | None) -> Section | None:
    return rules_section(rulegraph_svg(graph.edges, graph.counts, graph.stages)) if graph else None


def _light(dataset: Dataset) -> Dataset:
    """Return a dataset without what fills the memory: the joints, and what models hear."""
    clips = []
    for clip in dataset.clips:
        frames = len(clip.motion.root)
        motion = replace(clip.motion, positions=np.empty((frames, 0, 3), np.float32))
        clips.append(
            replace(clip, motion=motion, music=replace(clip.music, features=np.empty((frames, 0), np.float32)))
        )
    return replace(dataset, clips=clips)


def _learned_minutes(datasets: Iterable[Dataset]) -> float:
    """Return the minutes that some model learned from; a clip that several datasets have counts once."""
    found = {clip.name: len(clip.motion.root) / each.fps / 60 for each in datasets for clip in each.split("train")}
    return sum(found.values())


def _beats(folder: Path, titles: Mapping[str, str]) -> list[tuple[str, Path]]:
    files = [(title, folder / f"{song}.svg") for song, title in titles.items()]
    return [(title, path) for title, path in files if path.is_file()]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _making(run: Run, datasets: Mapping[str, Dataset], trained: list[models.Model]) -> list[Section]:
    """Return the sections on versions and on making it again."""
    results = run.results
    comparison = read_json(results / "evaluation" / "comparison.json")
    outputs = [
        *(versions.made(results, f"datasets/{name}.h5", each.provenance["code"]) for name, each in datasets.items()),
        *(
            versions.Made(f"models/{each.name}/checkpoint.ckpt", each.checkpoint_sha256, each.description["code"])
            for each in trained
        ),
        versions.made(results, "evaluation/comparison.json", comparison["provenance"]["code"]),
    ]
    recorded = versions.recorded_versions([*(each.provenance for each in datasets.values()),
                                           *(each.description for each in trained)])  # fmt: skip
    commit = versions.commit()
    checkout = ({"commit": commit} if commit else {}) | {"digest of all code": versions.package_digest()}
    config = reusable(run.config)
    return [
        versions_section(checkout, versions.installed_versions(), recorded, outputs, config),
        reproduce_section(config, checkout),
    ]


def main() -> None:
    """Parse the arguments, gather, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, required=True, help="the folder of the run's results")
    parser.add_argument("--benchmarks", type=Path, default=Path("logs/benchmarks"), help="what Snakemake measured")
    parser.add_argument("--config", type=json.loads, required=True, help="JSON of the checked configuration")
    parser.add_argument("--collections", nargs="+", required=True, help="those that take part, without songs")
    parser.add_argument("--rules", type=read_rules, help="the rules that the page comes from (report.rulegraph)")
    parser.add_argument("--output", type=Path, required=True, help="the page to write")
    arguments = parser.parse_args()
    run = Run(arguments.results, arguments.config, arguments.collections, arguments.benchmarks, arguments.rules)
    try:
        page = report(run, arguments.output)
    except FileNotFoundError as error:
        raise UserError(
            f"{error.filename} is missing: run `snakemake --cores 4 report`, which makes it first"
        ) from error
    write_text(arguments.output, page)


if __name__ == "__main__":
    entry_point(main)
