import pytest
import torch
from torch import nn
from torch.nn import functional as F

from workflow_scripts.models.wavenet.network import Shape, WaveNet

SMALL = Shape(residual=8, skip=12, stacks=2, layers=3, local=5, global_=3)


def conditions(shape, length, frames=4, batch=2):
    local = torch.randn(batch, frames, shape.local) if shape.local else None
    at = torch.arange(length).mul(frames).div(length, rounding_mode="floor").expand(batch, -1) if shape.local else None
    return local, at, torch.randn(batch, shape.global_) if shape.global_ else None


@pytest.mark.parametrize(
    ("layers", "stacks", "samples"), [(10, 3, 3070), (10, 2, 2047), (10, 1, 1024), (14, 1, 16384), (2, 2, 7), (1, 1, 2)]
)
def test_receptive_field(layers, stacks, samples):
    assert Shape(layers=layers, stacks=stacks).receptive_field == samples


@pytest.mark.parametrize("shape", [SMALL, Shape(8, 8, 1, 4), Shape(8, 8, 3, 2, local=2), Shape(8, 8, 1, 1, global_=2)])
def test_an_output_sees_its_receptive_field_and_nothing_else(shape):
    torch.manual_seed(1)
    network, reach, window = WaveNet(shape).double(), shape.receptive_field, 6
    audio = torch.randint(0, 256, (2, reach + window - 1))
    local, at, global_ = (
        None if one is None else one.double() if one.is_floating_point() else one
        for one in conditions(shape, audio.shape[1])
    )
    before = network(audio, local, at, global_)
    assert before.shape == (2, window, 256)
    for place in range(audio.shape[1]):
        other = audio.clone()
        other[0, place] = (other[0, place] + 128) % 256
        moved = (network(other, local, at, global_) - before).abs().amax(dim=-1)
        seen = torch.tensor([output <= place <= output + reach - 1 for output in range(window)])
        assert (moved[0] > 0).tolist() == seen.tolist(), place
        assert (moved[1] == 0).all()


@pytest.mark.parametrize("shape", [SMALL, Shape(8, 8, 2, 3, local=5), Shape(8, 8, 2, 3)])
def test_windows_agree_with_dilated_convolutions(shape):
    torch.manual_seed(2)
    network, window = WaveNet(shape), 9
    audio = torch.randint(0, 256, (2, shape.receptive_field + window - 1))
    local, at, global_ = conditions(shape, audio.shape[1])
    heard = torch.zeros(2, 1, len(shape.dilations) * 2 * shape.residual)
    if local is not None:
        heard = network.local(torch.stack([frames[where] for frames, where in zip(local, at, strict=True)]))
    if global_ is not None:
        heard = heard + network.global_(global_)[:, None]
    heard = heard.unflatten(-1, (len(shape.dilations), -1)).expand(-1, audio.shape[1], -1, -1)
    x, skipped = network.samples(audio).mT, 0
    for layer, dilation in enumerate(shape.dilations):
        gate = network.gates[layer]
        taps = gate.weight.unflatten(1, (2, shape.residual)).mT
        gated = F.conv1d(x, taps, gate.bias, dilation=dilation)
        gated = gated + heard[:, -gated.shape[2] :, layer].mT
        gated = torch.tanh(gated[:, : shape.residual]) * torch.sigmoid(gated[:, shape.residual :])
        skipped = skipped + network.skips[layer](gated.mT[:, -window:])
        if layer < len(network.residuals):
            x = x[:, :, dilation:] + network.residuals[layer](gated.mT).mT
    expected = nn.Sequential(nn.ReLU(), network.mixed, nn.ReLU(), network.logits)(skipped)
    torch.testing.assert_close(network(audio, local, at, global_), expected, rtol=0, atol=1e-5)


def test_the_gates_are_as_exact_as_floats_let_them_be():
    torch.manual_seed(6)
    network = WaveNet(Shape(16, 16, 2, 4))
    audio = torch.randint(0, 256, (1, 60))
    with torch.no_grad():
        single = network(audio)
        double = network.double()(audio)
        half = network.bfloat16()(audio)
    assert (single - double).abs().max() < 3e-6
    assert half.dtype == torch.bfloat16
    assert (half - double).abs().max() < 0.05


def test_the_last_input_hears_the_frame_of_the_sample_that_it_predicts():
    torch.manual_seed(3)
    shape = Shape(8, 8, 1, 2, local=2)
    network, reach = WaveNet(shape), shape.receptive_field
    audio, local = torch.randint(0, 256, (1, reach + 9)), torch.randn(1, 3, 2)
    at = torch.tensor([[0] * (reach - 1 + 4) + [1] * 4 + [2] * 2])
    other = local.clone()
    other[:, 1] += 1
    moved = (network(audio, other, at) - network(audio, local, at)).abs().amax(dim=-1)[0] > 0
    # Outputs 4 to 7 are predicted by inputs that hear frame 1; the two after them see it through their past.
    assert moved.tolist() == [False] * 4 + [True] * 6
    other = local.clone()
    other[:, 2] += 1
    moved = (network(audio, other, at) - network(audio, local, at)).abs().amax(dim=-1)[0] > 0
    assert moved.tolist() == [False] * 8 + [True] * 2


def test_all_learns():
    torch.manual_seed(4)
    network = WaveNet(SMALL)
    audio = torch.randint(0, 256, (2, SMALL.receptive_field + 20))
    local, at, global_ = conditions(SMALL, audio.shape[1])
    local.requires_grad_()
    F.cross_entropy(network(audio, local, at, global_).flatten(0, 1), torch.randint(0, 256, (42,))).backward()
    assert (local.grad.abs().amax(dim=-1) > 0).all()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().max() > 0, name


def test_a_tune_is_learned():
    torch.manual_seed(5)
    shape = Shape(16, 16, 1, 3)
    network, tune = WaveNet(shape), torch.tensor([10, 90, 10, 200, 10, 200]).repeat(20)[None]
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(tune[:, :-1])[0], tune[0, shape.receptive_field :])
        loss.backward()
        optimizer.step()
    assert loss < 0.05


def test_what_does_not_fit_is_refused():
    network, audio = WaveNet(SMALL), torch.zeros(2, SMALL.receptive_field, dtype=torch.int64)
    local, at, global_ = conditions(SMALL, audio.shape[1])
    with pytest.raises(ValueError, match="receptive field"):
        network(audio[:, 1:], local, at[:, 1:], global_)
    with pytest.raises(ValueError, match="conditions"):
        network(audio, None, at, global_)
    with pytest.raises(ValueError, match="conditions"):
        network(audio, local, at)
    with pytest.raises(ValueError, match="frame of every sample"):
        network(audio, local, at[:, 1:], global_)
    with pytest.raises(ValueError, match="conditions of 1 clips"):
        network(audio, local[:1], at, global_[:1])
