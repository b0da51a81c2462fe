"""Fine-tuning modes and augmentation fragments: what moves, how fast, and that a step trains."""

import pytest
import torch
from conftest import ROOT
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from tiny_models import TINY_DUALFORMER, preprocessor

from mmaction_vt.errors import InputError

TOKENS = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=16, num_layers=3, num_heads=2)
BACKBONES = {
    'TimeSformer': dict(TOKENS, type='mmaction_vt.TimeSformer', drop_rate=0.3, drop_path_rate=0.3),
    'Motionformer': dict(TOKENS, type='mmaction_vt.Motionformer', drop_rate=0.3, drop_path_rate=0.3),
    'ViViT': dict(TOKENS, type='mmaction_vt.ViViT', drop_rate=0.3, attention_type='factorised_encoder'),
    'VideoMAE': dict(TOKENS, type='mmaction_vt.VideoMAE', norm_after_mean=False, drop_rate=0.3),
    'VJEPA2': dict(TOKENS, type='mmaction_vt.VJEPA2', out_type='mean', drop_rate=0.3),
    'DualFormer': dict(TINY_DUALFORMER, drop_rate=0.3, drop_path_rate=0.3),
}
HEADS = {'DualFormer': dict(type='I3DHead', num_classes=4, in_channels=16)}
FINETUNE = ROOT / 'configs' / '_base_' / 'finetune'
AUGMENTATION = ROOT / 'configs' / '_base_' / 'augmentation'


def fragment(folder, name):
    return Config.fromfile(folder / f'{name}.py')[name]


def build(family, **options):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    head = HEADS.get(family, dict(type='TimeSformerHead', num_classes=4, in_channels=16))
    backbone = {**BACKBONES[family], **options}
    config = dict(type='Recognizer3D', backbone=backbone, cls_head=dict(head, topk=(1, 2)))
    model = MODELS.build(dict(config, data_preprocessor=preprocessor()))
    model.init_weights()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01)  # so that weight decay moves what gets no gradient
    return model


def batch():
    from mmaction.structures import ActionDataSample

    videos = list(torch.randint(0, 255, (2, 1, 3, 4, 32, 32), dtype=torch.uint8))
    return dict(inputs=videos, data_samples=[ActionDataSample().set_gt_label(label) for label in (1, 3)])


def moved(model, **optim):
    """The names of what one step of training moves."""
    before = {name: value.clone() for name, value in model.state_dict().items()}
    config = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=0.1, weight_decay=0.1), **optim)
    wrapper = build_optim_wrapper(model, config)
    model.train()
    for _ in range(2):
        model.train_step(batch(), wrapper)
    return {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}


@pytest.mark.parametrize('family', BACKBONES)
def test_full_moves_everything(family):
    model = build(family, **fragment(FINETUNE, 'full'))
    assert moved(model) >= {name for name, _ in model.named_parameters()}


@pytest.mark.parametrize('family', BACKBONES)
def test_linear_probe_moves_the_head_alone(family):
    model = build(family, **fragment(FINETUNE, 'linear_probe'))
    assert moved(model) == {'cls_head.fc_cls.weight', 'cls_head.fc_cls.bias'}
    assert not any(module.training for module in model.backbone.modules())
    videos = torch.randn(1, 3, 4, 32, 32)
    assert torch.equal(model.train().backbone(videos), model.backbone(videos))  # no dropout


LAST = {
    'TimeSformer': ('blocks.1.', 'blocks.2.', 'norm.'),
    'Motionformer': ('blocks.1.', 'blocks.2.', 'norm.'),
    'ViViT': ('temporal_blocks.2.', 'temporal_blocks.3.', 'norm.'),
    'VideoMAE': ('blocks.1.', 'blocks.2.', 'norm.'),
    'VJEPA2': ('blocks.1.', 'blocks.2.', 'norm.'),
    'DualFormer': ('blocks.3.', 'patch_embeds.3.', 'pos_block.3.', 'norm.'),
}


@pytest.mark.parametrize('family', BACKBONES)
def test_last_blocks_move_and_the_others_do_not(family):
    model = build(family, **fragment(FINETUNE, 'last_blocks'))
    wanted = {
        name
        for name, _ in model.named_parameters()
        if name.startswith('cls_head.') or name.removeprefix('backbone.').startswith(LAST[family])
    }
    changed = {name for name in moved(model) if not name.endswith('num_batches_tracked') and 'running' not in name}
    assert changed == wanted
    training = {name for name, module in model.backbone.named_modules() if module.training and name}
    assert training and all((name + '.').startswith(LAST[family]) for name in training if '.' in name)


@pytest.mark.parametrize('family', BACKBONES)
def test_layer_decay(family):
    model = build(family)
    settings = Config(dict(optim_wrapper=dict(optimizer=dict(type='AdamW', lr=1.0, weight_decay=0.1))))
    settings.merge_from_dict(dict(optim_wrapper=fragment(FINETUNE, 'layer_decay').to_dict()))
    settings.optim_wrapper.paramwise_cfg.pop('_delete_', None)
    wrapper = build_optim_wrapper(model, settings.optim_wrapper)
    groups = {id(parameter): group for group in wrapper.optimizer.param_groups for parameter in group['params']}
    assert len(groups) == len(list(model.parameters()))
    names = dict(model.named_parameters())

    def of(name):
        return groups[id(names[name])]

    blocks = {'DualFormer': 8, 'ViViT': 7}.get(family, 3)
    assert of('cls_head.fc_cls.weight')['lr'] == of('backbone.norm.weight')['lr'] == 1
    last = {'DualFormer': 'blocks.3.1', 'ViViT': 'temporal_blocks.3'}.get(family, 'blocks.2')
    first = {'DualFormer': 'blocks.0.0'}.get(family, 'blocks.0')
    assert of(f'backbone.{last}.mlp.fc1.weight')['lr'] == 0.75
    assert of(f'backbone.{first}.mlp.fc1.weight')['lr'] == pytest.approx(0.75**blocks)
    embedding = {'DualFormer': 'patch_embeds.0.proj', 'Motionformer': 'patch_embed_3d.proj'}.get(
        family, 'patch_embed.proj'
    )
    assert of(f'backbone.{embedding}.weight')['lr'] == pytest.approx(0.75 ** (blocks + 1))
    assert of('backbone.norm.weight')['weight_decay'] == of('cls_head.fc_cls.bias')['weight_decay'] == 0
    assert of('cls_head.fc_cls.weight')['weight_decay'] == 0.1
    if family == 'DualFormer':
        assert of('backbone.patch_embeds.3.proj.weight')['lr'] == pytest.approx(0.75**2)


def test_refuses_what_makes_no_sense():
    with pytest.raises(InputError, match='number of blocks, 3; got 4'):
        build('TimeSformer', trainable_blocks=4)
    optim = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=1))
    optim['constructor'] = 'mmaction_vt.LayerDecayOptimWrapperConstructor'
    with pytest.raises(InputError, match=r'must be in \(0, 1\], not 2'):
        build_optim_wrapper(build('ViViT'), dict(optim, paramwise_cfg=dict(decay_rate=2)))
    with pytest.raises(InputError, match='not NoneType'):
        build_optim_wrapper(torch.nn.Linear(2, 2), dict(optim, paramwise_cfg=dict(decay_rate=0.5)))


USES = {
    'early_stopping': 'custom_hooks = [_base_.early_stopping]',
    'balanced_classes': 'train_dataloader = dict(sampler=_base_.balanced_sampler)',
    'full': 'model = dict(backbone=_base_.full)',
    'linear_probe': 'model = dict(backbone=_base_.linear_probe)',
    'last_blocks': 'model = dict(backbone=_base_.last_blocks)',
    'layer_decay': 'optim_wrapper = _base_.layer_decay',
    'changing_colours': """
clips = dict(_base_.train_pipeline[0], format='frames')
train_pipeline = [clips, *_base_.changing_colours, _base_.train_pipeline[-1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
""",
    'mixup_cutmix': """
mixup, cutmix = (dict(kind, num_classes=2) for kind in _base_.mixup_cutmix)
model = dict(data_preprocessor=dict(blending=dict(type='RandomBatchAugment', augments=[mixup, cutmix])))
""",
    'label_smoothing': 'model = dict(cls_head=_base_.label_smoothing)',
    'rand_augment': """
clips = dict(_base_.train_pipeline[0], format='frames')
shape = dict(type='FormatShape', input_format='NCTHW')
train_pipeline = [clips, _base_.rand_augment, shape, _base_.train_pipeline[-1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
""",
    'random_erasing': """
clips = dict(_base_.train_pipeline[0], format='frames')
shape = dict(type='FormatShape', input_format='NCTHW')
train_pipeline = [clips, _base_.random_erasing, shape, _base_.train_pipeline[-1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
""",
    'repeated_augmentation': """
sample = _base_.train_pipeline[0].sampling
resize = dict(type='Resize', scale=(32, 32), keep_ratio=False)
crop = [dict(type='RandomResizedCrop'), resize, dict(type='Flip')]
pack = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
train_pipeline = [dict(type='DecordInit'), sample, dict(type='DecordDecode'), *crop, *pack]
dataset = dict(_base_.repeated_augmentation.dataset, pipeline=train_pipeline)
train_dataloader = dict(_base_.repeated_augmentation, dataset=dataset)
""",
}


@pytest.mark.parametrize('name', USES)
def test_fragment_trains_as_its_comment_says(name, tiny_config, tmp_path, run_program):
    path = next(folder / f'{name}.py' for folder in (FINETUNE, AUGMENTATION) if (folder / f'{name}.py').exists())
    lines = [
        line.strip()
        for line in USES[name]
        .replace('num_classes=2', 'num_classes=12')
        .replace('(32, 32)', '(224, 224)')
        .strip()
        .splitlines()
    ]
    assert all(f'#     {line}\n' in path.read_text() for line in lines)
    config = tmp_path / 'own.py'
    config.write_text(f'_base_ = [{str(tiny_config)!r}, {str(path)!r}]\n{USES[name]}')
    run_program('tools/train.py', config, '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1')
    assert (tmp_path / 'work_dir' / 'epoch_1.pth').exists()


def test_classes_weighted_in_the_loss(tiny_config, tmp_path, run_program):
    path = FINETUNE / 'balanced_classes.py'
    line = 'custom_hooks = [_base_.class_weights]'
    assert f'#     {line}\n' in path.read_text()
    (tmp_path / 'own.py').write_text(f'_base_ = [{str(tiny_config)!r}, {str(path)!r}]\n{line}')
    run_program('tools/train.py', tmp_path / 'own.py', '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1')
    assert (tmp_path / 'work_dir' / 'epoch_1.pth').exists()


def test_early_stopping(tiny_config, tmp_path, run_program):
    own = f'_base_ = [{str(tiny_config)!r}, {str(FINETUNE / "early_stopping.py")!r}]\n{USES["early_stopping"]}'
    (tmp_path / 'own.py').write_text(own)
    options = ('optim_wrapper.optimizer.lr=1e-9', 'train_cfg.max_epochs=9', 'custom_hooks.0.patience=2')
    run_program('tools/train.py', tmp_path / 'own.py', '--cfg-options', *options)
    assert (tmp_path / 'work_dir' / 'epoch_3.pth').exists() and not (tmp_path / 'work_dir' / 'epoch_4.pth').exists()


def test_every_fragment_is_tested():
    assert {path.stem for folder in (FINETUNE, AUGMENTATION) for path in folder.glob('*.py')} == set(USES)
