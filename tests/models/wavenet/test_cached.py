import numpy as np
import pytest
import torch

from workflow_scripts.models.soundtrack import Sampling
from workflow_scripts.models.wavenet import cached, naive
from workflow_scripts.models.wavenet.cached import Prompt, generate, logits_of
from workflow_scripts.models.wavenet.mu_law import SILENCE
from workflow_scripts.models.wavenet.network import Shape, WaveNet

SHAPES = [
    Shape(residual=8, skip=12, stacks=2, layers=4, local=5, global_=3),
    Shape(residual=16, skip=8, stacks=1, layers=7, local=2),
    Shape(residual=12, skip=20, stacks=3, layers=3, global_=2),
    Shape(residual=5, skip=7, stacks=1, layers=1),
]
FRAMES, HOP = 40, 19


def network(shape: Shape, seed: int = 1) -> WaveNet:
    torch.manual_seed(seed)
    made = WaveNet(shape)
    # Larger weights than at the start of training: distributions with peaks, gates that saturate.
    for parameter in made.parameters():
        parameter.data *= 2
    return made


def prompt(shape: Shape, steps: int, seed: int = 0, primer: int = 0) -> Prompt:
    rng = np.random.default_rng([seed, 7])
    samples = np.arange(shape.receptive_field - 1 + primer + steps)
    return Prompt(
        steps,
        np.random.default_rng(seed),
        rng.normal(size=(FRAMES, shape.local)).astype(np.float32) if shape.local else None,
        (samples // HOP + seed) % FRAMES if shape.local else None,
        rng.normal(size=shape.global_).astype(np.float32) if shape.global_ else None,
        rng.integers(0, 256, primer),
    )


def convolved(made: WaveNet, one: Prompt) -> np.ndarray:
    audio = np.concatenate([np.full(made.shape.receptive_field, SILENCE), one.primer[:-1]])
    at = None if one.at is None else torch.from_numpy(one.at)[None]
    conditions = [None if value is None else torch.from_numpy(value)[None] for value in (one.local, one.global_)]
    with torch.no_grad():
        return made(torch.from_numpy(audio)[None], conditions[0], at, conditions[1])[0].numpy()


@pytest.mark.parametrize("shape", SHAPES)
def test_logits_are_those_of_the_convolutions(shape, monkeypatch):
    made = network(shape)
    given = [prompt(shape, 0, seed, primer) for seed, primer in enumerate((450, 501, 1))]
    found = logits_of(made, given)
    for block in (64, shape.receptive_field):
        monkeypatch.setattr(cached, "BLOCK", block)
        found += logits_of(made, given)
    for one, result in zip(given * 3, found, strict=True):
        expected = convolved(made, one)
        assert result.shape == expected.shape
        assert expected.std() > 0.5
        assert np.abs(result - expected).max() <= 1e-4


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sampling", [Sampling(), Sampling(temperature=0.7, top_k=20)])
def test_samples_are_those_of_the_naive_form(shape, sampling):
    made = network(shape)
    for primer in (0, 30):
        expected = naive.generate(made, prompt(shape, 250, 3, primer), sampling)
        (found,) = generate(made, [prompt(shape, 250, 3, primer)], sampling)
        assert len(set(found.tolist())) > 10
        assert found.dtype == np.uint8
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("shape", SHAPES[:2])
def test_a_clip_is_the_same_in_any_company_bit_by_bit(shape, monkeypatch):
    monkeypatch.setattr(cached, "BLOCK", 100)
    made = network(shape)
    sizes = [(0, 0), (300, 0), (1, 0), (170, 40), (300, 5), (0, 9), (99, 0)]
    alone = [generate(made, [prompt(shape, steps, seed, primer)])[0] for seed, (steps, primer) in enumerate(sizes)]
    assert [len(one) for one in alone] == [steps for steps, _ in sizes]
    for threads in (1, 3):
        together = generate(
            made, [prompt(shape, steps, seed, primer) for seed, (steps, primer) in enumerate(sizes)], threads=threads
        )
        assert [one.tolist() for one in together] == [one.tolist() for one in alone]
    given = [prompt(shape, 0, seed, 90 + 50 * seed) for seed in range(5)]
    for one, result in zip(given, logits_of(made, given), strict=True):
        assert (result == logits_of(made, [one])[0]).all()


def test_blocks_leave_no_trace(monkeypatch):
    shape = SHAPES[0]
    whole = generate(network(shape), [prompt(shape, 400, 5, 3)])[0]
    for block in (1, 7, shape.receptive_field - 1, 200):
        monkeypatch.setattr(cached, "BLOCK", block)
        assert generate(network(shape), [prompt(shape, 400, 5, 3)])[0].tolist() == whole.tolist()


def test_what_was_generated_can_be_gone_on_from():
    shape = SHAPES[2]
    made, one = network(shape), prompt(shape, 200, 4)
    whole = generate(made, [one])[0]
    later = prompt(shape, 80, 4)
    later.rng.random(120)
    rest = Prompt(80, later.rng, global_=later.global_, primer=whole[:120])
    assert generate(made, [rest])[0].tolist() == whole[120:].tolist()


def test_seeds_and_conditions_matter():
    shape = SHAPES[0]
    made, one = network(shape), prompt(shape, 60)
    assert one.local is not None
    first = generate(made, [one])[0].tolist()
    assert generate(made, [prompt(shape, 60)])[0].tolist() == first
    fresh = prompt(shape, 60)
    other = Prompt(60, fresh.rng, -one.local, fresh.at, fresh.global_)
    assert generate(made, [other])[0].tolist() != first
    assert generate(made, [Prompt(60, np.random.default_rng(9), one.local, one.at, one.global_)])[0].tolist() != first


def test_nothing_to_do():
    made = network(SHAPES[0])
    assert generate(made, []) == []
    assert logits_of(made, []) == []
    assert generate(made, [prompt(SHAPES[0], 0)])[0].shape == (0,)
    assert logits_of(made, [prompt(SHAPES[0], 0)])[0].shape == (0, 256)
    assert generate(made, [prompt(SHAPES[0], 1)])[0].shape == (1,)


def test_what_does_not_match_is_refused():
    shape = SHAPES[0]
    made, one, plain = network(shape), prompt(shape, 10), prompt(SHAPES[3], 10)
    assert one.at is not None
    for bad, message in [
        (plain, r"conditions of \(0, 0\) numbers, not \(5, 3\)"),
        (Prompt(10, one.rng, one.local, one.at[1:], one.global_), "frame of each"),
        (Prompt(10, one.rng, one.local, one.at + FRAMES, one.global_), f"frames {FRAMES} to"),
        (Prompt(10, one.rng, one.local, one.at), "conditions of"),
        (Prompt(-1, one.rng, one.local, one.at, one.global_, np.zeros(11, int)), "-1 steps"),
    ]:
        with pytest.raises(ValueError, match=message):
            generate(made, [prompt(shape, 20), bad] if bad.steps > 0 else [bad])
    with pytest.raises(ValueError, match="given"):
        logits_of(made, [one])
