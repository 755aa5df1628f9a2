"""Tiny media with a known truth: every picture shows its own number, every moment of the sound is recognisable."""

import itertools
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workflow_scripts.workflow.media import run_ffmpeg, video_writer

RATE = 44100
BLOCK = 16  # px; one bit of the number, big enough to survive any codec
BITS = 8
VOWELS = (
    (280, 2250, 2890),
    (400, 1900, 2550),
    (690, 1660, 2490),
    (710, 1100, 2540),
    (450, 800, 2830),
    (310, 870, 2250),
)


def noise(seconds: float, seed: int = 1) -> npt.NDArray[np.int16]:
    """Stereo noise (N, 2), below 5 kHz so that every codec keeps it; its autocorrelation is one sharp peak."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((round(seconds * RATE) + 16, 2))
    smooth = sum(white[shift : len(white) - 16 + shift] for shift in range(8)) / 8
    return (smooth * 6000).clip(-32768, 32767).astype(np.int16)


def write_wav(path: Path, samples: npt.NDArray[np.int16]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> npt.NDArray[np.int16]:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def numbered_video(path: Path, seconds: float, fps: float, sound: float | None = None) -> Path:
    """An MP4 of 128x64 px whose frame n shows n in binary (upper half), with `sound` (as long if None) s of `noise`."""
    audio = write_wav(path.with_suffix(".sound.wav"), noise(seconds if sound is None else sound))
    raw = path.with_suffix(".raw.mp4")
    with video_writer(raw, BITS * BLOCK, 4 * BLOCK, fps) as sink:
        for number in range(round(seconds * fps)):
            bits = np.array([number >> bit & 1 for bit in range(BITS)], dtype=np.uint8) * 255
            picture = np.full((4 * BLOCK, BITS * BLOCK, 3), 128, np.uint8)
            picture[: 2 * BLOCK] = np.repeat(bits, BLOCK)[None, :, None]
            sink.write(picture)
    run_ffmpeg(["-i", raw, "-i", audio, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", path], path)
    raw.unlink()
    audio.unlink()
    return path


def film(path: Path, pictures: Iterable[npt.NDArray[np.uint8]], fps: float, sound: npt.NDArray[np.int16]) -> Path:
    """A video (suffix as wanted) of RGB pictures with a sound."""
    audio, raw = write_wav(path.with_suffix(".sound.wav"), sound), path.with_suffix(".raw.mp4")
    pictures = iter(pictures)
    first = next(pictures)
    with video_writer(raw, first.shape[1], first.shape[0], fps) as sink:
        for picture in itertools.chain([first], pictures):
            sink.write(picture)
    run_ffmpeg(["-i", raw, "-i", audio, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", path], path)
    raw.unlink()
    audio.unlink()
    return path


def scene(seed: int, frames: int, first_number: int = 0) -> Iterator[npt.NDArray[np.uint8]]:
    """A shot of a place of its own, 256x144 px, in which something bright dances, each picture with its number."""
    rng = np.random.default_rng(seed)
    place = np.kron(rng.integers(20, 200, (9, 16, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    for frame in range(frames):
        picture = place.copy()
        x, y = 110 + round(70 * np.sin(frame / 6 + seed)), 70 + round(25 * np.cos(frame / 4))
        picture[y - 30 : y + 30, x - 14 : x + 14] = 255 - place[60, 120]
        bits = np.array([first_number + frame >> bit & 1 for bit in range(BITS)], dtype=np.uint8) * 255
        picture[8:24, : BITS * BLOCK] = np.repeat(bits, BLOCK)[None, :, None]
        yield picture


def blank(frames: int, value: int = 0) -> Iterator[npt.NDArray[np.uint8]]:
    """Pictures of one gray, as large as those of `scene`."""
    return itertools.repeat(np.full((144, 256, 3), value, np.uint8), frames)


def stereo(mono: npt.NDArray[np.floating]) -> npt.NDArray[np.int16]:
    """Sound of -1 to 1 as 16 bits in two channels."""
    return np.repeat((mono.clip(-1, 1) * 32767).astype(np.int16)[:, None], 2, axis=1)


def silence(seconds: float) -> npt.NDArray[np.int16]:
    return np.zeros((round(seconds * RATE), 2), np.int16)


def song(seconds: float, seed: int = 1, bpm: float = 120.0, loudness: float = 0.5) -> npt.NDArray[np.int16]:
    """Drums and chords on the beat."""
    time = np.arange(round(seconds * RATE)) / RATE
    beat = time * bpm / 60 % 1 * 60 / bpm  # seconds since the last beat
    rng = np.random.default_rng(seed)
    kick = np.sin(2 * np.pi * (50 * beat + 3 * (1 - np.exp(-30 * beat)))) * np.exp(-12 * beat)
    hat = rng.standard_normal(len(time)) * np.exp(-60 * ((beat + 30 / bpm) % (60 / bpm)))
    chord = sum(np.sin(2 * np.pi * note * time) for note in 220 * 2 ** (rng.choice(12, 3, replace=False) / 12))
    return stereo(loudness * (0.5 * kick + 0.1 * hat + 0.1 * chord))


def speech(seconds: float, seed: int = 1, loudness: float = 0.5) -> npt.NDArray[np.int16]:
    """Syllables as a voice makes them: a hiss, then a buzz that glides, through formants that differ; and pauses."""
    from scipy.signal import butter, lfilter, sosfilt

    rng = np.random.default_rng(seed)
    hiss_band = butter(4, (3500, 7500), "bandpass", fs=RATE, output="sos")
    parts: list[npt.NDArray[np.floating]] = []
    while sum(map(len, parts)) < seconds * RATE:
        for _ in range(rng.integers(3, 9)):
            count = round(rng.uniform(0.09, 0.26) * RATE)
            pitch = np.linspace(*(rng.uniform(95, 190) * rng.uniform(0.85, 1.2, 2)), count)
            buzz = np.cumsum(pitch / RATE) % 1 - 0.5
            radius = np.exp(-np.pi * 70 / RATE)
            vowel = np.zeros(count)
            for formant, gain in zip(VOWELS[rng.integers(len(VOWELS))], (1.0, 0.8, 0.4), strict=True):
                angle = 2 * np.pi * formant * rng.uniform(0.9, 1.1) / RATE
                vowel += gain * np.sin(angle) * lfilter([1], [1, -2 * radius * np.cos(angle), radius**2], buzz)
            vowel *= np.hanning(count) ** 0.5 / (np.abs(vowel).max() + 1e-9)
            if rng.random() < 0.75:
                hiss = sosfilt(hiss_band, rng.standard_normal(round(rng.uniform(0.05, 0.12) * RATE)))
                parts.append(0.3 * hiss / np.abs(hiss).max())
            parts += [rng.uniform(0.4, 1.0) * vowel, np.zeros(round(rng.uniform(0.0, 0.06) * RATE))]
        parts.append(np.zeros(round(rng.uniform(0.25, 0.7) * RATE)))
    voice = np.concatenate(parts)[: round(seconds * RATE)]
    return stereo(loudness * (voice + 0.002 * rng.standard_normal(len(voice))))


def frames_of(path: Path) -> npt.NDArray[np.uint8]:
    """All pictures of a video, (T, height, width) gray, as OpenCV shows them to a pose estimator."""
    import cv2

    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        good, frame = capture.read()
        if not good:
            return np.array(frames)
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


def numbers_of(path: Path) -> npt.NDArray[np.int64]:
    """The numbers that the pictures of a video show."""
    pictures = frames_of(path)
    centres = [bit * BLOCK + BLOCK // 2 for bit in range(BITS)]
    return (pictures[:, BLOCK][:, centres] > 128).astype(np.int64) @ (1 << np.arange(BITS))


def offset_s(part: npt.NDArray[np.int16], whole: npt.NDArray[np.int16]) -> float:
    """Where `part` begins in `whole`, in seconds, by cross-correlation."""
    from scipy.signal import fftconvolve

    correlation = fftconvolve(whole[:, 0].astype(float), part[::-1, 0].astype(float))
    peak = int(np.argmax(correlation))
    energy = np.linalg.norm(part[:, 0].astype(float)) ** 2
    assert correlation[peak] > 0.5 * energy, "the sound is not found again"
    return (peak - len(part) + 1) / RATE
