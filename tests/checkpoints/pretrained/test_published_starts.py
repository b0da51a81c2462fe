"""What the published configs start as, against the formulas of the authors' code."""

from pathlib import Path

import pytest
import timm
import torch
from mmengine.config import Config

from mmaction_vt.errors import InputError
from mmaction_vt.models import DualFormer, Motionformer, TimeSformer, ViViT
from mmaction_vt.models.init import FromImageModel

CONFIGS = Path(__file__).parents[3] / 'configs' / 'recognition'
SIZES = dict(img_size=64, patch_size=16, embed_dims=24, num_layers=3, num_heads=2)


@pytest.fixture
def image(tmp_path):
    """A small image model's tensors in timm's naming, 4x4 patches, also in the file ``tmp_path / 'vit.pth'``."""
    torch.manual_seed(0)
    sizes = dict(img_size=64, patch_size=16, embed_dim=24, depth=3, num_heads=2, num_classes=10)
    state = {key: torch.randn_like(value) for key, value in timm.models.VisionTransformer(**sizes).state_dict().items()}
    torch.save(state, tmp_path / 'vit.pth')
    return state


def backbone(family, path, config=None, **sizes):
    """A small backbone of seed 1 that starts from a file as a published config says, or without one as it does."""
    init_cfg = None
    if config is not None:
        init_cfg = Config.fromfile(CONFIGS / f'{config}.py').model.backbone.init_cfg.to_dict() | {'checkpoint': path}
    torch.manual_seed(1)
    model = family(**{**SIZES, **sizes}, init_cfg=init_cfg)
    model.init_weights()
    return model


def assert_same(ours, theirs):
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for key, value in ours.state_dict().items():
        assert torch.equal(value, theirs.state_dict()[key]), key


def cubic(old, new):
    """(new, old) weights of bicubic resizing: Keys' kernel with a = -0.75, and repeated borders."""
    weights = torch.zeros(new, old, dtype=torch.float64)
    for row in range(new):
        place = (row + 0.5) * old / new - 0.5
        for neighbour in range(int(place // 1) - 1, int(place // 1) + 3):
            t = abs(place - neighbour)
            near, far = 1.25 * t**3 - 2.25 * t**2 + 1, -0.75 * (t**3 - 5 * t**2 + 8 * t - 4)
            weights[row, min(max(neighbour, 0), old - 1)] += near if t <= 1 else far
    return weights.float()


def resized(embed, side):
    """Position embeddings of 4x4 patches as those of side x side, bicubically."""
    grid = embed[0, 1:].unflatten(0, (4, 4))
    grid = torch.einsum('ih,jw,hwc->ijc', cubic(4, side), cubic(4, side), grid)
    return torch.cat((embed[0, :1], grid.flatten(0, 1)))[None]


@pytest.mark.parametrize('attention_type', ['trajectory', 'joint', 'divided'])
def test_motionformer(tmp_path, image, attention_type):
    """The kernel at frame 1 and zeros at frame 0; what the image model has no name for keeps the model's own start."""
    name = '' if attention_type == 'trajectory' else f'{attention_type}_'
    config = f'motionformer/motionformer_{name}224_16x4_kinetics400'
    sizes = dict(num_frames=4, attention_type=attention_type)
    model = backbone(Motionformer, str(tmp_path / 'vit.pth'), config, **sizes)
    own = backbone(Motionformer, None, **sizes)

    kernel = model.patch_embed_3d.proj.weight
    assert torch.equal(kernel[:, :, 1], image['patch_embed.proj.weight']) and not kernel[:, :, 0].any()
    assert torch.equal(model.patch_embed_3d.proj.bias, image['patch_embed.proj.bias'])
    assert torch.equal(model.pos_embed, image['pos_embed']) and not model.temp_embed.any()
    for index, (block, own_block) in enumerate(zip(model.blocks, own.blocks, strict=True)):
        for part in ('norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'):
            assert torch.equal(block.get_submodule(part).weight, image[f'blocks.{index}.{part}.weight'])
        if attention_type == 'trajectory':
            assert_same(block.attn.proj_q, own_block.attn.proj_q)
            assert_same(block.attn.proj_kv, own_block.attn.proj_kv)
        if attention_type == 'divided':
            assert_same(block.timeattn, own_block.timeattn)
            assert block.timeattn.qkv.weight.std().item() == pytest.approx(0.02, rel=0.1)
            assert not block.timeattn.qkv.bias.any() and not block.timeattn.proj.bias.any()
            assert block.norm3.weight.eq(1).all() and not block.norm3.bias.any()


def test_motionformers_joint_embedding_repeats_the_image_models_at_every_time(tmp_path, image):
    config = 'motionformer/motionformer_224_16x4_kinetics400'
    sizes = dict(num_frames=6, pos_embed_type='joint')
    model = backbone(Motionformer, str(tmp_path / 'vit.pth'), config, **sizes)
    cls_embed, patches = image['pos_embed'].split([1, 16], dim=1)
    assert torch.equal(model.st_embed, torch.cat((cls_embed, patches, patches, patches), dim=1))


def test_motionformer_hr_resizes_positions_bicubically(tmp_path, image):
    config = 'motionformer/motionformer_hr_336_16x8_kinetics400'
    model = backbone(Motionformer, str(tmp_path / 'vit.pth'), config, num_frames=4, img_size=96)
    torch.testing.assert_close(model.pos_embed, resized(image['pos_embed'], 6), rtol=0, atol=1e-5)


def test_timesformer(tmp_path, image):
    """Time is a copy of space, norm included, behind a layer that is zero in every block, the first included."""
    config = 'timesformer/timesformer_divST_8x32_224_kinetics400'
    model = backbone(TimeSformer, str(tmp_path / 'vit.pth'), config, num_frames=3)
    assert torch.equal(model.pos_embed, image['pos_embed']) and not model.time_embed.any()
    assert torch.equal(model.patch_embed.proj.weight, image['patch_embed.proj.weight'])
    state = model.state_dict()
    for index, block in enumerate(model.blocks):
        for part in ('attn.qkv', 'attn.proj', 'norm1'):
            for kind in ('weight', 'bias'):
                copy = state[f'blocks.{index}.temporal_{part}.{kind}']
                assert torch.equal(copy, image[f'blocks.{index}.{part}.{kind}'])
        assert not block.temporal_fc.weight.any() and not block.temporal_fc.bias.any()


@pytest.mark.parametrize('config', ['16x16_448_kinetics400', '16x16_448_kinetics600', '16_448_ssv2'])
@pytest.mark.parametrize('side', [6, 8])
def test_timesformer_hr_resizes_positions_along_the_flattened_grid(tmp_path, image, config, side):
    """Patch i of side * side starts as patch floor(i * 16 / (side * side)) of 16, whatever their rows and columns."""
    config = f'timesformer/timesformer_divST_{config}'
    model = backbone(TimeSformer, str(tmp_path / 'vit.pth'), config, num_frames=3, img_size=16 * side)
    source = [i * 16 // side**2 for i in range(side**2)]
    assert torch.equal(model.pos_embed[0, 1:], image['pos_embed'][0, 1:][source])
    assert torch.equal(model.pos_embed[0, 0], image['pos_embed'][0, 0])


def mmaction2_layout(image):
    """An image model in the names of the file that the Video Transformer benchmark starts from."""
    names = {
        'attn.qkv.weight': 'attentions.0.attn.in_proj_weight',
        'attn.qkv.bias': 'attentions.0.attn.in_proj_bias',
        'attn.proj.': 'attentions.0.attn.out_proj.',
        'norm1.': 'norms.0.',
        'norm2.': 'norms.1.',
        'mlp.fc1.': 'ffns.0.layers.0.0.',
        'mlp.fc2.': 'ffns.0.layers.1.',
        'patch_embed.proj.': 'patch_embed.projection.',
        'blocks.': 'transformer_layers.layers.',
    }
    state = {}
    for key, value in image.items():
        if not key.startswith('head.'):
            for ours, theirs in names.items():
                key = key.replace(ours, theirs)
            state[key] = value
    return {'state_dict': state}


def test_timesformer_of_the_benchmark(tmp_path, image):
    """Read from the file that it names; as TimeSformer's, but for times that are drawn."""
    torch.save(mmaction2_layout(image), tmp_path / 'vit_base_patch16_224.pth')
    config = 'timesformer/timesformer_divST_8x32_224_kinetics600_vtb'
    model = backbone(TimeSformer, str(tmp_path / 'vit_base_patch16_224.pth'), config, num_frames=64)
    assert model.time_embed.std().item() == pytest.approx(0.02, rel=0.1)
    assert abs(model.time_embed.mean().item()) < 0.002
    state = model.state_dict()
    for key, value in image.items():
        if not key.startswith('head.'):
            assert torch.equal(state[key], value)
    for index, block in enumerate(model.blocks):
        assert torch.equal(block.temporal_attn.qkv.weight, image[f'blocks.{index}.attn.qkv.weight'])
        assert torch.equal(block.temporal_norm1.weight, image[f'blocks.{index}.norm1.weight'])
        assert not block.temporal_fc.weight.any() and not block.temporal_fc.bias.any()


BENCHMARK_VIVIT = dict(
    num_frames=32, attention_type='factorised_encoder', num_temporal_layers=2, frame_token='benchmark'
)


def test_vivit_of_the_benchmark(tmp_path, image):
    """Kernels are halved at both frames, and the second transformer is a copy of the first blocks."""
    torch.save(mmaction2_layout(image), tmp_path / 'vit_base_patch16_224.pth')
    config = 'vivit/vivit_b_16x2_fe_16x16_kinetics400_vtb'
    model = backbone(ViViT, str(tmp_path / 'vit_base_patch16_224.pth'), config, **BENCHMARK_VIVIT)
    for frame in range(2):
        kernel = model.patch_embed.proj.weight[:, :, frame]
        torch.testing.assert_close(kernel, image['patch_embed.proj.weight'] / 2, rtol=0, atol=0)
    for index, block in enumerate(model.temporal_blocks):
        assert_same(block, model.blocks[index])
        assert torch.equal(block.mlp.fc1.weight, image[f'blocks.{index}.mlp.fc1.weight'])
    assert torch.equal(model.pos_embed, image['pos_embed']) and torch.equal(model.cls_token, image['cls_token'])
    assert torch.equal(model.norm.weight, image['norm.weight'])
    assert model.temporal_embed.std().item() == pytest.approx(0.02, rel=0.15)


def test_vivit_of_the_benchmark_resizes_positions_bicubically(tmp_path, image):
    config = 'vivit/vivit_b_16x2_fe_16x16_kinetics400_vtb'
    model = backbone(ViViT, str(tmp_path / 'vit.pth'), config, **BENCHMARK_VIVIT, img_size=96)
    torch.testing.assert_close(model.pos_embed, resized(image['pos_embed'], 6), rtol=0, atol=1e-5)


def test_vivit(tmp_path, image):
    """The kernel at frame 1 of 2; the image model ends where the second transformer begins, which has its own start."""
    config = 'vivit/vivit_b_16x2_fe_kinetics400'
    sizes = dict(num_frames=4, attention_type='factorised_encoder', num_temporal_layers=2)
    model = backbone(ViViT, str(tmp_path / 'vit.pth'), config, **sizes)
    own = backbone(ViViT, None, **sizes)
    kernel = model.patch_embed.proj.weight
    assert torch.equal(kernel[:, :, 1], image['patch_embed.proj.weight']) and not kernel[:, :, 0].any()
    assert torch.equal(model.spatial_norm.weight, image['norm.weight'])
    assert_same(model.temporal_blocks, own.temporal_blocks)
    assert_same(model.norm, own.norm)


def test_dualformer_starts_the_coarse_levels_second_convolution_as_a_mean(tmp_path):
    """1 / (4 * 2 * 2) in stage 0 and 1 / 4 in stage 1, also where the image model has such a convolution."""
    sizes = dict(video_size=(32, 224, 224), embed_dims=(4, 4, 8, 8), depths=(2, 2, 2, 2), num_heads=(1, 2, 2, 4))
    torch.manual_seed(0)
    state = DualFormer(**sizes).state_dict()
    # Kernels of an image model: those of the video model without an axis of time.
    state = {
        key: torch.randn_like(value[:, :, 0] if value.ndim == 5 else value.float()) for key, value in state.items()
    }
    assert state['blocks.0.1.attn.lr.3.weight'].shape == (4, 1, 2, 2)
    torch.save(state, tmp_path / 'image.pth')
    init_cfg = dict(type='mmaction_vt.FromImageModel', checkpoint=str(tmp_path / 'image.pth'))
    model = DualFormer(**sizes, init_cfg=init_cfg)
    model.init_weights()
    for stage, weight in ((0, 1 / 16), (1, 1 / 4)):
        convolution = model.blocks[stage][1].attn.lr[3]
        assert convolution.weight.eq(weight).all() and not convolution.bias.any()
    kernel = model.patch_embeds[0].proj.weight
    assert torch.equal(kernel[:, :, 0], state['patch_embeds.0.proj.weight'] / 2)
    kernel = model.pos_block[0].proj[0].weight
    torch.testing.assert_close(kernel[:, :, 2], state['pos_block.0.proj.0.weight'] / 3)


@pytest.mark.parametrize(
    ('family', 'options', 'message'),
    [
        (TimeSformer, dict(positions='nearest'), 'bicubic, nearest_1d'),
        (TimeSformer, dict(temporal='first_blocks'), 'factorised_encoder'),
        (TimeSformer, dict(time_std=0.0), r'positive number or None, not 0\.0'),
        (ViViT, dict(time_std=0.02), 'this backbone has none'),
        (DualFormer, dict(positions='nearest_1d'), 'omit inflate'),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path, image, family, options, message):
    model = family() if family is DualFormer else family(**SIZES)
    with pytest.raises(InputError, match=message):
        FromImageModel(str(tmp_path / 'vit.pth'), **options)(model)
