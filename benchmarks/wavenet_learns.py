"""Whether the WaveNet learns a sound by heart, and whether it listens to the dance it is given.

    python benchmarks/wavenet_learns.py [overfit | listens | both] [--results results] [--settings JSON] [--model DIR]

Needs a finished run of the demo. Both parts train by `train.gradient.fit` on one thread; seconds are processor time.

overfit: the default network, without genre dropout and running mean, learns 2 s of one clip. Told are its
cross-entropy over all samples in nats, and the correlation of log-mel spectrograms (64 ms, every 16 ms, 64 bands, dB)
of the original and of what is generated from the dance alone at `TEMPERATURE`; "centred" is the same less each band's
mean, where it does not help to have the right colour at any time. Beside it: another 2 s of the same clip.

listens: the default settings learn the training clips. Then 10 s are generated (temperature 1) for each training dance:
from the dance, from the dance `SHIFT` frames on, and from the dance of another song. The onset strength of each sound
(librosa, every 10 ms) is correlated with pulses at accents (30 ms wide) at a fixed lag, the one that is best for the
dances' own sounds. Told are, with a bootstrap interval over clips,
  own     correlation with the accents of its own dance, less the mean of those with the other dances' accents
  shift   correlation with the accents of the dance that it was given, less that with the unshifted dance's
  swap    correlation with the accents of the dance that it was given, less that with the dance of that clip
  lag     by how much the best lag against the unshifted accents (within 0.3 s) moves, in ms, when the dance is shifted;
          best is that of the mean over clips, whose tempi differ: music has onsets between its beats, and in one clip
          alone a lag that is half a beat off may be as good (the moves of single clips are printed)
Shown besides: the same `own` for the true sounds, and for the validation dances, which are too few for an interval.
With --model: the folder of a model that the train stage made is asked instead of training one. With --settings nothing
is kept. Writes benchmarks/results/wavenet_learns.json.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import torch
from results.table import keep

from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.models.soundtrack import Corpus, Sampling, Scene
from workflow_scripts.models.wavenet.model import Model, Settings
from workflow_scripts.models.wavenet.mu_law import decode
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.dataset_file import DatasetClip, read_dataset
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.soundtrack.gather_sound import GatheredSounds
from workflow_scripts.soundtrack.generate import load_model
from workflow_scripts.train.gradient import fit

OUTPUT = Path(__file__).parent / "results" / "wavenet_learns.json"
# What is learned by heart: from this second of the first clip on, and the other 2 s it is compared with.
FROM_S, OTHER_S, HEART_S = 4.0, 8.0, 2.0
BY_HEART = {"batch_size": 1, "genre_dropout": 0.0, "ema": 0.0, "learning_rate": 4e-3, "max_epochs": 300}
TEMPERATURE = 0.4
SECONDS, SHIFT, HOP_S, REACH_S, WIDTH_S = 10.0, 6, 0.01, 0.3, 0.03
ENTROPY_TARGET, CORRELATION_TARGET, CPU_TARGET = 1.0, 0.8, 900.0
Row = dict[str, Any]


def corpus_of(results: Path, rate: int) -> Corpus:
    """Return the demo's dances and sounds."""
    dataset = read_dataset(results / "datasets" / "main.h5")
    sounds = GatheredSounds(dataset, results / "clips", rate)
    return Corpus(dataset, {name: sounds[name] for name in sounds}, rate)


def trained(corpus: Corpus, settings: Settings) -> tuple[Model, float]:
    """Return a trained model and the seconds of processor time it took."""
    torch.manual_seed(1)
    model = Model.from_corpus(settings, corpus)
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        history = fit(model, corpus.dataset, 1, Path(folder) / "last.ckpt")
    spent = time.process_time() - start
    last = history[-1]
    print(f"{last.epoch} epochs: {spent:.0f} s; loss {last.train_loss}, validation {last.validation_loss}", flush=True)
    return model, spent


def log_mel(sound: Floats, rate: int) -> Floats:
    """Return decibels (64, T) in mel bands, from -60 of full scale on."""
    power = librosa.feature.melspectrogram(
        y=sound, sr=rate, n_fft=64 * rate // 1000, hop_length=16 * rate // 1000, n_mels=64
    )
    return 10 * np.log10(power + 1e-6)


def correlations(one: Floats, other: Floats, rate: int) -> tuple[float, float]:
    """Return the correlation of two sounds' log-mel spectrograms, and that less each band's mean."""
    first, second = log_mel(one, rate), log_mel(other, rate)
    plain = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    first, second = (each - each.mean(axis=1, keepdims=True) for each in (first, second))
    return float(plain), float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def part_of(clip: DatasetClip, corpus: Corpus, start_s: float) -> Corpus:
    """Return `HEART_S` of one clip as a corpus."""
    fps, rate = corpus.dataset.fps, corpus.rate
    frames = slice(round(start_s * fps), round((start_s + HEART_S) * fps))
    own = replace(clip, motion=clip.motion.part(frames), split="train")
    sound = corpus.sounds[clip.name][round(start_s * rate) : round((start_s + HEART_S) * rate)]
    return Corpus(replace(corpus.dataset, clips=[own]), {own.name: sound}, rate)


def overfit(corpus: Corpus, settings: dict[str, Any]) -> list[Row]:
    """Learn 2 s by heart; print and return what came of it."""
    clip = corpus.dataset.split("train")[0]
    heart = part_of(clip, corpus, FROM_S)
    model, spent = trained(heart, Settings(**(BY_HEART | settings)))
    windows = model.examples(heart.dataset, "train")
    batch = windows.__getitems__(range(len(windows)))
    with torch.no_grad():
        entropy = float(model.loss(batch))
    original = decode(batch["target"][batch["present"] == 1].numpy())
    scene = Scene(heart.dataset.clips[0].motion, corpus.dataset.fps, HEART_S, clip.genre)
    found = {}
    for temperature in (TEMPERATURE, 1.0):
        sampling = Sampling(temperature=temperature)
        generated = model.generate([scene], [np.random.default_rng(0)], sampling)[0][:, 0]
        found[temperature] = plain, centred = correlations(original, generated, model.rate)
        print(f"temperature {temperature}: log-mel correlation {plain:.3f}, centred {centred:.3f}", flush=True)
    elsewhere = part_of(clip, corpus, OTHER_S).sounds[clip.name][:, 0]
    base, base_centred = correlations(original, elsewhere, model.rate)
    print(f"cross-entropy {entropy:.3f} nats; another 2 s of the clip: {base:.3f}, centred {base_centred:.3f}")
    return [
        _row("overfit_cross_entropy", entropy, "nat", float(np.log(256)), ENTROPY_TARGET),
        _row("overfit_log_mel", found[TEMPERATURE][0], "correlation", base, CORRELATION_TARGET),
        _row("overfit_log_mel_centred", found[TEMPERATURE][1], "correlation", base_centred, None),
        _row("overfit_log_mel_as_learned", found[1.0][0], "correlation", base, None),
        _row("overfit_cpu", spent, "s of one core", None, None),
    ]


def onsets(sound: Floats, rate: int) -> Floats:
    """Return the onset strength (T,), every `HOP_S`."""
    return librosa.onset.onset_strength(
        y=sound, sr=rate, n_fft=32 * rate // 1000, hop_length=round(HOP_S * rate), n_mels=32, center=True
    )


def at_lags(strength: Floats, times: Floats) -> Floats:
    """Return the correlation of an onset strength with pulses at some times (s), for each lag within `REACH_S`.

    A lag is how much later the onsets are than the pulses.
    """
    clock = np.arange(len(strength)) * HOP_S
    lags = np.arange(-round(REACH_S / HOP_S), round(REACH_S / HOP_S) + 1) * HOP_S
    found = []
    for lag in lags:
        pulses = np.exp(-0.5 * ((clock[:, None] - times - lag) / WIDTH_S) ** 2).sum(axis=1)
        found.append(np.corrcoef(strength, pulses)[0, 1] if pulses.std() else 0.0)
    return np.nan_to_num(np.array(found))


def moves(before: Floats, after: Floats) -> tuple[float, float, float]:
    """Return by how much the peak of the mean of correlations (clips, lags) moves, ms, and its bootstrap interval."""
    drawn = np.random.default_rng(0).integers(len(before), size=(2000, len(before)))

    def moved(rows: Any) -> Any:
        return 1000 * HOP_S * (after[rows].mean(axis=-2).argmax(axis=-1) - before[rows].mean(axis=-2).argmax(axis=-1))

    low, high = np.quantile(moved(drawn), [0.025, 0.975])
    return float(moved(np.arange(len(before)))), float(low), float(high)


def scenes_of(clips: Sequence[DatasetClip], dances: Sequence[Person], fps: float) -> list[Scene]:
    """Return dances with the genres of clips."""
    return [Scene(dance, fps, SECONDS, clip.genre) for clip, dance in zip(clips, dances, strict=True)]


def listens(corpus: Corpus, model: Model, spent: float | None) -> list[Row]:
    """Generate from dances, shifted dances and others' dances; print and return what the onsets follow."""
    fps, clips = corpus.dataset.fps, corpus.dataset.split("train")
    count, names = len(clips), [clip.name for clip in clips]
    own = [clip.motion for clip in clips]
    other = [_of_another(clips, number).motion for number in range(count)]
    kinds = {"own": own, "shift": [dance.part(slice(SHIFT, None)) for dance in own], "swap": other}
    scenes = [scene for dances in kinds.values() for scene in scenes_of(clips, dances, fps)]
    rngs = [np.random.default_rng([0, number]) for number in range(len(scenes))]
    sounds = iter(model.generate(scenes, rngs, Sampling()))
    strengths = {kind: [onsets(next(sounds)[:, 0], model.rate) for _ in clips] for kind in kinds}
    times = {kind: [accents(dance, fps) for dance in dances] for kind, dances in kinds.items()}
    curves = [at_lags(strength, when) for strength, when in zip(strengths["own"], times["own"], strict=True)]
    best = int(np.mean(curves, axis=0).argmax())
    print(f"onsets come {1000 * (best * HOP_S - REACH_S):.0f} ms after accents")

    def beside_others(strength: Sequence[Floats], lag: int) -> list[float]:
        table = np.array([[at_lags(each, when)[lag] for when in times["own"]] for each in strength])
        apart = (table.sum(axis=1) - np.diag(table)) / (count - 1)
        return list(np.diag(table) - apart)

    values = {"own": beside_others(strengths["own"], best)}
    unshifted = [at_lags(strength, when) for strength, when in zip(strengths["shift"], times["own"], strict=True)]
    for kind in ("shift", "swap"):
        pairs = zip(strengths[kind], times[kind], times["own"], strict=True)
        values[kind] = [at_lags(each, given)[best] - at_lags(each, plain)[best] for each, given, plain in pairs]
    moved = moves(np.array(curves), np.array(unshifted))
    single = [
        1000 * HOP_S * float(after.argmax() - before.argmax()) for after, before in zip(unshifted, curves, strict=True)
    ]
    print(f"lags of single clips move by {single} ms")
    # The true sounds at the lag that is best for them.
    true = [onsets(corpus.sounds[name].mean(axis=1)[: round(SECONDS * corpus.rate)], corpus.rate) for name in names]
    aligned = [at_lags(strength, when) for strength, when in zip(true, times["own"], strict=True)]
    truth = beside_others(true, int(np.mean(aligned, axis=0).argmax()))
    rows = []
    found = {kind: (*mean_interval(numbers, names, 0), "correlation") for kind, numbers in values.items()}
    for kind, (mean, low, high, unit) in (found | {"lag": (*moved, "ms")}).items():
        baseline = {"own": float(np.mean(truth)), "lag": -1000 * SHIFT / fps}.get(kind)
        print(f"{kind}: {mean:.3f} [{low:.3f}, {high:.3f}] {unit}" + (f", of {baseline:.3f}" if baseline else ""))
        target = baseline if kind == "lag" else 0.0
        rows.append(
            _row(f"listens_{kind}", mean, unit, baseline, target) | {"low": round(low, 3), "high": round(high, 3)}
        )
    if spent is not None:
        rows.append(_row("listens_cpu", spent, "s of one core", None, CPU_TARGET))
    _held_out(corpus, model, best)
    return rows


def _of_another(clips: Sequence[DatasetClip], number: int) -> DatasetClip:
    """Return the next clip of another genre, or of another song where there is one genre."""
    after = [*clips[number + 1 :], *clips[:number]]
    others = [clip for clip in after if clip.song != clips[number].song]
    return next((clip for clip in others if clip.genre != clips[number].genre), others[0])


def _held_out(corpus: Corpus, model: Model, best: int) -> None:
    fps, clips = corpus.dataset.fps, corpus.dataset.split("validation")
    scenes = scenes_of(clips, [clip.motion for clip in clips], fps)
    made = model.generate(scenes, [np.random.default_rng([1, number]) for number in range(len(clips))], Sampling())
    for number, sound in enumerate(made):
        strength = onsets(sound[:, 0], model.rate)
        found = [at_lags(strength, accents(clip.motion, fps))[best] for clip in corpus.dataset.clips]
        place = corpus.dataset.clips.index(clips[number])
        apart = np.delete(found, place).mean()
        print(f"held out, {clips[number].name}: own accents {found[place]:.3f}, others' {apart:.3f}")


def _row(name: str, value: float, unit: str, baseline: float | None, target: float | None) -> Row:
    ratio = None if baseline is None else round(value / baseline, 3)
    return {
        "name": name, "value": round(value, 3), "unit": unit,
        "baseline": None if baseline is None else round(baseline, 3), "ratio": ratio, "target": target,
    }  # fmt: skip


def main() -> None:
    """Train, generate, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", default="both", choices=["overfit", "listens", "both"])
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of a finished demo run")
    parser.add_argument("--settings", default="{}", help="of the model, as JSON")
    parser.add_argument("--model", type=Path, help="folder of a trained wavenet, to be asked for the second part")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings: dict[str, Any] = json.loads(arguments.settings)
    corpus = corpus_of(arguments.results, Settings(**settings).rate)
    rows: list[Row] = []
    if arguments.part != "listens":
        rows += overfit(corpus, settings)
    if arguments.part != "overfit":
        if arguments.model:
            model, spent = load_model(arguments.model)[0], None
            assert isinstance(model, Model)
        else:
            model, spent = trained(corpus, Settings(**settings))
        rows += listens(corpus, model, spent)
    if arguments.settings == "{}" and not arguments.model:
        keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
