"""Starting a DualFormer from an image model or from a video model of another length."""

import pytest
import torch

from mmaction_vt.apis.model import init_recognizer
from mmaction_vt.checkpoints.load import load_into
from mmaction_vt.errors import InputError
from mmaction_vt.models import DualFormer

SIZES = ('video_size', 'embed_dims', 'num_heads', 'depths')
TINY = dict(
    video_size=(16, 224, 224),
    embed_dims=(4, 4, 8, 8),
    depths=(2, 2, 2, 2),
    num_heads=(1, 2, 2, 4),
    fine_pysizes=((8, 7, 7),) * 4,
)


@pytest.mark.parametrize('kind', ['mmaction_vt.FromImageModel', 'Pretrained'])
def test_published_inflation(kind, parity):
    case = parity('dualformer_inflate_2d')
    init_cfg = dict(type=kind, checkpoint=str(case.checkpoint))
    model = DualFormer(**{name: case.figures[name] for name in SIZES}, init_cfg=init_cfg)
    model.init_weights()
    with torch.no_grad():
        features = model.eval()(case.input())
    assert features.norm().item() == pytest.approx(case.figures['feature_l2'], abs=1e-4)
    first_token = features[0, :, 0, 0, 0]
    torch.testing.assert_close(first_token, torch.tensor(case.figures['feature_first']), rtol=0, atol=1e-5)


def test_refuses_an_image_model_of_another_width(parity):
    case = parity('dualformer_inflate_2d')
    init_cfg = dict(type='mmaction_vt.FromImageModel', checkpoint=str(case.checkpoint))
    with pytest.raises(InputError, match=r'image_model\.pth.*size mismatch'):
        DualFormer(init_cfg=init_cfg, depths=(2, 2, 2, 2)).init_weights()


@pytest.mark.parametrize('frames', [16, 64])
def test_kernels_of_another_length_see_a_still_clip_alike(frames, tmp_path):
    """The pyramid of 32 frames, as published models have it, serves 16 and 64."""

    def recognizer(num_frames):
        times = num_frames // 2
        backbone = {**TINY, 'video_size': (num_frames, 224, 224), 'fine_pysizes': ((8, 7, 7),) * 3 + ((times, 7, 7),)}
        head = dict(type='I3DHead', num_classes=3, in_channels=8)
        backbone['type'] = 'mmaction_vt.DualFormer'
        return init_recognizer(dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head)))

    torch.manual_seed(0)
    source, target = recognizer(32), recognizer(frames)
    torch.save({'state_dict': source.state_dict()}, tmp_path / 'source.pth')
    fit = load_into(target, tmp_path / 'source.pth')
    assert len(fit.resized) == 3 + 2  # fine levels of three stages, coarse levels of two
    for key in ('backbone.blocks.0.1.attn', 'backbone.blocks.1.1.attn', 'backbone.blocks.2.1.attn'):
        for name in ('sr', 'lr.3') if '2.1' not in key else ('sr',):
            old, new = (model.get_submodule(f'{key}.{name}').weight for model in (source, target))
            torch.testing.assert_close(old.sum(2), new.sum(2))
    assert target.backbone(torch.zeros(1, 3, frames, 224, 224)).shape == (1, 8, frames // 2, 7, 7)
