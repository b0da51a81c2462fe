"""Static tubelets are dropped and similar tokens merged: exact where nothing repeats, and where all is the same."""

import pytest
import torch
from tiny_models import one_block

from mmaction_vt.deployment import FewerTokens
from mmaction_vt.errors import InputError
from mmaction_vt.models.layers.run_length import changes_of, run_lengths
from mmaction_vt.models.layers.token_merging import merge_tokens
from mmaction_vt.registry import MODELS

JOINT = {
    'ViViT': dict(attention_type='joint', tubelet_size=2),
    'VideoMAE': dict(tubelet_size=2),
    'Motionformer': dict(attention_type='joint', tubelet_size=2),
    'TimeSformer': dict(attention_type='joint_space_time'),
}


def build(name, layers=2, **options):
    torch.manual_seed(0)
    backbone = MODELS.build(dict(one_block(name, **{**JOINT.get(name, {}), **options})['backbone'], num_layers=layers))
    backbone.init_weights()
    for parameter in backbone.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return backbone.eval()


@pytest.mark.parametrize('name', JOINT)
def test_exact_where_nothing_repeats(name):
    backbone, clips = build(name), torch.randn(2, 3, 4, 32, 32)
    reduced = FewerTokens(backbone, static=0, merge=0).eval()
    torch.testing.assert_close(reduced(clips), backbone(clips), rtol=0, atol=1e-5)
    assert reduced.num_tokens[0] == reduced.num_tokens[1]


@pytest.mark.parametrize('name', JOINT)
def test_exact_for_a_still_clip_without_positions_in_time(name):
    """What is dropped counts as often as it lasts, in attention and in the mean."""
    backbone = build(name)
    for key, values in (*backbone.named_parameters(), *backbone.named_buffers()):
        if ('embed' in key and 'proj' not in key) or key == 'positions':
            values.data.zero_()
    clips = torch.randn(1, 3, 1, 32, 32).expand(-1, -1, 4, -1, -1)
    reduced = FewerTokens(backbone, static=0).eval()
    torch.testing.assert_close(reduced(clips), backbone(clips), rtol=0, atol=1e-5)
    assert reduced.num_tokens[0] == 4 + hasattr(backbone, 'cls_token')


def test_only_what_changes_less_than_the_threshold_is_dropped():
    clips = torch.zeros(1, 3, 6, 32, 16)
    clips[:, :, 4:, :16] = 1  # the upper patch changes in the third tubelet
    clips[:, :, 2:4, 16:] = 0.1  # the lower one a little in the second, and back
    changes = changes_of(clips, 2, 16)
    assert changes[0, 1:, :, 0].tolist() == [[0, pytest.approx(0.1)], [1, pytest.approx(0.1)]]
    assert run_lengths(changes, 0)[0, :, :, 0].tolist() == [[2, 1], [0, 1], [1, 1]]
    assert run_lengths(changes, 0.2)[0, :, :, 0].tolist() == [[2, 3], [0, 0], [1, 0]]


def test_the_most_similar_pairs_are_merged_to_their_weighted_means():
    torch.manual_seed(0)
    tokens, sizes = torch.randn(1, 9, 4), torch.randint(1, 4, (1, 9)).float()
    merged, counts = merge_tokens(tokens, sizes, tokens, 2, num_fixed=1)
    own, other = list(range(1, 9, 2)), list(range(2, 9, 2))
    cosine = torch.cosine_similarity(tokens[0, own][:, None], tokens[0, other][None], dim=-1)
    pairs = sorted(
        ((float(row.max()), source, other[int(row.argmax())]) for source, row in zip(own, cosine, strict=True))
    )
    groups = {target: [target] for target in other}
    for _, source, target in pairs[-2:]:
        groups[target].append(source)
    kept = sorted(source for _, source, _ in pairs[:-2])
    expected = [[0], *([source] for source in kept), *groups.values()]
    for token, count, group in zip(merged[0], counts[0], expected, strict=True):
        weights = sizes[0, group]
        torch.testing.assert_close(token, (tokens[0, group] * weights[:, None]).sum(0) / weights.sum())
        assert count == weights.sum()


def test_merging_leaves_fewer_tokens_and_similar_scores():
    backbone, clips = build('VideoMAE', layers=3), torch.randn(1, 3, 4, 32, 32)
    reduced = FewerTokens(backbone, merge=1).eval()
    difference = (reduced(clips) - backbone(clips)).abs().max()
    assert reduced.num_tokens == (8, 5) and 0 < difference < backbone(clips).abs().max()


@pytest.mark.parametrize(
    ('name', 'options', 'message'),
    [
        ('TimeSformer', dict(attention_type='divided_space_time'), 'where all attend to all .* not in TimeSformer'),
        ('VideoMAE', dict(norm_after_mean=False), 'must return a class token or a mean'),
        ('ViViT', dict(out_type='featmap'), 'must return a class token or a mean'),
    ],
)
def test_other_backbones_are_refused(name, options, message):
    with pytest.raises(InputError, match=message):
        FewerTokens(build(name, **options), static=0.1)


def test_bad_options_and_training_are_refused():
    with pytest.raises(InputError, match='must not be negative'):
        FewerTokens(build('VideoMAE'), static=-1.0)
    with pytest.raises(InputError, match='for inference'):
        FewerTokens(build('VideoMAE'))(torch.zeros(1, 3, 4, 32, 32))
