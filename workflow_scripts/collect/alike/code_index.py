"""An inverted index of codes: which recordings have codes in common, without comparing all with all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.collect.alike.sound_code import CODES_PER_S, NOTHING, Codes

Indices = npt.NDArray[np.int64]

_TABLES, _KEY_BITS = 3, 21  # three keys of 21 bits fit a code; at least one key must survive unharmed somewhere
_NEIGHBOURS = 32  # entries of one key that are compared with each: a song that thousands share stays linear
# Share of bits in which the codes of a hit, and those around it, may differ. The first is small since a third of the
# bits are equal already; the other is wider than what counts as alike in the end.
_MAX_HERE, _MAX_AROUND = 0.25, 0.34
_CONTEXT = np.arange(-2 * CODES_PER_S, 2 * CODES_PER_S + 1, CODES_PER_S // 2)


@dataclass(frozen=True)
class Hits:
    """Codes in common, by timeline: code `here[k]` of timeline `first[k]` and `there[k]` of `second[k]`, later one."""

    first: Indices
    second: Indices
    here: Indices
    there: Indices

    def pairs(self) -> Iterator[tuple[int, int, Indices, Indices]]:
        """Yield (first, second, here, there) for every pair of timelines, in order."""
        order = np.lexsort((self.there, self.here, self.second, self.first))
        first, second = self.first[order], self.second[order]
        starts = np.flatnonzero(np.diff(first, prepend=-1) | np.diff(second, prepend=-1))
        for start, end in zip(starts, np.append(starts[1:], len(order)), strict=False):
            part = order[start:end]
            yield int(first[start]), int(second[start]), self.here[part], self.there[part]


def common_codes(timelines: Sequence[Codes]) -> Hits:
    """Return the places at which two different timelines sound (or look) alike.

    A place is found if one of three parts of a code is equal in both, and confirmed by the codes two seconds around it.
    """
    codes = np.concatenate([np.zeros(0, np.uint64), *timelines])
    sizes = np.array([len(timeline) for timeline in timelines], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    owner = np.repeat(np.arange(len(timelines)), sizes)
    parts = [_confirmed(codes, owner, *part) for table in range(_TABLES) for part in _equal(codes, owner, table)]
    found = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *parts]), axis=0)
    first, second = owner[found[:, 0]], owner[found[:, 1]]
    return Hits(first, second, found[:, 0] - starts[first], found[:, 1] - starts[second])


def _equal(codes: Codes, owner: Indices, table: int) -> Iterator[tuple[Indices, Indices]]:
    """Yield pairs of places of different timelines whose codes have one key in common, the earlier place first."""
    keys = ((codes >> np.uint64(_KEY_BITS * table)) & np.uint64(2**_KEY_BITS - 1)).astype(np.int32)
    # A held tone repeats its code: its first one stands for all.
    new = (codes != NOTHING) & (np.diff(keys, prepend=-1).astype(bool) | np.diff(owner, prepend=-1).astype(bool))
    places = np.flatnonzero(new)
    places = places[np.argsort(keys[places], kind="stable")]
    keys = keys[places]
    here = np.arange(len(places))
    for distance in range(1, _NEIGHBOURS + 1):
        here = here[here < len(places) - distance]
        here = here[keys[here] == keys[here + distance]]
        one, other = places[here], places[here + distance]
        different = owner[one] != owner[other]
        yield one[different], other[different]


def _confirmed(codes: Codes, owner: Indices, one: Indices, other: Indices) -> Indices:
    """Return as (K, 2) the pairs of places around which the codes differ in few bits."""
    near = np.bitwise_count(codes[one] ^ codes[other]) <= _MAX_HERE * 64
    one, other = one[near], other[near]
    errors, count = np.zeros(len(one)), np.zeros(len(one))
    for step in _CONTEXT:
        a, b = np.clip(one + step, 0, len(codes) - 1), np.clip(other + step, 0, len(codes) - 1)
        inside = (owner[a] == owner[one]) & (owner[b] == owner[other])
        inside &= (codes[a] != NOTHING) & (codes[b] != NOTHING)
        errors += np.where(inside, np.bitwise_count(codes[a] ^ codes[b]), 0)
        count += inside
    good = errors <= _MAX_AROUND * 64 * count
    return np.stack([one[good], other[good]], axis=1)
