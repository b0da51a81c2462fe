"""An option that changes nothing, or a value that is not accepted, is one sentence."""

import time
from argparse import ArgumentParser

import pytest
from conftest import ROOT
from mmengine.config import Config
from mmengine.registry import HOOKS

from mmaction_vt.cli import add_config_options, read_config
from mmaction_vt.errors import InputError
from mmaction_vt.utils.config import load_config
from mmaction_vt.utils.config_arguments import names_read, unknown_arguments
from mmaction_vt.utils.config_checks import check_config, fit_loaders
from mmaction_vt.utils.config_ranges import RANGES, accepts
from mmaction_vt.utils.failures import explain

NAME = 'timesformer_divST_moving_shapes'
RECIPE = ROOT / 'configs' / 'recognition' / 'quickstart' / f'{NAME}.py'
LOADER, BACKBONE = 'train_dataloader', 'model.backbone'


def read(*options, use='train', name=NAME):
    parser = ArgumentParser(exit_on_error=False)
    add_config_options(parser)
    args = parser.parse_args(['--cfg-options', *options] if options else [])
    return read_config(str(name), args.cfg_options, use=use)


def refusal(*options, **keywords):
    with pytest.raises(InputError) as error:
        read(*options, **keywords)
    assert '\n' not in str(error.value)
    return str(error.value)


def test_a_check_takes_no_time():
    config, seconds = load_config(NAME), []
    for _ in range(5):
        start = time.process_time()
        check_config(config, 'train')
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.2


@pytest.mark.parametrize(
    ('option', 'use', 'live'),
    [
        ('test_pipeline.0.type=Nope', 'test', 'test_dataloader.dataset.pipeline.0.type'),
        ('train_pipeline.0.sampling.clip_len=4', 'train', 'train_dataloader.dataset.pipeline.0.sampling.clip_len'),
        ('test_dataloader.dataset.pipeline.0.type=Nope', 'model', 'test_pipeline.0.type'),
        ('data_root=/nowhere', 'train', 'train_dataloader.dataset.data_prefix.video'),
        ('num_classes=5', 'train', 'model.cls_head.num_classes'),
        ('vis_backends.0.type=Nope', 'train', 'visualizer.vis_backends.0.type'),
        ('load_from=a.pth', 'test', 'an argument'),
        ('launcher=pytorch', 'train', '--launcher'),
        ('custom_imports.imports=nowhere', 'train', 'in the file'),
    ],
)
def test_options_that_change_nothing_name_the_live_key(option, use, live):
    message = refusal(option, use=use)
    assert 'changes nothing' in message and live in message


def test_dead_keys_are_live_where_other_modules_may_read_them(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(
        f'_base_ = {str(RECIPE)!r}\ncustom_imports = dict(imports=["mmaction_vt", "colorsys"])\nmine = dict(a=1)\n'
    )
    assert read('mine.a=2', name=path).mine.a == 2


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        (f'{BACKBONE}.nun_layers=2', 'did you mean num_layers'),
        ('model.cls_head.num_clases=2', 'did you mean num_classes'),
        ('model.bakbone.num_layers=2', 'did you mean backbone'),
        ('model.test_cfg.max_testing_viewz=2', 'did you mean max_testing_views'),
        (f'{LOADER}.batch_sise=2', 'did you mean batch_size'),
        (f'{LOADER}.dataset.ann_fil=a', 'did you mean ann_file'),
        (f'{LOADER}.dataset.data_prefix.vidoe=a', 'did you mean video'),
        (f'{LOADER}.dataset.pipeline.0.sampling.clip_lem=2', 'did you mean clip_len'),
        (f'{LOADER}.sampler.shufflex=True', 'did you mean shuffle'),
        ('optim_wrapper.optimizer.lrr=1', 'did you mean lr'),
        ('optim_wrapper.optimizerx.lr=1', 'did you mean optimizer'),
        ('optim_wrapper.clip_grad.max_nrm=1', 'did you mean max_norm'),
        ('optim_wrapper.paramwise_cfg.norm_decay_mul=0', 'did you mean norm_decay_mult'),
        ('train_cfg.max_epoch=1', 'did you mean max_epochs'),
        ('param_scheduler.0.strat_factor=1', 'did you mean start_factor'),
        ('default_hooks.checkpointx.interval=1', 'did you mean checkpoint'),
        ('default_hooks.checkpoint.intervalx=1', 'did you mean interval'),
        ('default_hooks.logger.intervals=1', 'did you mean interval'),
        ('randomness.sed=1', 'did you mean seed'),
        ('env_cfg.mp_cfg.mp_start_methd=fork', 'did you mean mp_start_method'),
        ('modle.backbone.num_layers=2', 'did you mean model'),
        ('model.type=Recognizer33D', 'did you mean Recognizer3D'),
        (f'{BACKBONE}.type=mmaction_vt.TimeSfomer', 'did you mean mmaction_vt.TimeSformer'),
        (f'{BACKBONE}.type=TimeSfomer', 'did you mean'),
        (f'{BACKBONE}.type=nopackage.Model', 'nopackage is not installed'),
        (f'{LOADER}.dataset.type=VideoDatset', 'did you mean'),
        ('optim_wrapper.optimizer.type=AdanW', 'did you mean AdamW'),
        ('optim_wrapper.constructor=Nope', "'Nope'"),
        ('runner_type=Nope', "'Nope'"),
        ('default_scope=nope', 'default_scope'),
        ('class_names=moving_shape', 'did you mean moving_shapes'),
        ('model=None', 'has no model, which training needs'),
        (f'{BACKBONE}=None', 'model.backbone must be a dict'),
        (f'{BACKBONE}._delete_=True', 'model.backbone has no type'),
        (f'{LOADER}=None', 'has no train_dataloader'),
        ('optim_wrapper=None', 'has no optim_wrapper'),
        ('val_cfg=None', 'has no val_cfg: set all of'),
        (f'{LOADER}.dataset.pipeline.9.type=A', 'expected an index from 0 to 1'),
        (f'{LOADER}.dataset.pipeline.x=A', 'expected an index'),
        (f'{LOADER}.dataset.pipeline.0=5', 'must be a dict'),
        ('model.type.name=A', 'which has no parts'),
    ],
)
def test_unknown_keys_and_types(option, words):
    assert words in refusal(option)


@pytest.mark.parametrize(
    ('key', 'values'),
    [
        (f'{LOADER}.batch_size', ('0', '-1', '1.5', '9999999999', 'big', 'True', '[1,2]')),
        (f'{LOADER}.num_workers', ('-1', 'two', '0.5', 'None')),
        ('optim_wrapper.optimizer.lr', ('nan', 'inf', '-1', 'high', 'None')),
        ('optim_wrapper.optimizer.weight_decay', ('-1', 'nan')),
        ('optim_wrapper.accumulative_counts', ('0', '-2', '1.5')),
        ('optim_wrapper.clip_grad.max_norm', ('0', '-1', 'nan')),
        ('train_cfg.max_epochs', ('0', '-1', '1.5', 'many')),
        ('train_cfg.val_interval', ('0', '-1')),
        ('param_scheduler.1.end', ('0', 'nan', '1')),
        ('default_hooks.checkpoint.interval', ('0', '-2', '0.5')),
        ('default_hooks.logger.interval', ('0',)),
        ('randomness.seed', ('-1', 'lucky', '1.5', '4294967296')),
        (f'{BACKBONE}.num_heads', ('0', '5', '-4')),
        (f'{BACKBONE}.num_layers', ('0', '-1', 'deep')),
        (f'{BACKBONE}.num_frames', ('0', '1.5')),
        (f'{BACKBONE}.img_size', ('0', '(0,32)', '-32')),
        (f'{BACKBONE}.patch_size', ('0', '-16')),
        (f'{BACKBONE}.embed_dims', ('0', '64')),
        (f'{BACKBONE}.drop_path_rate', ('-0.1', '1.5', 'nan')),
        (f'{BACKBONE}.qkv_bias', ('perhaps',)),
        ('model.cls_head.num_classes', ('0', '9', 'all')),
        ('model.data_preprocessor.std', ('0', '[1,1,0]')),
        (f'{LOADER}.dataset.num_classes', ('9', '0')),
        (f'{LOADER}.dataset.pipeline.0.sampling.clip_len', ('0', '-8')),
        (f'{LOADER}.sampler.shuffle', ('maybe',)),
        ('log_level', ('LOUD',)),
        ('resume', ('maybe',)),
    ],
)
def test_values_out_of_range(key, values):
    for value in values:
        message = refusal(f'{key}={value}')
        assert key.rpartition('.')[2] in message
        assert 'must' in message or 'num_classes' in message


def test_values_of_a_file_are_checked_as_well(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(f'_base_ = {str(RECIPE)!r}\ntrain_dataloader = dict(batch_size=0)\n')
    assert 'train_dataloader.batch_size must be' in refusal(name=path)


def test_a_module_that_cannot_be_imported(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text('from .nowhere import x\nmodel = dict(type=x)\n')
    assert 'nowhere' in refusal(name=path)


@pytest.mark.parametrize('found', RANGES, ids=lambda row: f'{row[0]}.{row[1]}')
def test_no_row_accepts_what_no_setting_can_be(found):
    assert not any(
        accepts(found[2], value) for value in (float('nan'), -2, object(), []) if found[2].words != 'a number'
    )


@pytest.mark.parametrize(
    'text', ['model', '=4', 'a=', '.a=1', 'a.=1', 'a..b=1', ' a=1', 'a=[1', 'a=(1_0,2)', 'a=\u0661,2']
)
def test_options_that_are_no_key_and_value(text, capsys):
    parser = ArgumentParser()
    add_config_options(parser)
    with pytest.raises(SystemExit) as end:
        parser.parse_args(['--cfg-options', text])
    assert end.value.code == 2, capsys.readouterr().err


def test_numbers_are_digits():
    assert read('work_dir=2024_01').work_dir == '2024_01'


def test_no_worker_processes():
    loader = read(f'{LOADER}.num_workers=0', f'{LOADER}.prefetch_factor=4')[LOADER]
    assert loader.num_workers == 0 and loader.persistent_workers is False and 'prefetch_factor' not in loader


def test_labels_are_checked_by_the_classifier():
    config = Config(dict(model=dict(cls_head=dict(num_classes=3)), train_dataloader=dict(
        dataset=dict(type='mmaction_vt.VideoDataset'))))  # fmt: skip
    fit_loaders(config)
    assert config.train_dataloader.dataset.num_classes == 3


class Closed:
    def __init__(self, a, b=1):
        self.values = a, b


class PassesOn(Closed):
    def __init__(self, c=1, **kwargs):
        super().__init__(**kwargs)
        self.c = c


class Uses(Closed):
    def __init__(self, c=1, **kwargs):
        super().__init__(kwargs.pop('depth', 1))
        self.rest = kwargs.get('width', c)


def test_arguments_that_bases_take():
    assert unknown_arguments(PassesOn, dict(a=1, b=2, c=3))[0] == []
    assert unknown_arguments(PassesOn, dict(a=1, d=2))[0] == ['d']
    assert unknown_arguments(Uses, dict(depth=1, width=2, anything=3))[0] == []
    assert {'depth', 'width', 'rest'} <= names_read(Uses)


def test_errors_of_building_name_the_type():
    with pytest.raises(TypeError) as error:
        HOOKS.build(dict(type='LoggerHook', interval='often'))
    assert 'LoggerHook of the config cannot be built: ' in explain(error.value).sentence
