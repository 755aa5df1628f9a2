"""The section on models: what they are, how they learned, and what everything cost."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from workflow_scripts.report.gather.models import Cost, Model
from workflow_scripts.report.page.parts import Section, details, duration, facts, figure, note, number, table
from workflow_scripts.workflow.html_page import counted

# Of a model's losses those that every table can show beside another one's.
_SHOWN = ("train", "validation", "accuracy", "critic", "generator")


def models_section(models: Sequence[Model], learning: Path | None, costs: Sequence[Cost]) -> Section:
    """Return the section; `learning` is the figure of learning curves, `costs` may be empty."""
    # Without a network among the models there is a picture as well, with nothing in it.
    curves = learning if any(model.description.get("losses") for model in models) else None
    body = (
        _overview(models)
        + "".join(_settings(model) for model in models)
        + (figure(curves, "Learning curves: losses of the networks over their training.") if curves else "")
        + _costs(costs)
    )
    return Section("models", "Models", body)


def _overview(models: Sequence[Model]) -> str:
    head = ("", "architecture", "dataset, music", "learned from", "training", "checkpoint", "losses at the end")
    rows = []
    for model in models:
        of = model.description
        windows, spent = of["dataset"]["windows"]["train"], of["dataset"]["seconds"]["train"] / 60
        losses = of.get("losses", {})
        shown = [f"{name} {number(losses[name])}" for name in _SHOWN if losses.get(name) is not None]
        rows.append(
            [
                escape(model.name.replace("_", " ")),
                escape(of["architecture"]),
                _two(of["dataset"]["name"], f"{of['feature_set']} by {of['grouping']}"),
                _two(f"{spent:.1f} min", counted(windows, "window")),
                _two(duration(of["seconds"]), counted(losses["epochs"], "epoch") if "epochs" in losses else ""),
                f"{model.checkpoint_bytes / 1e6:.1f} MB",
                "<br>".join(map(escape, shown)) or "–",
            ]
        )
    return table(head, rows, "words")


def _two(main: str, small: str) -> str:
    return f"{escape(main)}<small>{escape(small)}</small>"


def _settings(model: Model) -> str:
    of = model.description
    shown = flat({"settings": of["settings"], "augment": of.get("augment", {}), "seed": of["seed"]})
    held_out = {name: number(value) for name, value in of.get("held_out", {}).items()}
    said = note("What it says of itself on songs that were kept from it:") + facts(held_out) if held_out else ""
    return details(f"Settings of {model.name.replace('_', ' ')}", facts(shown) + said)


def flat(values: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Return nested values as {"path.of.the.key": JSON}."""
    found: dict[str, str] = {}
    for key, value in values.items():
        here = f"{path}.{key}" if path else key
        found |= flat(value, here) if isinstance(value, Mapping) else {here: json.dumps(value, ensure_ascii=False)}
    return found


def _costs(costs: Sequence[Cost]) -> str:
    if not costs:
        return ""
    rows = [
        [escape(each.rule), str(each.jobs), duration(each.seconds), "–" if each.memory_mb is None else
         f"{each.memory_mb:.0f} MB"]
        for each in costs
    ]  # fmt: skip
    total = sum(each.seconds for each in costs)
    rows.append(["all", str(sum(each.jobs for each in costs)), duration(total), ""])
    return (
        "<h3>Cost of every stage</h3>"
        + note(
            "What Snakemake measured when each file was made, whichever run that was. Times and memory are the only"
            " numbers of this page that another run gives otherwise. Time is summed over jobs that may have run at"
            " once; memory is the most of one job."
        )
        + details(
            f"{counted(len(costs), 'rule')}, {duration(total)}",
            table(("", "jobs", "time", "memory"), rows, "total narrow"),
        )
    )
