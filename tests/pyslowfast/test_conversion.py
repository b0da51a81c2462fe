"""YAML files with the published keys become our published configs."""

import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from mmengine.config import Config

sys.path.insert(0, str(Path(__file__).parent))

from published_files import FILES, write_file

from mmaction_vt.errors import InputError
from mmaction_vt.pyslowfast import convert_yaml
from mmaction_vt.pyslowfast.tables import IGNORED, ONLY
from mmaction_vt.zoo import find_config

# What a file of the authors says otherwise than our config for 8 GPUs: where data lie, how a step is divided over GPUs,
# what is kept, and the seed.
MEANT = (
    '*_dataloader.dataset.ann_file',
    '*_dataloader.dataset.data_prefix.*',
    '*_dataloader.dataset.label_files',
    '*_dataloader.num_workers',
    'auto_scale_lr.base_batch_size',
    'default_hooks.checkpoint.interval',
    'load_from',
    'optim_wrapper.accumulative_counts',
    'randomness.seed',
    'train_dataloader.batch_size',
)


def leaves(value, prefix=''):
    if not isinstance(value, dict):
        return {prefix[:-1]: tuple(value) if isinstance(value, list) else value}
    return {name: leaf for key, item in value.items() for name, leaf in leaves(item, f'{prefix}{key}.').items()}


def convert(folder, name, *overrides, **more):
    path = write_file(folder, name, **more)
    conversion = convert_yaml(path, overrides, folder / 'made.py')
    (folder / 'made.py').write_text(conversion.text)
    return conversion, Config.fromfile(folder / 'made.py')


@pytest.mark.parametrize('name', FILES)
def test_a_published_file_becomes_our_config(tmp_path, name):
    conversion, made = convert(tmp_path, name)
    assert conversion.base == name
    assert conversion.not_converted == conversion.unknown == []
    published = Config.fromfile(find_config(name))
    ours, theirs = leaves(published.to_dict()), leaves(made.to_dict())
    different = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    assert [key for key in different if not any(fnmatchcase(key, pattern) for pattern in MEANT)] == []
    if name.startswith('timesformer'):
        for config in (published, made):
            passes = config.optim_wrapper.get('accumulative_counts', 1)
            assert 8 * config.train_dataloader.batch_size * passes == 64
    assert len(conversion.text.splitlines()) < 50


def test_lists_and_folders(tmp_path):
    _, made = convert(tmp_path, 'timesformer_divST_8x32_224_kinetics400', 'DATA.PATH_PREFIX', '/videos')
    for split in ('train', 'val', 'test'):
        dataset = made[f'{split}_dataloader'].dataset
        assert (dataset.ann_file, dataset.data_prefix) == (f'/data/kinetics/{split}.csv', dict(video='/videos'))
    _, made = convert(tmp_path, 'timesformer_divST_8_224_ssv2')
    dataset = made.test_dataloader.dataset
    assert (dataset.ann_file, dataset.data_prefix) == ('/lists/ssv2/val.csv', dict(img='/frames/ssv2/'))
    assert dataset.label_files[0] == '/lists/ssv2/something-something-v2-validation.json'
    epic = ['EPICKITCHENS.ANNOTATIONS_DIR', '/notes/', 'EPICKITCHENS.VISUAL_DATA_DIR', '/epic']
    _, made = convert(tmp_path, 'motionformer_224_16x4_epickitchens', *epic)
    dataset = made.train_dataloader.dataset
    assert (dataset.ann_file, dataset.data_prefix) == ('/notes/EPIC_100_train.csv', dict(img='/epic'))


def test_a_command_line_changes_a_file(tmp_path):
    typed = 'TRAIN.BATCH_SIZE 16 NUM_GPUS 4 MODEL.NUM_CLASSES 101 DATA.NUM_FRAMES 12 TRAIN.CHECKPOINT_FILE_PATH a.pyth '
    typed += 'TRAIN.FINETUNE: True OUTPUT_DIR runs/ucf DATA_LOADER.NUM_WORKERS 0 SOLVER.MAX_EPOCH 9'
    typed += ' SOLVER.STEPS [0,4,8]'
    conversion, made = convert(tmp_path, 'timesformer_divST_8x32_224_kinetics400', *typed.split())
    assert conversion.unknown == conversion.not_converted == []
    assert (made.train_dataloader.batch_size, made.optim_wrapper.accumulative_counts) == (4, 4)
    assert made.auto_scale_lr.base_batch_size == 16
    assert made.model.cls_head.num_classes == made.num_classes == made.test_dataloader.dataset.num_classes == 101
    assert made.class_names is None
    assert made.model.backbone.num_frames == 12
    for split in ('train', 'val', 'test'):
        pipeline = made[f'{split}_dataloader'].dataset.pipeline
        assert pipeline == made[f'{split}_pipeline']
        assert pipeline[0].sampling.clip_len == 12
    assert (made.load_from, made.model.backbone.init_cfg, made.work_dir) == ('a.pyth', None, 'runs/ucf')
    assert not made.train_dataloader.persistent_workers
    assert (made.param_scheduler[0].milestones, made.param_scheduler[0].end) == ([4, 8], 9)
    assert 'pipeline=train_pipeline' in conversion.text


def test_positions_of_another_size_are_resized_as_published(tmp_path):
    sizes = ['DATA.TRAIN_CROP_SIZE', '336', 'DATA.TEST_CROP_SIZE', '336', 'TIMESFORMER.PRETRAINED_MODEL', 'vit.pth']
    _, made = convert(tmp_path, 'timesformer_divST_8x32_224_kinetics400', *sizes)
    assert made.model.backbone.img_size == 336
    assert made.model.backbone.init_cfg.positions == 'nearest_1d'
    assert made.model.backbone.init_cfg.checkpoint == 'vit.pth'


def test_other_schedules_optimizers_and_precisions(tmp_path):
    typed = 'SOLVER.LR_POLICY cosine SOLVER.COSINE_END_LR 1e-6 SOLVER.WARMUP_EPOCHS 2.5 SOLVER.WARMUP_START_LR 1e-5'
    typed += ' SOLVER.OPTIMIZING_METHOD sgd SOLVER.USE_MIXED_PRECISION False SOLVER.CLIP_GRAD 1.0 SOLVER.NESTEROV False'
    _, made = convert(tmp_path, 'motionformer_224_16x4_kinetics400', *typed.split())
    warm_up, cosine = made.param_scheduler
    assert (warm_up.type, warm_up.start_factor, warm_up.end) == ('LinearLR', 0.1, 2.5)
    assert (cosine.type, cosine.T_max, cosine.eta_min) == ('CosineAnnealingLR', 35, 1e-6)
    expected = dict(type='SGD', lr=1e-4, weight_decay=0.05, momentum=0.9)
    assert made.optim_wrapper.optimizer == expected
    assert (made.optim_wrapper.type, made.optim_wrapper.clip_grad) == ('OptimWrapper', dict(max_norm=1.0))
    assert 'precision' not in made.optim_wrapper
    steps = {'SOLVER.STEPS': [0, 10, 20], 'SOLVER.LRS': [1, 0.5, 0.05]}
    _, made = convert(tmp_path, 'timesformer_divST_8x32_224_kinetics400', **steps)
    assert [(s.milestones, s.gamma) for s in made.param_scheduler] == [([10], 0.5), ([20], 0.1)]


def test_other_models(tmp_path):
    typed = 'VIT.EMBED_DIM 192 VIT.NUM_HEADS 3 VIT.APPROX_ATTN_TYPE orthoformer VIT.USE_ORIGINAL_TRAJ_ATTN_CODE False'
    typed += ' VIT.IM_PRETRAINED False VIT.POS_EMBED joint'
    _, made = convert(tmp_path, 'motionformer_224_16x4_kinetics400', *typed.split())
    backbone = made.model.backbone
    assert (backbone.embed_dims, backbone.num_heads, made.model.cls_head.in_channels) == (192, 3, 192)
    assert (backbone.approximation, backbone.num_landmarks, backbone.project_values) == ('orthoformer', 128, True)
    assert (backbone.init_cfg, backbone.pos_embed_type) == (None, 'joint')
    for reset in ('motionformer_224_16x4_ssv2', 'motionformer_224_16x4_epickitchens'):
        _, made = convert(tmp_path, reset, 'TRAIN.CHECKPOINT_FILE_PATH', '')
        assert made.load_from is None
        assert made.model.backbone.init_cfg.type == 'mmaction_vt.FromImageModel'
    _, made = convert(tmp_path, 'timesformer_divST_8x32_224_kinetics400', 'TIMESFORMER.PRETRAINED_MODEL', 'v.pth')
    assert made.model.backbone.init_cfg.checkpoint == 'v.pth'


def test_one_crop_is_in_the_middle(tmp_path):
    for name, short_side in (
        ('timesformer_divST_8x32_224_kinetics400', 256),
        ('motionformer_224_16x4_kinetics400', 224),
    ):
        _, made = convert(tmp_path, name, 'TEST.NUM_SPATIAL_CROPS', '1')
        assert (made.test_pipeline[0].crop, made.test_pipeline[0].short_side) == ('center', short_side)


@pytest.mark.parametrize(
    ('name', 'reversed_', 'to_rgb'),
    [
        ('timesformer_divST_8_224_ssv2', 'False', True),  # its code never reverses
        ('motionformer_224_16x4_ssv2', 'False', True),
        ('motionformer_224_16x4_kinetics400', 'True', True),
        ('motionformer_224_16x4_epickitchens', 'True', False),
    ],
)
def test_the_order_of_channels(tmp_path, name, reversed_, to_rgb):
    _, made = convert(tmp_path, name, 'DATA.REVERSE_INPUT_CHANNEL', reversed_)
    assert made.model.data_preprocessor.get('to_rgb', False) is to_rgb


def test_every_key_is_accounted_for(tmp_path):
    typed = 'DATA.GRAYSCALE True MIXUP.MIXUP_ALPHA 0.8 SOLVER.LR_POLICY odd TRAIN.BATCH_SZE 3 EMA.ENABLED False'
    conversion, _ = convert(tmp_path, 'motionformer_224_16x4_kinetics400', *typed.split())
    assert conversion.unknown == ['TRAIN.BATCH_SZE', 'EMA.ENABLED']  # the second is TimeSformer's
    refused = [line.partition(' ')[0] for line in conversion.not_converted]
    assert sorted(refused) == ['DATA.GRAYSCALE', 'MIXUP.MIXUP_ALPHA', 'SOLVER.LR_POLICY']
    assert '# Unknown: TRAIN.BATCH_SZE' in conversion.text
    assert {'NUM_GPUS', 'DATA_LOADER.PIN_MEMORY', 'SLOWFAST.ALPHA', 'TRAIN.ENABLE'} <= set(conversion.ignored)
    conversion, _ = convert(tmp_path, 'timesformer_divST_8x32_224_kinetics400', 'VIT.DEPTH', '3')
    assert conversion.unknown == ['VIT.DEPTH']
    assert not set(ONLY) & set(IGNORED)


@pytest.mark.parametrize(
    ('text', 'overrides', 'message'),
    [
        ('- a\n', (), 'is not a YAML file of PySlowFast'),
        ('a: [', (), 'is not a YAML file of PySlowFast'),
        ('MODEL: {ARCH: slowfast}\n', (), 'is neither of TimeSformer'),
        ('MODEL: {ARCH: vit}\n', ('TRAIN.BATCH_SIZE',), 'TRAIN.BATCH_SIZE has no value'),
        ('MODEL: {ARCH: vit}\n', ('TRAIN.DATASET', 'ava'), "unknown TRAIN.DATASET 'ava'; choose from kinetics, ssv2"),
    ],
)
def test_other_files_are_refused(tmp_path, text, overrides, message):
    (tmp_path / 'a.yaml').write_text(text)
    with pytest.raises(InputError, match=message):
        convert_yaml(tmp_path / 'a.yaml', overrides)
    with pytest.raises(InputError, match='cannot be read: No such file'):
        convert_yaml(tmp_path / 'b.yaml')
