"""The section on songs that were kept from the models: what dances to them lose against the captured ones."""

from collections.abc import Mapping, Sequence
from html import escape

from workflow_scripts.report.page.parts import (
    Section,
    breakable,
    details,
    facts,
    in_box,
    interval,
    note,
    number,
    row,
)
from workflow_scripts.workflow.html_page import counted

# Of the columns of results/evaluation/held_out.csv, those that say whose the numbers are.
_SHARED = ("row", "model", "dataset", "split", "clips", "samples")
# What models/losses.py and evaluate/held_out.py measure, in words.
SAYS = {
    "mse": "mean squared difference of all numbers of a pose: large mistakes weigh most",
    "l1": "mean absolute difference of all numbers of a pose",
    "smooth_l1": "squares of small differences, absolute differences beyond: between mse and l1",
    "euclidean": "mean distance between the joints of the two dances",
    "mape": "mean absolute difference as a share of the captured number; small numbers weigh most",
    "rpd": "mean absolute difference as a share of the mean of both numbers, 0 to 2",
    "mape_velocity": "mape of how fast the joints move, wherever they are",
    "rpd_velocity": "rpd of how fast the joints move, wherever they are",
    "srse_velocity": "mean absolute difference between the speeds of the joints",
    "ensemble": "euclidean and srse_velocity together: where the joints are and how fast they move",
    "best_of_n": "mean distance of the joints, m, seen from the pelvis, of the nearest of all dances to a song",
    "pose_distance": "mean distance of the joints, m, seen from the pelvis, over all dances to a song",
}


def held_out_section(rows: Sequence[Mapping[str, str]]) -> Section | None:
    """Return the section from the rows of held_out.csv; None where no song was kept from the models."""
    if not rows:
        return None
    losses = [
        name for name in rows[0] if name not in _SHARED and f"{name}_low" in rows[0] and f"{name}_gain" in rows[0]
    ]
    heads = "".join(f'<th scope="col">{breakable(loss)}</th>' for loss in losses)
    bodies, alone = [], []
    for dataset, split, clips, samples in dict.fromkeys(map(_where, rows)):
        said = f"dataset {dataset} ({split}): {counted(int(clips), 'clip')}, {counted(int(samples), 'dance')} to each"
        here = [each for each in rows if _where(each) == (dataset, split, clips, samples)]
        if not any(each.get(f"{loss}_gain") for each in here for loss in losses):
            alone.append(dataset)
        own = [each for each in here if each["row"] in ("model", "shuffled")]
        # Controls that hear nothing are the same for all models of a dataset.
        others = {(each["row"], *(each[loss] for loss in losses)): each for each in here if each not in own}
        lines = "".join(_row(each, losses) for each in [*own, *others.values()])
        part = f'<tr class="part"><th colspan="{len(losses) + 1}">{escape(said)}</th></tr>'
        bodies.append(f"<tbody>{part}{lines}</tbody>")
    head = f"<thead><tr><th></th>{heads}</tr></thead>"
    body = note(
        "Distances between the models' dances and those that were captured to the same songs: less is nearer."
        " Below each model, its own dances beside other held-out songs; at the end, controls. Gain is what a model"
        " loses less beside its own song than beside others, clip by clip: green where its interval stays"
        " above 0, so that the model shows that it hears the song. Distances reward caution: a mean pose, held,"
        " is near to all."
    )
    if alone:
        said = "Two held-out songs are needed to compare with other songs: there is no gain"
        body += note(f"{said} of dataset {' and '.join(dict.fromkeys(alone))}.")
    body += in_box(f'<table class="measures">{head}{"".join(bodies)}</table>')
    if explained := {loss: SAYS[loss] for loss in losses if loss in SAYS}:
        standard = note(
            "Numbers of a pose are standardised: 1 is a standard deviation of the training motion. Distances of which m"
            " is said are in metres."
        )
        body += details("What these columns are", standard + facts(explained))
    return Section("held_out", "Held-out songs", body)


def _where(each: Mapping[str, str]) -> tuple[str, str, str, str]:
    return each["dataset"], each["split"], each["clips"], each["samples"]


def _row(each: Mapping[str, str], losses: Sequence[str]) -> str:
    is_model = each["row"] == "model"
    name = {"model": each["model"], "shuffled": f"{each['model']}, other songs"}.get(each["row"], each["row"])
    cells = [_cell(each, loss) + (_gain(each, loss) if is_model else "") for loss in losses]
    return row([escape(name.replace("_", " ")), *cells], "model" if is_model else "control")


def _cell(each: Mapping[str, str], loss: str) -> str:
    mean, low, high = (_value(each, f"{loss}{suffix}") for suffix in ("", "_low", "_high"))
    return f"<b>{number(mean)}</b>{interval(low, high)}"


def _gain(each: Mapping[str, str], loss: str) -> str:
    mean, low, high = (_value(each, f"{loss}_gain{suffix}") for suffix in ("", "_low", "_high"))
    if mean is None:
        return ""
    kind = "unsure" if low is None else "truth" if low > 0 else "other"
    return f'<span class="gain {kind}">gain {number(mean)}{interval(low, high)}</span>'


def _value(each: Mapping[str, str], name: str) -> float | None:
    return float(each[name]) if each.get(name) else None
