"""The networks as their authors published them: configuration of mmdet 3.2 and mmpose 1.3, as plain data.

Only what the forward pass is made of; what the published files say besides is for training. Batch normalisation is that
of one process (`BN`): the published `SyncBN` has the same weights. RTMDet: Lyu et al., 2022, arXiv 2212.07784; RTMPose:
Jiang et al., 2023, arXiv 2303.07399; VideoPose3D: Pavllo et al., CVPR 2019; MotionBERT: Zhu et al., ICCV 2023.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from workflow_scripts.motion.skeletons import H36M17, HALPE26

Config = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """One network.

    Attributes:
        scope: the package whose registry builds it.
        model: the configuration of the model.
        size: (width, height) of its input, pixels; (0, 0) for a network that sees no pictures.
        file: the published configuration it is taken from, inside the package's `.mim` folder.
    """

    scope: str
    model: Config
    size: tuple[int, int]
    file: str


_NORM = {"type": "BN"}
_SILU = {"type": "SiLU", "inplace": True}


def _rtmdet(depth: float, width: float, blocks: int, nano: bool) -> Config:
    channels = [round(base * width) for base in (256, 512, 1024)]
    light = {"use_depthwise": True} if nano else {}
    head = {"share_conv": False, "exp_on_reg": False, **light} if nano else {"share_conv": True, "exp_on_reg": True}
    return {
        "type": "RTMDet",
        "data_preprocessor": {
            "type": "DetDataPreprocessor",
            "mean": [103.53, 116.28, 123.675],
            "std": [57.375, 57.12, 58.395],
            "bgr_to_rgb": False,
            "batch_augments": None,
        },
        "backbone": {
            "type": "CSPNeXt",
            "arch": "P5",
            "expand_ratio": 0.5,
            "deepen_factor": depth,
            "widen_factor": width,
            "channel_attention": True,
            "norm_cfg": _NORM,
            "act_cfg": _SILU,
            **light,
        },
        "neck": {
            "type": "CSPNeXtPAFPN",
            "in_channels": channels,
            "out_channels": channels[0],
            "num_csp_blocks": blocks,
            "expand_ratio": 0.5,
            "norm_cfg": _NORM,
            "act_cfg": _SILU,
            **light,
        },
        "bbox_head": {
            "type": "RTMDetSepBNHead",
            "num_classes": 1,
            "in_channels": channels[0],
            "stacked_convs": 2,
            "feat_channels": channels[0],
            "anchor_generator": {"type": "MlvlPointGenerator", "offset": 0, "strides": [8, 16, 32]},
            "bbox_coder": {"type": "DistancePointBBoxCoder"},
            "loss_cls": {"type": "QualityFocalLoss", "use_sigmoid": True, "beta": 2.0, "loss_weight": 1.0},
            "loss_bbox": {"type": "GIoULoss", "loss_weight": 2.0},
            "with_objectness": False,
            "pred_kernel_size": 1,
            "norm_cfg": _NORM,
            "act_cfg": _SILU,
            **head,
        },
        "test_cfg": {
            "nms_pre": 1000,
            "min_bbox_size": 0,
            "score_thr": 0.05,
            "nms": {"type": "nms", "iou_threshold": 0.6},
            "max_per_img": 100,
        },
    }


def _rtmpose_m(width: int, height: int, sigma: tuple[float, float]) -> Config:
    codec = {
        "type": "SimCCLabel",
        "input_size": (width, height),
        "sigma": sigma,
        "simcc_split_ratio": 2.0,
        "normalize": False,
        "use_dark": False,
    }
    return {
        "type": "TopdownPoseEstimator",
        "data_preprocessor": {
            "type": "PoseDataPreprocessor",
            "mean": [123.675, 116.28, 103.53],
            "std": [58.395, 57.12, 57.375],
            "bgr_to_rgb": True,
        },
        "backbone": {
            "_scope_": "mmdet",
            "type": "CSPNeXt",
            "arch": "P5",
            "expand_ratio": 0.5,
            "deepen_factor": 0.67,
            "widen_factor": 0.75,
            "out_indices": (4,),
            "channel_attention": True,
            "norm_cfg": _NORM,
            "act_cfg": {"type": "SiLU"},
        },
        "head": {
            "type": "RTMCCHead",
            "in_channels": 768,
            "out_channels": HALPE26.size,
            "input_size": (width, height),
            "in_featuremap_size": (width // 32, height // 32),
            "simcc_split_ratio": 2.0,
            "final_layer_kernel_size": 7,
            "gau_cfg": {
                "hidden_dims": 256,
                "s": 128,
                "expansion_factor": 2,
                "dropout_rate": 0.0,
                "drop_path": 0.0,
                "act_fn": "SiLU",
                "use_rel_bias": False,
                "pos_enc": False,
            },
            "loss": {"type": "KLDiscretLoss", "use_target_weight": True, "beta": 10.0, "label_softmax": True},
            "decoder": codec,
        },
        # The published form also looks at the mirrored picture: twice the time for less than a percent.
        "test_cfg": {"flip_test": False},
    }


def _videopose3d_243() -> Config:
    return {
        "type": "PoseLifter",
        "backbone": {
            "type": "TCN",
            "in_channels": 2 * H36M17.size,
            "stem_channels": 1024,
            "num_blocks": 4,
            "kernel_sizes": (3, 3, 3, 3, 3),
            "dropout": 0.25,
            # The published form strides and gives one frame for 243. The weights are the same.
            "use_stride_conv": False,
        },
        "head": {
            "type": "TemporalRegressionHead",
            "in_channels": 1024,
            "num_joints": H36M17.size,
            "loss": {"type": "MPJPELoss"},
            "decoder": {
                "type": "VideoPoseLifting",
                "num_keypoints": H36M17.size,
                "zero_center": True,
                "root_index": 0,
                "remove_root": False,
            },
        },
    }


def _motionbert() -> Config:
    return {
        "type": "PoseLifter",
        "backbone": {
            "type": "DSTFormer",
            "in_channels": 3,
            "feat_size": 512,
            "depth": 5,
            "num_heads": 8,
            "mlp_ratio": 2,
            "seq_len": 243,
            "att_fuse": True,
        },
        "head": {
            "type": "MotionRegressionHead",
            "in_channels": 512,
            "out_channels": 3,
            "embedding_size": 512,
            "loss": {"type": "MPJPEVelocityJointLoss"},
            "decoder": {"type": "MotionBERTLabel", "num_keypoints": H36M17.size, "concat_vis": True, "rootrel": True},
        },
        "test_cfg": {"flip_test": False},
    }


_BODY8 = "configs/body_2d_keypoint/rtmpose/body8/rtmpose-m_8xb512-700e_body8-halpe26-{}.py"
_LIFT = "configs/body_3d_keypoint/{}.py"

DETECTORS: Mapping[str, Published] = MappingProxyType(
    {
        "rtmdet_nano": Published(
            "mmdet",
            _rtmdet(0.33, 0.25, 1, nano=True),
            (320, 320),
            "demo/mmdetection_cfg/rtmdet_nano_320-8xb32_coco-person.py",
        ),
        "rtmdet_m": Published(
            "mmdet",
            _rtmdet(0.67, 0.75, 2, nano=False),
            (640, 640),
            "demo/mmdetection_cfg/rtmdet_m_640-8xb32_coco-person.py",
        ),
    }
)
NETWORKS: Mapping[str, Published] = MappingProxyType(
    {
        "rtmpose_m_halpe26": Published(
            "mmpose", _rtmpose_m(192, 256, (4.9, 5.66)), (192, 256), _BODY8.format("256x192")
        ),
        "rtmpose_m_halpe26_384": Published(
            "mmpose", _rtmpose_m(288, 384, (6.0, 6.93)), (288, 384), _BODY8.format("384x288")
        ),
    }
)
LIFTERS: Mapping[str, Published] = MappingProxyType(
    {
        "videopose3d_243": Published(
            "mmpose",
            _videopose3d_243(),
            (0, 0),
            _LIFT.format("video_pose_lift/h36m/video-pose-lift_tcn-243frm-supv-cpn-ft_8xb128-200e_h36m"),
        ),
        "motionbert": Published(
            "mmpose",
            _motionbert(),
            (0, 0),
            _LIFT.format("motionbert/h36m/motionbert_dstformer-ft-243frm_8xb32-120e_h36m"),
        ),
    }
)
