"""What the votes say: python -m workflow_scripts.report.abx.scores votes/*.csv --key results/abx_key.tsv.

Written are a table, `abx_scores.csv`, and the same with more, `abx_scores.json`, in the folder `--output`.
"""

import argparse
import csv
import io
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workflow_scripts.report.abx.bradley_terry import MEAN, PRIOR_TIES, Floats, bootstrap, coin, elo, interval
from workflow_scripts.report.abx.key import read_keys
from workflow_scripts.report.abx.votes import Vote, read_votes
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_json, write_text
from workflow_scripts.workflow.html_page import counted
from workflow_scripts.workflow.outputs import check_outputs
from workflow_scripts.workflow.provenance import code_version, versions

if TYPE_CHECKING:
    import numpy.typing as npt

DRAWS, SEED = 2000, 1
# Below so many voters intervals are too narrow (docs/abx.md has how often they cover).
ENOUGH = 8
FEW = f"Votes of {{}}: with fewer than {ENOUGH} voters the intervals are narrower than they should be."
COLUMNS = (
    *("model", "elo", "low", "high", "songs_low", "songs_high", "coin_low", "coin_high", "p"),
    *("votes", "wins", "ties", "losses", "win_rate"),
)


def scores(votes: Sequence[Vote], models: Sequence[str], seed: int = SEED) -> dict[str, Any]:
    """Return what is written.

    A pair's first vote counts for the ratings, its repetition for the voter's consistency alone.

    Args:
        votes: of all voters, see `read_votes`.
        models: all that were shown.
        seed: of the bootstrap and of the coins.

    Returns:
        `models`: a row per model, best first, with COLUMNS; None where nothing can be said. `win_rates`: {model:
        {other: share of votes for the model, ties half}}. `voters`: {voter: votes, repeats, consistent, left_share}.
        `total`: the same of all.
    """
    first = [vote for vote in votes if not vote.repeat]
    ratings = elo(_wins(first, models))
    rng = np.random.default_rng(seed)
    by_voter = _bounds(_grouped(first, models, lambda vote: vote.voter), rng)
    by_song = _bounds(_grouped(first, models, lambda vote: vote.left.song), rng)
    decided = _meetings([vote for vote in first if vote.preferred], models)
    ties = _meetings([vote for vote in first if not vote.preferred], models)
    thrown = coin(decided, ties, rng, DRAWS)
    rows = []
    for place, model in enumerate(models):
        row: dict[str, Any] = {"model": model, **_counts(first, model)}
        if row["votes"]:
            row["elo"] = float(ratings[place])
            for name, bounds in (("", by_voter), ("songs_", by_song), ("coin_", interval(thrown))):
                if bounds is not None:
                    row[f"{name}low"], row[f"{name}high"] = (float(bound[place]) for bound in bounds)
            away = np.abs(thrown[:, place] - MEAN) >= abs(ratings[place] - MEAN) - 1e-6
            row["p"] = float((1 + away.sum()) / (1 + DRAWS))
        rows.append({column: row.get(column) for column in COLUMNS})
    rows.sort(key=lambda row: (row["elo"] is None, -(row["elo"] or 0), row["model"]))
    voters = sorted({vote.voter for vote in votes})
    return {
        "models": rows,
        "win_rates": _win_rates(first, models),
        "voters": {voter: _behaviour([vote for vote in votes if vote.voter == voter]) for voter in voters},
        "total": _behaviour(votes) | {"voters": len(voters), "songs": len({vote.left.song for vote in votes})},
    }


def _wins(votes: Sequence[Vote], models: Sequence[str]) -> Floats:
    """Return (M, M) how often the row was preferred to the column; a tie is half a win of each."""
    place = {model: number for number, model in enumerate(models)}
    wins = np.zeros((len(models), len(models)))
    for vote in votes:
        left, right = place[vote.left.model], place[vote.right.model]
        share = {"left": 1.0, "right": 0.0, "tie": 0.5}[vote.answer]
        wins[left, right] += share
        wins[right, left] += 1 - share
    return wins


def _meetings(votes: Sequence[Vote], models: Sequence[str]) -> "npt.NDArray[np.int64]":
    wins = _wins(votes, models)
    return np.rint(wins + wins.T).astype(np.int64)


def _grouped(votes: Sequence[Vote], models: Sequence[str], group: Callable[[Vote], str]) -> Floats:
    names = sorted({group(vote) for vote in votes})
    return np.array([_wins([vote for vote in votes if group(vote) == name], models) for name in names])


def _counts(votes: Sequence[Vote], model: str) -> dict[str, Any]:
    own = Counter(
        "wins" if vote.preferred == model else "losses" if vote.preferred else "ties"
        for vote in votes
        if model in (vote.left.model, vote.right.model)
    )
    total = own.total()
    rate = (own["wins"] + own["ties"] / 2) / total if total else None
    return {"votes": total, "wins": own["wins"], "ties": own["ties"], "losses": own["losses"], "win_rate": rate}


def _bounds(wins: Floats, rng: np.random.Generator) -> tuple[Floats, Floats] | None:
    draws = bootstrap(wins, rng, DRAWS)
    return None if draws is None else interval(draws, len(wins))


def _win_rates(votes: Sequence[Vote], models: Sequence[str]) -> dict[str, dict[str, float]]:
    wins = _wins(votes, models)
    return {
        model: {
            other: float(wins[row, column] / (wins[row, column] + wins[column, row]))
            for column, other in enumerate(models)
            if wins[row, column] + wins[column, row]
        }
        for row, model in enumerate(models)
    }


def _behaviour(votes: Sequence[Vote]) -> dict[str, Any]:
    """Return how many votes there are, how often repeated pairs got the same answer, how often the left side won."""
    before = {(vote.voter, vote.pair): vote.preferred for vote in votes if not vote.repeat}
    repeated = [vote for vote in votes if vote.repeat and (vote.voter, vote.pair) in before]
    same = [vote.preferred == before[vote.voter, vote.pair] for vote in repeated]
    decided = [vote.answer for vote in votes if vote.preferred]
    return {
        "votes": len(votes),
        "repeats": len(same),
        "consistent": sum(same) / len(same) if same else None,
        "left_share": decided.count("left") / len(decided) if decided else None,
    }


def _table(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(column, row[column]) for column in COLUMNS])
    return text.getvalue()


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}" if column in ("p", "win_rate") else f"{value:.1f}"
    return str(value)


def main() -> None:
    """Parse the arguments, read votes and keys, write the scores, and say them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("votes", type=Path, nargs="*", help="files that voters saved, CSV")
    parser.add_argument("--key", type=Path, nargs="+", required=True, help="results/abx_key.tsv, and older ones")
    parser.add_argument("--output", type=Path, default=Path("results"), help="folder to write into (%(default)s)")
    arguments = parser.parse_args()
    table, details = arguments.output / "abx_scores.csv", arguments.output / "abx_scores.json"
    check_outputs([table, details], [*arguments.votes, *arguments.key])
    clips = read_keys(arguments.key)
    votes, replaced = read_votes(arguments.votes, clips)
    if not any(not vote.repeat for vote in votes):
        raise UserError(
            "there are no votes yet: let people open index.html in results/abx, and put the files they save into votes/"
        )
    if replaced:
        print(  # noqa: T201
            f"{counted(replaced, 'vote')} replaced by later ones of the same voter on the same pair. Two people who"
            " chose one name look like this as well: give one of them another name in their file",
            file=sys.stderr,
        )
    found = scores(votes, sorted({clip.model for clip in clips.values()}))
    made_by = {"code": code_version("workflow_scripts.report.abx.scores"), "versions": versions("numpy")}
    prior = f"{PRIOR_TIES:g} tie of each model with an imagined one of rating {MEAN:g} is added to the votes"
    settings = {"regularisation": prior, "level": 0.95, "draws": DRAWS, "seed": SEED}
    voters = found["total"]["voters"]
    found["note"] = FEW.format(counted(voters, "voter")) if voters < ENOUGH else ""
    write_json(details, found | {"replaced": replaced, "settings": settings, "made_by": made_by})
    write_text(table, _table(found["models"]))
    print(_table(found["models"]), end="")  # noqa: T201
    if found["note"]:
        print(found["note"], file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
