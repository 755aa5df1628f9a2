"""Music along a bent time axis at its own pitch, its attacks untouched.

Overlap-add of windows whose places are found by similarity (WSOLA: Verhelst and Roelands, "An overlap-add technique
based on waveform similarity for high quality time-scale modification of speech", ICASSP 1993). Around an onset windows
are copied from their exact places, so that each attack is heard once, as sharp as it was; what lies between attacks is
stretched for it (Duxbury, Davies and Sandler, "Improved time-scaling of musical audio using phase locking at
transients", AES 2002).
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

HOP_S = 0.0116  # half a window
REACH_S = 0.02  # how far from its place a window may be taken: a period of the deepest bass
BEFORE_S, AFTER_S = 0.018, 0.07  # of an onset, copied as they are
CLEAR_S = 0.003  # windows before an attack end so long before it
LEAST_GAP_S = 0.06  # onsets nearer to one another are one attack


def warp_knots(out: Floats, source: Floats, onsets: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a map with unit slope around onsets: knots (K,) in seconds of the result, and of the source, and onsets.

    Args:
        out, source: (n,) corresponding seconds, ascending; the map is linear between them and ends with them.
        onsets: (N,) seconds of the source, ascending.

    Returns:
        Knots of the result and of the source, and the onsets (M,) of the source that are kept, ascending.
    """
    onsets = onsets[(onsets > source[0] + BEFORE_S) & (onsets < source[-1] - BEFORE_S)]
    places = np.interp(onsets, source, out)
    if not len(onsets):
        return out, source, onsets
    # Of a gap between two onsets, in both time axes, three fifths are copied at most.
    edges_out, edges_source = np.concatenate([[out[0]], places, [out[-1]]]), [source[0], *onsets, source[-1]]
    gap = 0.6 * np.minimum(np.diff(edges_out), np.diff(edges_source))
    before = np.minimum(BEFORE_S, 0.3 * gap[:-1])
    after = np.minimum(AFTER_S, gap[1:] - np.minimum(BEFORE_S, 0.3 * gap[1:]))
    locked_out = np.stack([places - before, places + after], axis=1)
    locked_source = np.stack([onsets - before, onsets + after], axis=1)
    # The ends of the map, and what knots are clear of every attack, in both time axes, stay.
    inside = _within(out, locked_out) | _within(source, locked_source)
    inside[[0, -1]] = False
    knots_out = np.concatenate([out[~inside], locked_out.ravel()])
    knots_source = np.concatenate([source[~inside], locked_source.ravel()])
    order = np.argsort(knots_out, kind="stable")
    return knots_out[order], knots_source[order], onsets


def _within(times: Floats, stretches: Floats) -> npt.NDArray[np.bool_]:
    """Return which times lie within one of stretches (M, 2), ascending and disjoint, ends included."""
    return np.asarray((np.searchsorted(stretches.ravel(), times, side="right") % 2 == 1) | np.isin(times, stretches))


def separate(onsets: Floats, strengths: Floats) -> Floats:
    """Return onsets (seconds, ascending) at least `LEAST_GAP_S` apart: of those that are nearer, the stronger."""
    kept: list[int] = []
    for number in range(len(onsets)):
        if kept and onsets[number] - onsets[kept[-1]] < LEAST_GAP_S:
            if strengths[number] > strengths[kept[-1]]:
                kept[-1] = number
        else:
            kept.append(number)
    return onsets[kept]


def warped(samples: Floats, rate: int, out: Floats, source: Floats, onsets: Floats, first: int, last: int) -> Floats:
    """Return samples [first, last) of the result, (last - first, channels) float32.

    Args:
        samples: (N, channels) of the source; silence is before and after.
        rate: samples per second.
        out, source: (n,) seconds of the result and of the source that correspond, ascending; beyond the ends the map
            goes on at the pace of the source.
        onsets: (N,) seconds of the source, of its attacks, ascending.
        first, last: in samples of the result.
    """
    hop = max(round(HOP_S * rate), 1)
    reach, clear = round(REACH_S * rate), round(CLEAR_S * rate)
    knots_out, knots_source, onsets = warp_knots(out, source, onsets)
    window = (0.5 - 0.5 * np.cos(np.pi * np.arange(2 * hop) / hop)).astype(np.float32)
    count = -(-(last - first) // hop) + 1
    centres = first + hop * np.arange(count)
    wanted = _mapped(centres / rate, knots_out, knots_source) * rate
    places = np.interp(onsets, knots_source, knots_out)
    exact = _locked(centres / rate, places, knots_out) if len(onsets) else np.zeros(count, bool)
    attack = np.round(onsets * rate).astype(np.int64)
    following = np.searchsorted(places * rate, centres)
    margin = 2 * hop + reach + clear
    padded, origin = _padded(samples, round(wanted.min()) - 2 * margin, round(wanted.max()) + 2 * margin)
    mono = padded.mean(axis=1)
    result = np.zeros(((count + 1) * hop, samples.shape[1]), dtype=np.float32)
    centre = 0
    for number in range(count):
        goal, onward = round(float(wanted[number])), centre + hop
        if exact[number] or number == 0:
            # Half a sample is not rounded now up, now down: an attack is one piece.
            centre = onward if number and exact[number - 1] and abs(onward - goal) <= 1 else goal
        else:
            lowest, highest = goal - reach, goal + reach
            if following[number] < len(attack):  # not yet the attack to come
                highest = min(highest, max(int(attack[following[number]]) - clear - hop, goal))
            if lowest <= onward <= highest:
                centre = onward
            else:
                centre = _most_alike(
                    mono, onward - hop - origin, lowest - hop - origin, highest - hop - origin, 2 * hop
                )
                centre += hop + origin
        begin = centre - hop - origin
        result[number * hop : (number + 2) * hop] += window[:, None] * padded[begin : begin + 2 * hop]
    return result[hop : hop + last - first]


def _mapped(times: Floats, out: Floats, source: Floats) -> Floats:
    """Return the places in the source; before the first knot and after the last at the pace of the source."""
    inside = np.interp(times, out, source)
    return inside + np.minimum(times - out[0], 0) + np.maximum(times - out[-1], 0)


def _locked(times: Floats, places: Floats, out: Floats) -> npt.NDArray[np.bool_]:
    """Return which times are copied as they are: those between the knots before and after the place of an attack."""
    left = np.searchsorted(out, places, side="right") - 1
    begins, ends = out[left], out[np.minimum(left + 1, len(out) - 1)]
    number = np.searchsorted(begins, times, side="right") - 1
    return np.asarray((number >= 0) & (times <= ends[np.maximum(number, 0)]))


def _padded(samples: Floats, first: int, last: int) -> tuple[Floats, int]:
    """Return samples [first, last) with silence beyond either end, and `first`."""
    part = samples[max(first, 0) : max(last, 0)]
    before = min(max(-first, 0), last - first)
    return np.pad(part, [(before, last - first - before - len(part)), (0, 0)]), first


def _most_alike(mono: Floats, target: int, lowest: int, highest: int, size: int) -> int:
    """Return where, from `lowest` to `highest`, a window begins that is most like the one that begins at `target`."""
    target = min(max(target, 0), len(mono) - size)
    pattern = mono[target : target + size]
    region = mono[lowest : highest + size]
    likeness = np.correlate(region, pattern, "valid")
    sums = np.concatenate([[0.0], np.cumsum(np.square(region, dtype=np.float64))])
    energy = np.maximum(sums[size:] - sums[:-size], 1e-9)
    return lowest + int(np.argmax(likeness / np.sqrt(energy)))
