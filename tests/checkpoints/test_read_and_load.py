"""What is read, what is refused, and what is said."""

import os

import pytest
import torch
from safetensors.torch import save_file

from mmaction_vt import init_recognizer, read_checkpoint
from mmaction_vt.checkpoints import load_file, trust_checkpoints
from mmaction_vt.errors import InputError


class RunsCode:
    """Pickles as a call of os.mkdir."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def build_config(num_classes=7, **options):
    sizes = dict(img_size=48, patch_size=16, num_frames=4, embed_dims=48, num_layers=3, num_heads=4)
    backbone = dict(type='mmaction_vt.TimeSformer', **{**sizes, **options})
    head = dict(type='TimeSformerHead', num_classes=num_classes, in_channels=48)
    return dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head))


@pytest.fixture
def published(parity):
    return parity('timesformer_divided_space_time').checkpoint


def test_tells_the_layout(published):
    checkpoint = read_checkpoint(published)
    assert 'TimeSformer authors' in checkpoint['layout']
    assert checkpoint['dropped'] == []
    assert checkpoint['meta']['epoch'] == 14


@pytest.mark.parametrize('zip_format', [True, False])
def test_refuses_a_file_that_would_run_code(tmp_path, zip_format):
    path, folder = tmp_path / 'bad.pth', tmp_path / 'made'
    torch.save({'state_dict': {}, 'x': RunsCode(folder)}, path, _use_new_zipfile_serialization=zip_format)
    with pytest.raises(InputError, match=r'mkdir.*--trust-checkpoint'):
        load_file(path)
    assert not folder.exists()
    with trust_checkpoints():
        load_file(path)
    assert folder.exists()


def test_getattr_is_for_histories_only(tmp_path):
    class Asks:
        def __reduce__(self):
            return getattr, (torch.Tensor, 'add')

    torch.save({'x': Asks()}, tmp_path / 'bad.pth')
    with pytest.raises(InputError, match=r'builtins\.getattr'):
        load_file(tmp_path / 'bad.pth')


@pytest.mark.parametrize(
    ('name', 'content'),
    [('text.pth', b'not a checkpoint'), ('empty.pth', b''), ('text.safetensors', b'not a checkpoint')],
)
def test_refuses_what_is_no_checkpoint(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        read_checkpoint(tmp_path / name)


def test_refuses_a_truncated_file(tmp_path, published):
    data = published.read_bytes()
    (tmp_path / 'half.pyth').write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r'half.pyth.*PyTorch cannot read it'):
        read_checkpoint(tmp_path / 'half.pyth')


@pytest.mark.parametrize('content', [{'state_dict': {}}, {'epoch': 3}, [torch.zeros(1)]])
def test_refuses_a_file_without_tensors(tmp_path, content):
    torch.save(content, tmp_path / 'none.pth')
    with pytest.raises(InputError, match=r'none\.pth'):
        read_checkpoint(tmp_path / 'none.pth')


def test_refuses_a_folder_without_a_checkpoint(tmp_path):
    with pytest.raises(InputError, match='has no checkpoint'):
        read_checkpoint(tmp_path)


def test_refuses_an_unknown_layout(tmp_path):
    torch.save({'conv1.weight': torch.zeros(1), 'fc.weight': torch.zeros(1)}, tmp_path / 'resnet.pth')
    with pytest.raises(InputError, match=r'unknown checkpoint layout with keys conv1.weight'):
        read_checkpoint(tmp_path / 'resnet.pth')


def test_a_key_without_a_place_is_named(tmp_path, published):
    checkpoint = torch.load(published)
    checkpoint['model_state']['model.extra.weight'] = torch.zeros(1)
    torch.save(checkpoint, tmp_path / 'extra.pyth')
    with pytest.raises(InputError, match=r'unexpected keys .*: model\.extra\.weight'):
        read_checkpoint(tmp_path / 'extra.pyth')


def test_a_missing_key_is_named(tmp_path, published):
    checkpoint = torch.load(published)
    del checkpoint['model_state']['model.blocks.1.mlp.fc1.bias']
    torch.save(checkpoint, tmp_path / 'missing.pyth')
    with pytest.raises(InputError, match=r'missing keys: backbone\.blocks\.1\.mlp\.fc1\.bias'):
        init_recognizer(build_config(), tmp_path / 'missing.pyth')


def test_another_family_is_refused(tmp_path):
    """A DualFormer's file also starts with backbone. and cls_head."""
    state = {'backbone.patch_embeds.0.proj.weight': torch.zeros(8, 3, 2, 4, 4), 'cls_head.fc_cls.bias': torch.zeros(7)}
    torch.save({'state_dict': state, 'meta': {}}, tmp_path / 'dualformer.pth')
    with pytest.raises(InputError, match=r'does not match this TimeSformer.*backbone\.patch_embeds\.0\.proj\.weight'):
        init_recognizer(build_config(), tmp_path / 'dualformer.pth')


def test_another_width_is_refused(published):
    with pytest.raises(InputError, match='size mismatch for backbone'):
        init_recognizer(build_config(mlp_ratio=2), published)


def test_other_classes_leave_the_classifier_out_and_say_so(published):
    config = build_config(num_classes=3)
    torch.manual_seed(0)
    fresh = init_recognizer(config)
    torch.manual_seed(0)
    with pytest.warns(UserWarning, match=r'7 classes.*3 classes.*left out'):
        model = init_recognizer(config, published)
    assert torch.equal(model.cls_head.fc_cls.weight, fresh.cls_head.fc_cls.weight)
    expected = read_checkpoint(published)['state_dict']
    assert torch.equal(model.backbone.norm.weight, expected['backbone.norm.weight'])
    with pytest.raises(InputError, match='7 classes'):
        init_recognizer(config, published, new_classifier=False)


def test_other_sizes_resize_the_embeddings_as_the_backbone_does(parity, published):
    case = parity('timesformer_divided_space_time')
    small = init_recognizer(build_config(), published)
    large = init_recognizer(build_config(img_size=(96, 48), num_frames=8), published)
    assert large.backbone.pos_embed.shape[1] == 1 + 6 * 3
    videos = torch.cat((case.input(), case.input().flip(2)), dim=2)
    videos = torch.cat((videos, videos), dim=3)
    with torch.no_grad():
        torch.testing.assert_close(small.backbone(videos), large.backbone(videos))


def test_reads_a_file_address_in_place(tmp_path, published):
    assert read_checkpoint(published.as_uri())['state_dict'].keys() == read_checkpoint(published)['state_dict'].keys()
    with pytest.raises(InputError, match=r'checkpoint file:///.*other\.pyth does not exist'):
        read_checkpoint((tmp_path / 'other.pyth').as_uri())


def test_safetensors_in_our_names(tmp_path):
    model = init_recognizer(build_config())
    save_file(model.state_dict(), tmp_path / 'ours.safetensors')
    assert read_checkpoint(tmp_path / 'ours.safetensors')['layout'] == 'mmaction_vt'


def test_mmengines_own_loading_takes_every_layout(published):
    """What mmaction2's tools and its init_recognizer call."""
    from mmaction.apis import init_recognizer as their_init
    from mmengine.config import Config

    model = their_init(Config(build_config()), str(published), device='cpu')
    expected = read_checkpoint(published)['state_dict']
    assert all(torch.equal(value, expected[key]) for key, value in model.state_dict().items())


def test_mmengines_own_loading_leaves_other_models_alone(tmp_path):
    from mmengine.runner import load_checkpoint

    layer = torch.nn.Linear(2, 2)
    torch.save({'state_dict': {'weight': torch.ones(2, 2)}}, tmp_path / 'layer.pth')
    load_checkpoint(layer, str(tmp_path / 'layer.pth'))
    assert torch.equal(layer.weight, torch.ones(2, 2))
