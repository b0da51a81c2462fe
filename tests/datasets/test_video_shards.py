"""Videos in tar shards: each exactly once an epoch, over processes and workers."""

import io
import json
import tarfile
from collections import Counter

import pytest
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader
from videos import write_video

from mmaction_vt.datasets import VideoShards, video_shards
from mmaction_vt.errors import InputError

SAMPLING = dict(type='SampleFrames', clip_len=2, frame_interval=1, test_mode=True)
PIPELINE = [
    dict(type='mmaction_vt.VideoToClips', sampling=SAMPLING, size=16),
    dict(type='PackActionInputs', meta_keys=('filename', 'sample_name')),
]


def make(folder, counts, suffix='mp4', label=lambda number: str(number % 3)):
    """Shards of so many samples each, of one video; the label of sample n is n % 3."""
    init_default_scope('mmaction')
    video = write_video(folder / 'v.mp4', num_frames=4, size=(32, 32)).read_bytes()
    number = 0
    for shard, count in enumerate(counts):
        with tarfile.open(folder / f'{shard}.tar', 'w') as tar:
            for _ in range(count):
                for end, content in ((suffix, video), ('cls', label(number).encode())):
                    member = tarfile.TarInfo(f'{number:04}.{end}')
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
                number += 1
    (folder / 'shards.json').write_text(json.dumps({f'{shard}.tar': count for shard, count in enumerate(counts)}))
    return str(folder)


def names(dataset, monkeypatch, rank=0, world=1, workers=0, batch_size=1):
    monkeypatch.setattr(video_shards, 'get_dist_info', lambda: (rank, world))
    loader = DataLoader(dataset, batch_size, num_workers=workers, collate_fn=list, multiprocessing_context=None)
    return [[sample['data_samples'].filename.rpartition('/')[2] for sample in batch] for batch in loader]


@pytest.mark.parametrize('workers', [0, 2])
@pytest.mark.parametrize('world', [1, 2])
def test_every_sample_once(tmp_path, monkeypatch, world, workers):
    dataset = VideoShards(make(tmp_path, [5, 3, 6, 2]), PIPELINE, batch_size=2, shuffle=4)
    orders = []
    for epoch in range(2):
        dataset.set_epoch(epoch)
        ranks = [names(dataset, monkeypatch, rank, world, workers, batch_size=2) for rank in range(world)]
        assert all(len(batches) == 8 // world and {len(batch) for batch in batches} == {2} for batches in ranks)
        seen = [name for batches in ranks for batch in batches for name in batch]
        assert Counter(seen) == {f'{number:04}.mp4': 1 for number in range(16)}
        orders.append(seen)
    assert orders[0] != orders[1] and orders[0] != sorted(orders[0])
    dataset.set_epoch(0)
    again = [names(dataset, monkeypatch, rank, world, workers, batch_size=2) for rank in range(world)]
    assert [name for batches in again for batch in batches for name in batch] == orders[0]


def test_processes_are_even(tmp_path, monkeypatch):
    dataset = VideoShards(make(tmp_path, [4, 3]), PIPELINE, shuffle=0)
    first, second = (names(dataset, monkeypatch, rank, 2) for rank in range(2))
    assert len(first) == len(second) == len(dataset) == 4
    assert len({batch[0] for batch in first + second}) == 7
    exact = VideoShards(str(tmp_path), PIPELINE, shuffle=0, test_mode=True)
    found = [names(exact, monkeypatch, rank, 2) for rank in range(2)]
    assert [batch[0] for batches in found for batch in batches] == [f'{number:04}.mp4' for number in range(7)]


def test_broken_samples(tmp_path, monkeypatch):
    folder = make(tmp_path, [4])
    text = (tmp_path / '0.tar').read_bytes()
    start = text.index(b'0002.mp4') + 512
    (tmp_path / '0.tar').write_bytes(text[:start] + bytes(400) + text[start + 400 :])
    monkeypatch.setattr(video_shards, 'get_dist_info', lambda: (0, 1))
    samples = list(VideoShards(folder, PIPELINE, shuffle=0))
    assert [sample['data_samples'].filename[-8:] for sample in samples] == [
        '0000.mp4',
        '0001.mp4',
        '0001.mp4',
        '0003.mp4',
    ]
    (broken,) = [sample['data_samples'].broken_videos for sample in samples[2:3]]
    assert list(broken) == [f'{folder}/0.tar/0002.mp4']
    tested = list(VideoShards(folder, PIPELINE, shuffle=0, test_mode=True))
    assert 'cannot be read' in tested[2]['data_samples'].broken_video and not tested[2]['inputs'].any()


def test_refuses(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r'has no valid shards\.json'):
        VideoShards(str(tmp_path), PIPELINE)
    with pytest.raises(InputError, match='has no samples'):
        VideoShards(make(tmp_path, []), PIPELINE)
    with pytest.raises(InputError, match=r"sample 0000: the label '3' .* 0 to 1"):
        next(iter(VideoShards(make(tmp_path, [1], label=lambda _: '3'), PIPELINE, num_classes=2)))
    with pytest.raises(InputError, match=r'0\.tar, sample 0000: a sample needs a video'):
        next(iter(VideoShards(make(tmp_path, [1], suffix='txt'), PIPELINE)))


def test_packs_and_trains(tiny_config, tiny_data, run_program, tmp_path):
    out = tmp_path / 'shards'
    program = ['tools/data/make_shards.py', tiny_data / 'list.txt', tiny_data, out, '--samples', 3]
    assert 'has 7 videos in 3 shards' in run_program(*program)
    stamps = {path: path.stat().st_mtime_ns for path in out.glob('*.tar')}
    (out / 'shard-000001.tar').unlink()
    run_program(*program)  # goes on
    assert sum(path.stat().st_mtime_ns == stamps[path] for path in out.glob('*.tar')) == 2
    config = tmp_path / 'own.py'
    fragment = video_shards.__file__.replace(
        'mmaction_vt/datasets/video_shards.py', 'configs/_base_/data_loading/shards.py'
    )
    config.write_text(f"""
_base_ = [{str(tiny_config)!r}, {fragment!r}]
shards = dict(_base_.shards, folder={str(out)!r}, batch_size=2, pipeline=_base_.train_pipeline)
train_dataloader = dict(batch_size=2, num_workers=2, sampler=None, dataset=dict(shards, _delete_=True))
""")
    run_program('tools/train.py', config, '--cfg-options', 'train_cfg.max_epochs=2')
    assert (tmp_path / 'work_dir' / 'epoch_2.pth').exists()
    (log,) = (tmp_path / 'work_dir').glob('*/*.log')
    assert 'epoch 2/2 [4/4]' in log.read_text()


@pytest.mark.parametrize(
    'text',
    [
        'path,start,end,label\na.mp4,0,1,0\n',
        'original_vido_id video_id frame_id path labels\na 0 0 a/1.jpg 0\n',
    ],
)
def test_segments_and_frames_are_not_packed(text, run_program, tmp_path):
    (tmp_path / 'list.csv').write_text(text)
    message = run_program('tools/data/make_shards.py', tmp_path / 'list.csv', tmp_path, tmp_path / 'out', fails=True)
    assert 'list.csv has segments or frames' in message and not (tmp_path / 'out').exists()
