import numpy as np
import pytest
import torch
from pose.backends.mmpose.fakes import needs_mmpose

from workflow_scripts.pose.backends.mmpose.runtime import Runtime
from workflow_scripts.workflow.errors import UserError


@needs_mmpose
def test_random_networks_are_the_same_for_the_same_seed_and_leave_the_generator_alone():
    from workflow_scripts.pose.backends.mmpose.networks import random_network, random_state

    before = torch.random.get_rng_state()
    first, second, other = (random_network("rtmdet_nano", seed) for seed in (3, 3, 4))
    assert torch.equal(torch.random.get_rng_state(), before)
    x = torch.ones(1, 3, 320, 320)
    answers = [network(x)[0][0] for network in (first, second, other)]
    assert torch.equal(answers[0], answers[1])
    assert not torch.equal(answers[0], answers[2])
    assert random_state("rtmdet_nano", 3).keys() >= {"backbone.stem.0.conv.weight", "bbox_head.rtm_cls.0.bias"}


@needs_mmpose
def test_weights_of_another_network_are_a_clear_error():
    from workflow_scripts.pose.backends.mmpose.networks import built, random_state

    with pytest.raises(UserError, match=r"rtmpose_m_halpe26: they are of another network.*\(size mismatch"):
        built("rtmpose_m_halpe26", random_state("rtmpose_m_halpe26_384", 0))
    part = random_state("rtmdet_nano", 0)
    del part["neck.out_convs.0.depthwise_conv.conv.weight"]
    with pytest.raises(UserError, match=r"rtmdet_nano: .*\(neck\.out_convs\.0\.depthwise_conv\.conv\.weight\)"):
        built("rtmdet_nano", part)


@needs_mmpose
def test_normalisation_folded_into_convolutions_changes_nothing():
    from workflow_scripts.pose.backends.mmpose.networks import _model, _published, built

    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = _model(_published("rtmpose_m_halpe26"))
        for part in model.modules():
            if isinstance(part, torch.nn.BatchNorm2d):  # as after training: not the identity
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.5, 2)
                part.weight.data.uniform_(0.5, 1.5)
    x = torch.randn(2, 3, 256, 192)
    with torch.no_grad():
        plain = model.head(model.backbone(x))
        network = built("rtmpose_m_halpe26", model.state_dict())
        folded = network(x)
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in network.modules())
    for one, other in zip(plain, folded, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4 * one.abs().max())


def test_what_runs_where():
    runtime = Runtime.chosen("cpu", "auto")
    assert (runtime.device.type, runtime.dtype) == ("cpu", torch.float32)
    assert Runtime.chosen("cpu", "bf16").dtype == torch.bfloat16
    with pytest.raises(UserError, match=r"pose\.mmpose\.precision: fp16 is for CUDA"):
        Runtime.chosen("cpu", "fp16")
    assert (runtime.name, Runtime.chosen("cpu", "bf16").name) == ("cpu fp32", "cpu bf16")
    if not torch.cuda.is_available():
        assert Runtime.chosen("auto", "auto").device.type == "cpu"
        with pytest.raises(UserError, match="no CUDA device"):
            Runtime.chosen("cuda")
