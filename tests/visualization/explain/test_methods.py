"""Which methods a model supports."""

import pytest
import torch
from conftest import ROOT

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.visualization import clip_maps
from mmaction_vt.visualization.explain.activation_maps import METHODS as CAM_METHODS
from mmaction_vt.visualization.explain.methods import TRAJECTORY, supported_methods
from mmaction_vt.visualization.explain.trajectories import trajectories

QUICKSTART = ROOT / 'configs' / 'recognition' / 'quickstart'


def works(model, clip, method):
    try:
        if method == TRAJECTORY:
            trajectories(model, clip, torch.tensor([[3.0, 3.0]]), 0)
        else:
            clip_maps(model, clip, method)
    except InputError:
        return False
    return True


@pytest.mark.parametrize('name', ['timesformer_divST', 'motionformer', 'dualformer', 'vivit_fe'])
def test_supported_methods_work_and_others_are_refused(name):
    model = init_recognizer(QUICKSTART / f'{name}_moving_shapes.py')
    clip = torch.randn(1, 3, model.backbone.num_frames, 64, 64)
    methods = supported_methods(model)
    assert methods[: len(CAM_METHODS)] == tuple(CAM_METHODS) and works(model, clip, 'gradcam')
    others = [method for method in ('rollout', 'attention', TRAJECTORY) if works(model, clip, method)]
    assert list(methods[len(CAM_METHODS) :]) == others


def test_a_model_with_several_classifiers_has_no_class_to_explain():
    model = init_recognizer(QUICKSTART / 'timesformer_divST_moving_shapes.py')
    model.cls_head.tasks = dict(verb=3, noun=4)
    assert supported_methods(model) == ()
