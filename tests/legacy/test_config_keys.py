"""Keys of mmaction 0.x, as DualFormer's README and its configs have them."""

import pytest
from mmengine.config import Config

from mmaction_vt.cli import read_config
from mmaction_vt.errors import InputError
from mmaction_vt.legacy import translate_keys
from mmaction_vt.legacy.config_keys import IGNORED, NEAREST, RENAMED, SCHEDULES, SPECIAL
from mmaction_vt.zoo import find_config

DUALFORMER = 'dualformer_tiny_patch244_window877_kinetics400_1k'


def changed(options, name=DUALFORMER):
    return read_config(str(find_config(name)), options)


def test_the_readme_of_dualformer(capsys):
    config = changed({'model.backbone.pretrained': 'image.pth', 'model.backbone.use_checkpoint': True})
    assert config.model.backbone.init_cfg == dict(type='mmaction_vt.FromImageModel', checkpoint='image.pth')
    assert config.model.backbone.with_cp is True
    assert not {'pretrained', 'use_checkpoint'} & set(config.model.backbone)
    notes = capsys.readouterr().err.splitlines()
    assert 'model.backbone.use_checkpoint is model.backbone.with_cp here' in notes[1]
    assert 'init_cfg.checkpoint' in notes[0]


def test_a_start_keeps_its_other_settings_and_replaces_another_kind():
    config = Config(dict(model=dict(backbone=dict(type='mmaction_vt.ViViT'))))
    image = dict(type='mmaction_vt.FromImageModel', checkpoint='a.pth', inflate='centre')
    scratch = dict(type='mmaction_vt.FromScratch', noise_gain=1.0)
    cases = [
        (image, dict(image, checkpoint='b.pth')),
        ([scratch, image], [scratch, dict(image, checkpoint='b.pth')]),
        (scratch, dict(type='mmaction_vt.FromImageModel', checkpoint='b.pth')),
        (None, dict(type='mmaction_vt.FromImageModel', checkpoint='b.pth')),
    ]
    options = translate_keys({'model.backbone.pretrained': 'b.pth'}, config)
    assert options == {'model.backbone.init_cfg': cases[-1][1]}
    for before, after in cases:
        config.model.backbone.init_cfg = before
        options = translate_keys({'model.backbone.pretrained': 'b.pth'}, config)
        made = Config(config.to_dict())
        made.merge_from_dict(options)
        assert made.model.backbone.init_cfg == after
    assert translate_keys({'model.backbone.pretrained': None}, config) == {'model.backbone.init_cfg': None}


def test_data_and_optimizer():
    config = changed(
        {
            'data.videos_per_gpu': 3,
            'data.workers_per_gpu': 0,
            'data.test_dataloader.videos_per_gpu': 2,
            'data.test.ann_file': 'mine.csv',
            'data.val.data_prefix': 'videos',
            'optimizer.lr': 0.1,
            'optimizer.paramwise_cfg.backbone.lr_mult': 0.5,
            'optimizer_config.update_interval': 4,
            'optimizer_config.grad_clip.max_norm': 1.0,
            'evaluation.interval': 3,
            'checkpoint_config.interval': 2,
            'model.test_cfg.average_clips': 'score',
        }
    )
    assert (config.train_dataloader.batch_size, config.test_dataloader.batch_size) == (3, 2)
    for split in ('train', 'val', 'test'):
        loader = config[f'{split}_dataloader']
        assert (loader.num_workers, loader.persistent_workers) == (0, False)
    assert config.test_dataloader.dataset.ann_file == 'mine.csv'
    assert config.val_dataloader.dataset.data_prefix == dict(video='videos')
    assert config.optim_wrapper.optimizer.lr == 0.1
    assert config.optim_wrapper.paramwise_cfg.backbone.lr_mult == 0.5
    assert config.optim_wrapper.accumulative_counts == 4
    assert config.optim_wrapper.clip_grad == dict(max_norm=1.0)
    assert (config.train_cfg.val_interval, config.default_hooks.checkpoint.interval) == (3, 2)
    assert config.model.cls_head.average_clips == 'score'
    assert 'data' not in config and 'optimizer' not in config


def test_schedules_follow_the_number_of_epochs():
    config = changed({'total_epochs': 12, 'lr_config.min_lr': 1e-5, 'lr_config.warmup_iters': 2})
    assert config.train_cfg.max_epochs == 12
    warm_up, cosine = config.param_scheduler
    assert (warm_up.begin, warm_up.end) == (0, 2)
    assert (cosine.T_max, cosine.end, cosine.eta_min) == (12, 12, 1e-5)
    short = translate_keys({'total_epochs': 2}, Config(dict(
        train_cfg=dict(max_epochs=8),
        param_scheduler=[dict(begin=0, end=2), dict(begin=2, end=8, T_max=6), dict(begin=1, end=8, T_max=7)],
    )))  # fmt: skip
    assert short == {'train_cfg.max_epochs': 2, 'param_scheduler.2.end': 2, 'param_scheduler.2.T_max': 1}
    config = changed({'lr_config.step': [3, 5], 'runner.max_epochs': 6}, 'timesformer_divST_8x32_224_kinetics400')
    assert (config.param_scheduler[0].milestones, config.param_scheduler[0].end) == ([3, 5], 6)


def test_what_a_config_has_is_left_alone():
    backbone = dict(type='TimeSformer', pretrained='a.pth')
    config = Config(dict(data=dict(videos_per_gpu=1), model=dict(backbone=backbone)))
    options = {'data.videos_per_gpu': 2, 'model.backbone.pretrained': 'b.pth', 'model.backbone.use_checkpoint': True}
    assert translate_keys(options, config) == options


@pytest.mark.parametrize('key', ['data.train.pipeline.0.type', 'lr_config.policy', 'lr_config.step', 'fp32.no'])
def test_other_old_keys_are_refused_with_the_nearest(key):
    with pytest.raises(InputError, match='has no fp32' if 'fp32' in key else f'{key} of mmaction 0.x.*see '):
        changed({key: 1})


def test_what_is_ignored_says_why(capsys):
    plain = changed({})
    assert changed(dict.fromkeys(IGNORED, 1)).to_dict() == plain.to_dict()
    assert len(capsys.readouterr().err.splitlines()) == len(IGNORED)


def test_every_key_of_the_table_is_one_of_a_config():
    """What an old key becomes is in a published config, or an argument of what it is given to."""
    config = changed({})
    for key in (*RENAMED, *SPECIAL):
        for new in translate_keys({key: 1}, config):
            *path, last = new.split('.')
            place = config
            for part in path:
                place = place[int(part)] if isinstance(place, list) else place.get(part, {})
            free = {'with_cp', 'clip_grad', 'max_norm', 'norm_type', 'accumulative_counts', 'resume', 'load_from'}
            assert last in place or last in free, (key, new)
    sections = {key.partition('.')[0] for key in (*RENAMED, *SPECIAL, *SCHEDULES)} - {'model', 'test_cfg'}
    assert sections <= set(NEAREST)
