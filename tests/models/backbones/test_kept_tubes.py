"""Every backbone of tokens on some of the patches: the same as on a frame that has no others."""

import pytest
import torch
from conftest import ROOT
from mmengine.config import Config

from mmaction_vt.errors import InputError
from mmaction_vt.models import VJEPA2, DualFormer, Motionformer, TimeSformer, VideoMAE, ViViT

SIZES = dict(img_size=32, patch_size=8, num_frames=4, embed_dims=24, num_layers=2, num_heads=4)
ROWS, COLUMNS = slice(1, 4), slice(0, 2)  # of a grid of 4 x 4, that are left in the smaller frame
BACKBONES = [
    *((TimeSformer, dict(attention_type=kind)) for kind in ('divided_space_time', 'joint_space_time', 'space_only')),
    *((Motionformer, dict(attention_type=kind)) for kind in ('trajectory', 'joint', 'divided')),
    (Motionformer, dict(approximation='orthoformer', num_landmarks=4)),
    (ViViT, dict(attention_type='joint')),
    (ViViT, dict(attention_type='factorised_encoder')),
    (ViViT, dict(attention_type='factorised_encoder', frame_token='mean')),
    (ViViT, dict(attention_type='factorised_encoder', frame_token='benchmark')),
    (ViViT, dict(attention_type='factorised_self_attention')),
    (ViViT, dict(attention_type='factorised_dot_product')),
    (VideoMAE, dict()),
    (VideoMAE, dict(norm_after_mean=False)),
    (VJEPA2, dict(out_type='mean')),
    (VJEPA2, dict(out_type='mean', version='2.1')),
]
every_backbone = pytest.mark.parametrize(
    ('kind', 'options'),
    BACKBONES,
    ids=lambda value: ' '.join(map(str, value.values())) if isinstance(value, dict) else value.__name__,
)


def build(kind, **options):
    torch.manual_seed(0)
    model = kind(**{**SIZES, **options}).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


def clips():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


def crop_positions(small, large):
    """Give a backbone for the smaller frame the weights of the other, and the positions of its part of the frame."""
    state = large.state_dict()
    for name, value in [*state.items(), ('positions', getattr(large, 'positions', None))]:
        if name in ('pos_embed', 'st_embed', 'positions') and isinstance(value, torch.Tensor):
            first = value.shape[1] % 16
            patches = value[:, first:].unflatten(1, (-1, 4, 4))[:, :, ROWS, COLUMNS].flatten(1, 3)
            state[name] = torch.cat((value[:, :first], patches), dim=1)
    if 'positions' in state:
        small.positions = state.pop('positions')
    small.load_state_dict(state)


@every_backbone
@pytest.mark.parametrize('featmap', [False, True])
def test_equals_the_smaller_frame(kind, options, featmap):
    options = dict(options, out_type='featmap') if featmap else options
    large, small = build(kind, **options), build(kind, **dict(options, img_size=(24, 16)))
    keep = torch.arange(16).view(4, 4)[ROWS, COLUMNS].flatten().expand(2, -1)
    if kind is VJEPA2:  # positions are computed from the size of the frame: those of the crop are given
        table = large.positions((2, 4, 4), torch.device('cpu')).unflatten(1, (2, 4, 4))
        small.positions = lambda *_: table[:, :, ROWS, COLUMNS].flatten(1, 3)
        small.load_state_dict(large.state_dict())
    else:
        crop_positions(small, large)
    expected = small(clips()[..., 8:32, 0:16])
    torch.testing.assert_close(large(clips(), keep).reshape(expected.shape), expected, rtol=1e-4, atol=1e-5)


@every_backbone
def test_samples_keep_patches_of_their_own_and_see_no_others(kind, options):
    model, videos = build(kind, **options), clips()
    keep = torch.tensor([[0, 5, 9], [2, 3, 15]])
    out = model(videos, keep)
    alone = torch.cat([model(videos[index : index + 1], keep[index : index + 1]) for index in range(2)])
    torch.testing.assert_close(out, alone, rtol=1e-4, atol=1e-5)
    hidden = torch.ones(2, 16).scatter_(1, keep, 0).view(2, 1, 1, 4, 4).repeat_interleave(8, 3).repeat_interleave(8, 4)
    torch.testing.assert_close(model(videos + hidden * torch.randn(1), keep), out)
    assert not torch.allclose(model(videos + 0.1, keep), out)


@every_backbone
def test_tokens_kept_drops_tubes_in_training_only(kind, options):
    model, videos = build(kind, drop_path_rate=0.0, tokens_kept=0.25, **options), clips()
    whole = build(kind, drop_path_rate=0.0, **options)
    torch.testing.assert_close(model(videos), whole(videos))
    model.train()
    torch.manual_seed(3)
    first = model(videos)
    assert not torch.allclose(first, model(videos))
    torch.manual_seed(3)
    assert torch.equal(model(videos), first)
    first.sum().backward()


def test_dualformer_refuses_in_one_sentence():
    config = Config.fromfile(ROOT / 'configs/_base_/models/dualformer_mini.py').model.backbone
    model = DualFormer(**{key: value for key, value in config.items() if key not in ('type', 'init_cfg')})
    with pytest.raises(InputError, match='DualFormer cannot leave out patches: its layers need complete frames'):
        model(torch.randn(1, 3, *config.video_size), keep=torch.tensor([[0]]))


@pytest.mark.parametrize('share', [0, -0.5, 1.5])
def test_bad_shares(share):
    with pytest.raises(InputError, match=f'tokens_kept of VideoMAE must be above 0 and at most 1, got {share}'):
        VideoMAE(**SIZES, tokens_kept=share)
