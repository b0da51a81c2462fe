"""The programs on a very small EPIC-KITCHENS: two heads, segments, several processes."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from videos import write_video

ROOT = Path(__file__).parents[2]
CONFIG = """
_base_ = {runtime!r}
model = dict(
    type='Recognizer3D',
    backbone=dict(type='mmaction_vt.Motionformer', img_size=32, num_frames=4, embed_dims=32, num_layers=2,
                  num_heads=2),
    cls_head=dict(type='mmaction_vt.VerbNounHead', num_verbs=4, num_nouns=6, in_channels=32, label_smooth_eps=0.2,
                  topk=(1, 3), average_clips='prob'),
    data_preprocessor=dict(type='ActionDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, format_shape='NCTHW'),
    test_cfg=dict(max_testing_views=4))
opening = [dict(type='mmaction_vt.DecordInit'), dict(type='mmaction_vt.TrimToSegment')]
end = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
train_pipeline = [
    *opening,
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=4, frame_interval=3),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='mmaction_vt.RandAugment', policy='rand-m15-mstd0.5-inc1'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    *end]
test_pipeline = [
    *opening,
    dict(type='mmaction_vt.SampleClipsInTime', clip_len=4, frame_interval=3, num_clips=2, test_mode=True),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='Resize', scale=(-1, 32)),
    dict(type='ThreeCrop', crop_size=32),
    *end]
dataset = dict(type='mmaction_vt.EpicKitchensDataset', ann_file={data!r} + '/EPIC_100_train.csv', num_verbs=4,
               num_nouns=6, data_prefix=dict(video={data!r}), path_tmpl='{{video_id}}.mp4')
train_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
                        dataset=dict(pipeline=train_pipeline, **dataset))
val_dataloader = dict(batch_size=1, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
                      dataset=dict(pipeline=test_pipeline, test_mode=True, **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(type='mmaction_vt.VerbNounAccuracy')
test_evaluator = val_evaluator
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3))
work_dir = {work_dir!r}
"""


@pytest.fixture
def config(tmp_path):
    """Seven segments of two videos."""
    rows = ['narration_id,participant_id,video_id,start_timestamp,stop_timestamp,verb_class,noun_class']
    for name in ('P01_01', 'P02_101'):
        write_video(tmp_path / f'{name}.mp4', num_frames=48, fps=30)
    for index in range(7):
        video = 'P02_101' if index > 3 else 'P01_01'
        times = f'00:00:00.{index:02},00:00:01.{index:02}'
        rows.append(f'{video}_{index},{video[:3]},{video},{times},{index % 4},{index % 6}')
    (tmp_path / 'EPIC_100_train.csv').write_text('\n'.join(rows) + '\n')
    runtime = str(ROOT / 'configs' / '_base_' / 'default_runtime.py')
    path = tmp_path / 'epic.py'
    path.write_text(CONFIG.format(runtime=runtime, data=str(tmp_path), work_dir=str(tmp_path / 'work_dir')))
    return path


@pytest.mark.slow
def test_train_then_test_with_one_process_and_with_two(config, run_program, tmp_path):
    run_program('tools/train.py', config, '--seed', 1)
    work_dir = tmp_path / 'work_dir'
    checkpoint = work_dir / 'epoch_1.pth'
    assert 'cls_head.fc_noun.weight' in torch.load(checkpoint)['state_dict']
    assert list(work_dir.glob('best_acc_action_top1_*.pth'))

    one, two = tmp_path / 'one.json', tmp_path / 'two.json'
    table = run_program('tools/test.py', config, checkpoint, '--out', one)
    assert '7 videos' in table and 'acc/action_top5' in table

    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        port = str(server.getsockname()[1])
    env = {**os.environ, 'PYTHON': sys.executable, 'PYTHONPATH': str(ROOT), 'CUDA_VISIBLE_DEVICES': '', 'PORT': port}
    command = ['bash', ROOT / 'tools' / 'dist_test.sh', config, checkpoint, 2, '--out', two]
    done = subprocess.run(list(map(str, command)), env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    reports = [json.loads(path.read_text()) for path in (one, two)]
    assert reports[0]['metrics'] == reports[1]['metrics']
    assert [video['segment'] for video in reports[0]['videos']] == [
        *(f'P01_01_{index}' for index in range(4)),
        *(f'P02_101_{index}' for index in range(4, 7)),
    ]
    right = []
    for first, second in zip(*(report['videos'] for report in reports), strict=True):
        for task in ('verb', 'noun'):
            np.testing.assert_allclose(first['scores'][task], second['scores'][task], atol=1e-6)
            assert sum(first['scores'][task]) == pytest.approx(1, abs=1e-5)
        right.append([first['predicted']['verb'], first['predicted']['noun']] == first['label'])
    assert reports[0]['metrics']['acc/action_top1'] == pytest.approx(np.mean(right))
