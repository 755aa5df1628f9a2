"""Listen to the sound of a video, in one pass: where it is silent, and where somebody merely talks.

Talk is told from music by what Scheirer and Slaney (ICASSP 1997) and Saunders (ICASSP 1996) found to separate them,
chosen and set on recordings (see `is_talk`). Doubt counts for the music.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workflow_scripts.collect.cutting.segments import Stretch
from workflow_scripts.collect.cutting.watching import INDEXED
from workflow_scripts.workflow.media import CONTAINERS, MediaError

RATE = 16_000  # Hz
LEVEL_S = 0.05
# Silence is so far below the loud moments of the same sound, or below what 16 bits and a codec keep, in dB. The
# dynamics of the songs tested (orchestra, ballads, dance) stay within 40 dB, rests of up to 1 s apart.
BELOW_LOUD, FLOOR = 40.0, -70.0
SILENCE_S, SILENCE_INSIDE_S = 1.0, 2.0
TALK_WINDOW_S, TALK_S = 5, 8.0  # judged together; shorter talk (a shout, an announced title) stays

# Set on windows of 5 s: 76 of speech (six synthetic voices in five languages; also with noise at 25 dB and with echo)
# and 3190 of music (56 recordings and the demo songs). 92 to 100 % of the speech passes all five, 0.15 % of the music.
PAUSES = 0.26  # share of time at less than half the mean amplitude: 0.27-0.5 in speech (5-95 %), 0-0.32 in music
BASS = 0.03  # share of energy below 75 Hz, where no voice is: up to 0.01; 0-0.6
STEADY = 0.45  # correlation of spectra 0.3 s apart in loud moments, as tones last or recur: 0.2-0.42; 0.35-0.97
PULSE = 0.5  # highest autocorrelation of onsets at 0.3 to 2 s: 0.14-0.39; 0.12-0.98 (claps and steps recur)
HISSING = 7.0  # dB; how much the balance of consonants (above 3 kHz) and vowels changes: 7.3-15; 1.5-10

_HOP, _FRAME = 160, 512  # samples: 10 ms, 32 ms; so a bin of the spectrum is 31 Hz wide
_BASS, _VOWELS, _TONES, _HISS = slice(1, 3), slice(4, 32), slice(1, 101), slice(96, 257)  # bins
_BANDS = np.unique(np.round(np.geomspace(3, 240, 25)).astype(int))  # first bins: 94 Hz to 7.5 kHz
_APART, _LAGS = 30, slice(30, 201)  # hops
_LOUD = 0.01  # of the power of the loud moments
_BEFORE_S = 1.0  # decoded before what is wanted, since a codec's first frames may lack what they build on

Spectra = npt.NDArray[np.float32]  # (hops, 257), power


def listen(media: Path, start_s: float, end_s: float, silence: bool, talk: bool) -> list[Stretch]:
    """Return the stretches from `start_s` to `end_s` of reason "silence" and "speech", as asked for.

    Where there is no sound (it ends before the picture does) it is silent.

    Raises:
        MediaError: the sound cannot be decoded.
    """
    levels: list[npt.NDArray[np.float32]] = []
    recent: deque[Spectra] = deque(maxlen=TALK_WINDOW_S)
    judged: list[bool] = []
    for second in _seconds(media, start_s, end_s):
        levels.append(_levels(second[:RATE]))
        if talk:
            recent.append(_spectra(second))
            judged.append(len(recent) == TALK_WINDOW_S and is_talk(np.concatenate(recent)))
    found = _silence(np.concatenate(levels), start_s, end_s) if silence and levels else []
    return found + _talk(judged, start_s, end_s)


def is_talk(power: Spectra) -> bool:
    """Tell whether a few seconds of sound are nothing but speech.

    All must hold: there are pauses, no bass, no lasting tones, no pulse (the pulse clarity of Lartillot et al., ISMIR
    2008), and hissing consonants alternate with vowels. Loudness does not matter.
    """
    energy = power.sum(axis=1)
    mean = float(energy.mean())
    if 10 * np.log10(mean + 1e-12) < FLOOR:
        return False
    amplitude = np.sqrt(energy)
    if np.mean(amplitude < 0.5 * amplitude.mean()) < PAUSES or power[:, _BASS].sum() > BASS * energy.sum():
        return False
    floor = 1e-6 * mean
    loud = energy > _LOUD * np.percentile(energy, 90)
    balance = np.log10((power[:, _HISS].sum(axis=1) + floor) / (power[:, _VOWELS].sum(axis=1) + floor))
    if 10 * balance[loud].std() < HISSING:
        return False
    return _steadiness(np.log(power[:, _TONES] + floor), loud) < STEADY and _pulse(power, floor) < PULSE


def _steadiness(spectra: Spectra, loud: npt.NDArray[np.bool_]) -> float:
    shape = spectra - spectra.mean(axis=1, keepdims=True)
    shape /= np.linalg.norm(shape, axis=1, keepdims=True) + 1e-9
    both = loud[:-_APART] & loud[_APART:]
    return float(np.median((shape[:-_APART] * shape[_APART:]).sum(axis=1)[both])) if both.any() else 1.0


def _pulse(power: Spectra, floor: float) -> float:
    bands = np.log(np.add.reduceat(power, _BANDS[:-1], axis=1) + floor)
    onsets = np.maximum(np.diff(bands, axis=0), 0).mean(axis=1)
    onsets = onsets - onsets.mean()
    size = len(onsets)
    correlation = np.fft.irfft(np.abs(np.fft.rfft(onsets, 2 * size)) ** 2)[:size]
    correlation /= 1 - np.arange(size) / size  # as if the sound went on
    return float(correlation[_LAGS].max() / (correlation[0] + 1e-9))


def _seconds(media: Path, start_s: float, end_s: float) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the sound second by second, mono, -1 to 1, each with the beginning of the next to fill its last frames."""
    wanted = round((end_s - start_s) * RATE)
    extra = _FRAME - _HOP
    held = np.zeros(0, np.float32)
    given = 0
    for samples in _samples(media, start_s):
        held = np.concatenate([held, samples])
        while len(held) >= RATE + extra and given < wanted:
            yield held[: RATE + extra]
            held, given = held[RATE:], given + RATE
        if given >= wanted:
            return
    while given < wanted:
        yield np.pad(held, (0, max(0, RATE + extra - len(held))))[: RATE + extra]
        held, given = held[RATE:], given + RATE


def _samples(media: Path, start_s: float) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the sound from `start_s` on in blocks, with silence where there is none."""
    import av

    try:
        with av.open(str(media), options={"format_whitelist": CONTAINERS}, metadata_errors="replace") as container:
            stream = container.streams.audio[0]
            resampler, form = av.AudioResampler("flt", "mono", RATE), None
            origin = (container.start_time or 0) / av.time_base
            if start_s > _BEFORE_S and media.suffix in INDEXED:
                container.seek(int((start_s - _BEFORE_S + origin) * av.time_base))
            position = 0  # samples given
            for packet in container.demux(stream):
                with suppress(av.error.FFmpegError):  # a damaged packet: what it held is missing
                    for frame in packet.decode():
                        if form not in (None, (frame.layout.name, frame.sample_rate)):  # changes within a broadcast
                            resampler = av.AudioResampler("flt", "mono", RATE)
                        form = (frame.layout.name, frame.sample_rate)
                        time_s = None if frame.time is None else frame.time - origin - start_s
                        frame.pts = None  # gaps are ours to fill
                        samples = np.concatenate([part.to_ndarray()[0] for part in resampler.resample(frame)] or [[]])
                        at = position if time_s is None else round(time_s * RATE)
                        gap = at - position
                        if abs(gap) <= RATE // 50 and position:
                            gap = 0  # the resampler's delay, and times rounded by the container
                        samples = samples[max(0, -gap) :].astype(np.float32)
                        while gap > 0:  # by the second: a gap may be long
                            yield np.zeros(min(gap, RATE), np.float32)
                            gap -= RATE
                            position = at
                        position += len(samples)
                        yield samples
    except (av.error.FFmpegError, IndexError) as error:
        raise MediaError(f"{media}: its sound cannot be decoded ({error})") from error


def _levels(second: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    blocks = second.reshape(-1, round(LEVEL_S * RATE))
    return (10 * np.log10((blocks**2).mean(axis=1) + 1e-12)).astype(np.float32)


def _spectra(second: npt.NDArray[np.float32]) -> Spectra:
    frames = np.lib.stride_tricks.sliding_window_view(second, _FRAME)[::_HOP] * np.hanning(_FRAME).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2 / _FRAME**2
    return power.astype(np.float32)


def _silence(levels: npt.NDArray[np.float32], start_s: float, end_s: float) -> list[Stretch]:
    quiet = levels < max(float(np.percentile(levels, 95)) - BELOW_LOUD, FLOOR)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]]))).tolist()
    runs = zip(edges[::2], edges[1::2], strict=True)
    times = [(start_s + first * LEVEL_S, min(start_s + last * LEVEL_S, end_s)) for first, last in runs]
    return [Stretch(start, end, "silence", SILENCE_INSIDE_S) for start, end in times if end - start >= SILENCE_S]


def _talk(judged: list[bool], start_s: float, end_s: float) -> list[Stretch]:
    """Join the windows of talk; each ends with the second it was judged at."""
    stretches: list[Stretch] = []
    for number, is_speech in enumerate(judged):
        if is_speech:
            start, end = start_s + number + 1 - TALK_WINDOW_S, min(start_s + number + 1, end_s)
            if stretches and start <= stretches[-1].end_s:
                start = stretches.pop().start_s
            stretches.append(Stretch(start, end, "speech", 0.0))
    return [stretch for stretch in stretches if stretch.end_s - stretch.start_s >= TALK_S]
