"""The masked autoencoder against transformers' and against its plain formulation, and what it refuses."""

import pytest
import torch
from tiny_models import preprocessor

from mmaction_vt.checkpoints.load import load_converted, load_into
from mmaction_vt.checkpoints.read import convert
from mmaction_vt.errors import InputError
from mmaction_vt.models import MaskedVideoAutoencoder
from mmaction_vt.models.layers import other_tubes
from mmaction_vt.models.pretraining.tubelet_pixels import motion, to_clips, to_tubelets

ENCODER = dict(
    type='mmaction_vt.VideoMAE',
    img_size=48,
    num_frames=4,
    embed_dims=48,
    num_layers=3,
    num_heads=4,
    mlp_ratio=2.0,
    norm_after_mean=False,
)
DECODER = dict(embed_dims=24, num_layers=2, num_heads=2, mlp_ratio=2.0)
IMAGENET = preprocessor((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


def build(encoder=None, **options):
    torch.manual_seed(0)
    settings = dict(decoder=DECODER, mask_ratio=0.7, data_preprocessor=IMAGENET)
    model = MaskedVideoAutoencoder({**ENCODER, **(encoder or {})}, **{**settings, **options}).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    return model


def clips(count=3):
    torch.manual_seed(1)
    return torch.randn(count, 3, 4, 48, 48)


@pytest.mark.parametrize('norm_pixels', [True, False])
def test_losses_are_those_of_transformers(norm_pixels):
    transformers = pytest.importorskip('transformers')
    config = transformers.VideoMAEConfig(
        image_size=48,
        num_frames=4,
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=96,
        decoder_hidden_size=24,
        decoder_num_hidden_layers=2,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=48,
        use_mean_pooling=False,
        norm_pix_loss=norm_pixels,
    )
    theirs = transformers.VideoMAEForPreTraining(config).eval()
    torch.manual_seed(2)
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    ours = build(norm_pixels=norm_pixels)
    load_converted(ours, convert(theirs.state_dict()), 'theirs')
    keep = ours.draw_masks(clips())
    mask = torch.ones(3, 9).scatter_(1, keep, 0).bool().repeat(1, 2)
    with torch.no_grad():
        expected = theirs(clips().transpose(1, 2), bool_masked_pos=mask).loss
        torch.testing.assert_close(ours.loss(clips(), keep), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('norm_pixels', [True, False])
def test_the_loss_is_the_error_of_the_pixels_that_are_masked(norm_pixels):
    model, videos = build(norm_pixels=norm_pixels), clips(1)
    keep = model.draw_masks(videos)
    predicted = model.predict_masked(videos, keep)[0]
    mean, std = (torch.tensor(IMAGENET[name]).view(3, 1, 1, 1) for name in ('mean', 'std'))
    pixels, errors = (videos[0] * std + mean) / 255, []
    places = [(frame, int(patch)) for frame in range(2) for patch in other_tubes(keep, 9)[0]]
    for values, (frame, patch) in zip(predicted, places, strict=True):
        row, column = 16 * (patch // 3), 16 * (patch % 3)
        tubelet = pixels[:, 2 * frame : 2 * frame + 2, row : row + 16, column : column + 16]
        if norm_pixels:
            tubelet = torch.stack([(colour - colour.mean()) / (colour.std() + 1e-6) for colour in tubelet])
        errors.append((values.view(2, 16, 16, 3) - tubelet.permute(1, 2, 3, 0)).square().mean())
    assert len(errors) == 2 * model.num_masked == 12
    torch.testing.assert_close(model.loss(videos, keep), torch.stack(errors).mean())


def test_a_perfect_prediction_reconstructs_the_clip(monkeypatch):
    model, videos = build(), clips()
    keep = model.draw_masks(videos)
    pixels = to_tubelets(model.targets(videos).new_tensor(0) + to_clips(model.targets(videos), 2, 16, (3, 3)), 2, 16)
    masked = torch.stack([pixels[index].unflatten(0, (2, 9))[:, rows].flatten(0, 1)
                          for index, rows in enumerate(other_tubes(keep, 9))])  # fmt: skip
    right = (masked - masked.mean(2, keepdim=True)) / (masked.std(2, keepdim=True) + 1e-6)
    monkeypatch.setattr(model, 'predict_masked', lambda *_: right.flatten(2))
    expected = to_clips(pixels, 2, 16, (3, 3))
    torch.testing.assert_close(model.reconstruct(videos, keep), expected, rtol=1e-4, atol=1e-5)


def test_what_is_seen_stays_as_it_is():
    model, videos = build(), clips()
    keep = model.draw_masks(videos)
    out, pixels = (
        to_tubelets(each, 2, 16)
        for each in (model.reconstruct(videos, keep), to_clips(model.targets(videos), 2, 16, (3, 3)))
    )
    seen = torch.zeros(3, 9).scatter_(1, keep, 1).bool().repeat(1, 2)
    assert torch.equal(out[seen], pixels[seen])
    assert not torch.isclose(out[~seen], pixels[~seen]).all(-1).any()


def test_the_target_is_motion_relative_to_the_largest_of_a_clip():
    model, videos = build(target='motion'), clips(2)
    mean, std = (torch.tensor(IMAGENET[name]).view(3, 1, 1, 1) for name in ('mean', 'std'))
    keep = model.draw_masks(videos)
    predicted = model.predict_masked(videos, keep)
    errors = []
    for clip, values, masked in zip(videos, predicted, other_tubes(keep, 9), strict=True):
        grey = ((clip * std + mean) / 255).mean(0)
        change = torch.stack([(grey[max(frame, 1)] - grey[max(frame, 1) - 1]).abs() for frame in range(4)])
        cells = change.view(4, 24, 2, 24, 2).mean((2, 4))
        cells = cells / (cells.max() + 0.025)
        for number, (frame, patch) in enumerate((frame, int(patch)) for frame in (0, 2) for patch in masked):
            row, column = 8 * (patch // 3), 8 * (patch % 3)
            expected = cells[frame : frame + 2, row : row + 8, column : column + 8]
            errors.append((values[number].view(2, 8, 8) - expected).square().mean())
    assert len(errors) == 2 * 2 * model.num_masked
    torch.testing.assert_close(model.loss(videos, keep), torch.stack(errors).mean())


def test_motion_is_the_same_in_other_colours_and_nothing_for_a_clip_that_stands_still():
    torch.manual_seed(1)
    videos = torch.rand(2, 3, 4, 8, 8)
    torch.testing.assert_close(motion(1 - videos.flip(1)), motion(videos))
    assert motion(videos).amax((1, 2, 3, 4)).gt(0.8).all()
    assert not motion(videos[:, :, :1].expand(-1, -1, 4, -1, -1)).any()


def test_motion_is_reconstructed_as_grey_squares():
    model, videos = build(target='motion'), clips()
    keep = model.draw_masks(videos)
    out = model.reconstruct(videos, keep)
    assert out.shape == videos.shape and torch.equal(out[:, :1].expand_as(out), out)
    seen = torch.zeros(3, 9).scatter_(1, keep, 1).view(3, 1, 1, 3, 3).repeat_interleave(16, 3).repeat_interleave(16, 4)
    right = model.targets(videos)
    assert right.shape == (3, 18, 2 * 8 * 8, 1)
    maps = to_clips(right, 2, 8, (3, 3)).repeat_interleave(2, 3).repeat_interleave(2, 4)
    same = (out == maps).all(1, keepdim=True).all(2, keepdim=True)
    assert torch.equal(same, seen.bool())


def test_masks_follow_from_the_generator_and_differ_between_samples_and_steps():
    model, videos = build(), clips(16)
    torch.manual_seed(5)
    first = model.draw_masks(videos)
    assert first.shape == (16, 9 - 6) and len({tuple(row) for row in first.tolist()}) > 1
    assert not torch.equal(model.draw_masks(videos), first)
    torch.manual_seed(5)
    assert torch.equal(model.draw_masks(videos), first)


@pytest.mark.parametrize(
    'encoder',
    [
        dict(type='mmaction_vt.TimeSformer', norm_after_mean=None, drop_path_rate=0.0),
        dict(type='mmaction_vt.Motionformer', norm_after_mean=None, drop_path_rate=0.0),
        dict(type='mmaction_vt.ViViT', norm_after_mean=None, attention_type='factorised_encoder'),
        dict(type='mmaction_vt.VJEPA2', norm_after_mean=None),
    ],
    ids=lambda encoder: encoder['type'],
)
def test_other_backbones_learn(encoder):
    settings = {key: value for key, value in {**ENCODER, **encoder}.items() if value is not None}
    model = MaskedVideoAutoencoder(settings, decoder=DECODER, mask_ratio=0.7, data_preprocessor=IMAGENET)
    model.init_weights()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(6):
        torch.manual_seed(0)
        loss = model(clips()[:, None], mode='loss')['loss']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.97 * losses[0]


def test_complete_clips_give_the_features_of_the_backbone():
    model = build()
    torch.testing.assert_close(model(clips()[:, None]), model.backbone(clips()))
    with pytest.raises(InputError, match='has no classes: fine-tune'):
        model(clips(), mode='predict')


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(mask_ratio=1), 'mask_ratio .* must be above 0 and below 1 .* 9 patches of a frame, got 1'),
        (dict(mask_ratio=0.0), 'got 0.0'),
        (dict(target='flow'), "target of MaskedVideoAutoencoder .*'flow'"),
        (dict(target='motion', encoder=dict(patch_size=3)), 'needs an even patch_size .* got patch_size 3'),
        (dict(mask_ratio=0.05), 'mask at least one'),
        (dict(decoder=dict(DECODER, num_layers=4)), r'decoder.num_layers .* from 1 to that of the backbone, 3, got 4'),
        (dict(decoder=dict(DECODER, embed_dims=64)), r'decoder.embed_dims .* that of the backbone, 48, got 64'),
        (dict(decoder=dict(DECODER, num_layers=0)), 'got 0'),
        (dict(decoder=None), r'decoder.num_layers .* got 4'),
        (dict(decoder=dict(DECODER, depth=2)), r'unknown decoder.depth .* choose from embed_dims, num_layers'),
        (
            dict(encoder=dict(type='mmaction_vt.DualFormer')),
            'can leave out patches, such as VideoMAE.*, not DualFormer',
        ),
        (dict(encoder=dict(type='ResNet')), 'not ResNet'),
    ],
)
def test_bad_settings(options, message):
    with pytest.raises(InputError, match=message):
        build(**options)


def test_clips_of_another_size():
    with pytest.raises(InputError, match='takes clips of 4 frames of 48x48 pixels, got 6 frames of 48x48'):
        build().loss(torch.randn(1, 3, 6, 48, 48), torch.tensor([[0, 1, 2]]))


def test_the_authors_files_load_with_their_decoder(tmp_path):
    model, other = build(), build()
    state = {}
    for key, value in model.state_dict().items():
        name = key.replace('backbone.', 'encoder.', 1)
        name = {'decoder.embed.weight': 'encoder_to_decoder.weight', 'decoder.mask_token': 'mask_token'}.get(name, name)
        if name.endswith('.qkv.bias'):
            query, _, bias = value.chunk(3)
            state |= {name.replace('qkv.bias', 'q_bias'): query, name.replace('qkv.bias', 'v_bias'): bias}
        else:
            state[name] = value
    torch.save({'model': state}, tmp_path / 'published.pth')
    for parameter in other.parameters():
        torch.nn.init.zeros_(parameter)
    load_into(other, tmp_path / 'published.pth')
    keep = model.draw_masks(clips())
    torch.testing.assert_close(other.loss(clips(), keep), model.loss(clips(), keep))
