"""tools/test.py on a test split without labels: a file for the challenge, and no accuracy."""

import json

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from videos import write_video

from mmaction_vt.utils.config import load_config

CONFIG = """
model = dict(
    type='Recognizer3D',
    backbone=dict(type='mmaction_vt.Motionformer', img_size=32, num_frames=2, embed_dims=32, num_layers=1, num_heads=2),
    cls_head=dict(type='mmaction_vt.VerbNounHead', num_verbs=4, num_nouns=6, in_channels=32, average_clips='prob'),
    data_preprocessor=dict(type='ActionDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, format_shape='NCTHW'))
clips = dict(type='mmaction_vt.VideoToClips', crop='center', short_side=32, size=32,
             sampling=dict(type='mmaction_vt.SampleClipsInTime', clip_len=2, frame_interval=3, test_mode=True))
test_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='mmaction_vt.EpicKitchensDataset', ann_file={data!r} + '/test.csv', num_verbs=4, num_nouns=6,
                 data_prefix=dict(video={data!r}), path_tmpl='{{video_id}}.mp4', test_mode=True,
                 pipeline=[clips, dict(type='PackActionInputs')]))
test_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='mmaction_vt.VerbNounAccuracy')]
test_cfg = dict(type='TestLoop')
default_scope = 'mmaction'
work_dir = {data!r} + '/work_dir'
"""
COLUMNS = (
    'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame'
)
NAMES = ['P01_01_0', 'P01_01_1', 'P02_02_0', 'P01_01_2']


@pytest.fixture
def test(tmp_path, run_program):
    """Run tools/test.py with random weights over segments of two videos, of which the second is broken."""
    write_video(tmp_path / 'P01_01.mp4', num_frames=48, fps=30)
    (tmp_path / 'P02_02.mp4').write_bytes(b'no video')
    rows = [
        f'{name},{name[:3]},{name[:6]},00:00:00.5,00:00:00.{index},00:00:01.{index},{index * 3 + 1},{index * 3 + 31}'
        for index, name in enumerate(NAMES)
    ]
    (tmp_path / 'test.csv').write_text('\n'.join([COLUMNS, *rows]) + '\n')
    (tmp_path / 'epic.py').write_text(CONFIG.format(data=str(tmp_path)))
    init_default_scope('mmaction')
    model = MODELS.build(load_config(tmp_path / 'epic.py').model)
    torch.manual_seed(0)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'model.pth')
    return lambda *args, **kwargs: run_program(
        'tools/test.py', tmp_path / 'epic.py', tmp_path / 'model.pth', *args, **kwargs
    )


def test_the_file_of_the_challenge(test, tmp_path):
    out = test('--out', tmp_path / 'test.json', '--out-format', 'epic', '--sls', 2, 3, 4)
    assert '4 videos without labels, 1 of them broken: no accuracy' in ' '.join(out.split())
    assert 'top1' not in out
    found = json.loads((tmp_path / 'test.json').read_text())
    assert {key: value for key, value in found.items() if key != 'results'} == dict(
        version='0.2', challenge='action_recognition', sls_pt=2, sls_tl=3, sls_td=4
    )
    assert list(found['results']) == NAMES
    test('--out', tmp_path / 'report.json')
    videos = json.loads((tmp_path / 'report.json').read_text())['videos']
    assert [video['segment'] for video in videos] == NAMES and {video['label'] for video in videos} == {None}
    for video in videos:
        scores = found['results'][video['segment']]
        if 'broken' in video:
            assert set(scores['verb'].values()) == {0.25} and len(set(scores['noun'].values())) == 1
            continue
        for task, count in (('verb', 4), ('noun', 6)):
            assert [scores[task][str(index)] for index in range(count)] == pytest.approx(
                video['scores'][task], rel=1e-6
            )
            assert len(set(scores[task].values())) > 1
        assert len(scores['action']) == 24
        for pair, product in scores['action'].items():
            verb, noun = pair.split(',')
            assert product == pytest.approx(scores['verb'][verb] * scores['noun'][noun], rel=1e-5)
    shuffled = ('--out-format', 'epic', '--cfg-options', 'test_dataloader.sampler.shuffle=True')
    assert 'the test data loader shuffles' in test('--out', tmp_path / 'a.json', *shuffled, fails=True)


def test_refuses_what_does_not_fit(test, tmp_path, tiny_config, run_program):
    assert '--out-format epic needs --out' in test('--out-format', 'epic', fails=True)
    assert '--out must end in .json or .zip' in test('--out', 'a.pkl', '--out-format', 'epic', fails=True)
    assert '--out must end in .json or .pkl' in test('--out', 'a.zip', fails=True)
    other = ('tools/test.py', tiny_config, 'model.pth', '--out', 'a.json', '--out-format', 'epic')
    assert 'has another test data set' in run_program(*other, fails=True)
