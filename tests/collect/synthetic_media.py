"""Tiny media with a known truth: every picture shows its own number, every moment of the sound is recognisable."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workflow_scripts.workflow.media import run_ffmpeg, video_writer

RATE = 44100
BLOCK = 16  # px; one bit of the number, big enough to survive any codec
BITS = 8


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
