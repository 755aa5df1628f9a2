"""Every pair once, and every stretch fair."""

from collections import Counter
from itertools import combinations

import pytest

from workflow_scripts.report.abx.pairs import paired, repeats


def clips(models: int, dances: int) -> dict[tuple[str, str], str]:
    return {(f"m{m}", f"d{d}"): f"m{m} d{d}" for m in range(models) for d in range(dances)}


@pytest.mark.parametrize(("models", "dances"), [(2, 1), (2, 7), (3, 3), (4, 5), (5, 3)])
def test_every_two_models_meet_once_on_every_dance(models: int, dances: int) -> None:
    found = Counter(frozenset(pair) for pair in paired(clips(models, dances), 1))
    expected = {
        frozenset((f"m{a} d{d}", f"m{b} d{d}")) for a, b in combinations(range(models), 2) for d in range(dances)
    }
    assert set(found) == expected
    assert set(found.values()) == {1}


@pytest.mark.parametrize("models", [2, 3, 4, 5])
def test_a_round_has_all_pairs_of_models_and_two_rounds_balanced_sides(models: int) -> None:
    pairs = paired(clips(models, 6), 1)
    size = models * (models - 1) // 2
    for start in range(0, len(pairs), size):
        met = {frozenset(clip.split()[0] for clip in pair) for pair in pairs[start : start + size]}
        assert len(met) == size
        sides = Counter(pair[0].split()[0] for pair in pairs[start : start + size])
        assert all(abs(2 * sides[f"m{m}"] - (models - 1)) <= 1 for m in range(models))
    left = Counter(pair[0].split()[0] for pair in pairs)
    assert set(left.values()) == {3 * (models - 1)}


def test_the_seed_decides_the_order() -> None:
    assert paired(clips(4, 4), 1) == paired(clips(4, 4), 1)
    assert paired(clips(4, 4), 1) != paired(clips(4, 4), 2)


def test_a_tenth_is_asked_again() -> None:
    assert [repeats(count) for count in (1, 3, 4, 10, 20, 34)] == [0, 0, 1, 1, 2, 3]
