"""A data set of which some videos are broken: what training and testing make of it, counted."""

import json
import re

import numpy as np
import pytest
from videos import write_frames

NUM_VIDEOS, NUM_BROKEN = 300, 9


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """300 videos, of which 9 are broken in different ways; the names of those."""
    folder = tmp_path_factory.mktemp('broken')
    rng = np.random.default_rng(0)
    whole = write_frames(folder / 'model.mp4', rng.integers(0, 255, (8, 32, 32, 3), np.uint8)).read_bytes()
    for index in range(NUM_VIDEOS):
        (folder / f'{index}.mp4').write_bytes(whole)
    middle = whole.find(b'mdat') + (whole.find(b'moov') - whole.find(b'mdat')) // 2
    damaged = whole[: whole.find(b'mdat') + 4] + bytes(middle - whole.find(b'mdat') - 4) + whole[middle:]
    ways = [
        b'',
        whole[:40],
        whole[: len(whole) // 2],
        b'<html>404</html>' * 99,
        bytes(len(whole)),
        whole[len(whole) // 2 :],
        rng.bytes(5000),
        whole[: whole.find(b'moov')],
        damaged,
    ]
    names = [f'{17 + 31 * number}.mp4' for number in range(NUM_BROKEN)]
    for name, content in zip(names, ways, strict=True):
        (folder / name).write_bytes(content)
    (folder / 'list.txt').write_text(''.join(f'{index}.mp4 {index % 2}\n' for index in range(NUM_VIDEOS)))
    return folder, set(names)


def options(folder, part, *more):
    dataset = f'{part}_dataloader.dataset'
    return [f'{dataset}.ann_file={folder}/list.txt', f'{dataset}.data_prefix.video={folder}',
            f'{part}_dataloader.batch_size=20', *more]  # fmt: skip


def listed(path):
    return {line.split('\t')[0].rpartition('/')[2] for line in path.read_text().splitlines()}


@pytest.mark.parametrize('workers', [0, 2])
def test_training_goes_on_and_lists_them(data, tiny_config, run_program, tmp_path, workers):
    folder, names = data
    more = ['train_cfg.max_epochs=1', 'default_hooks.broken_videos.max_share=0.05']
    more += [f'train_dataloader.num_workers={workers}']
    run_program('tools/train.py', tiny_config, '--no-validate', '--cfg-options', *options(folder, 'train', *more))
    assert (tmp_path / 'work_dir' / 'epoch_1.pth').exists()
    assert listed(tmp_path / 'work_dir' / 'broken_videos.txt') == names
    (log,) = (tmp_path / 'work_dir').glob('*/*.log')
    for name in names:  # each is named once
        assert len(re.findall(rf'WARNING.*/{name} .*replaced by another video', log.read_text())) == 1


def test_too_many_end_the_training(data, tiny_config, run_program, tmp_path):
    folder, _ = data
    message = run_program('tools/train.py', tiny_config, '--no-validate', '--cfg-options', *options(folder, 'train'),
                          fails=True)  # fmt: skip
    found = re.search(
        r'(\d+) of 300 videos cannot be decoded, and at most 1 % are allowed: .*broken_videos.txt', message
    )
    # The batch that brings the fourth may bring more.
    assert 4 <= int(found[1]) == len(listed(tmp_path / 'work_dir' / 'broken_videos.txt'))


def test_in_a_test_they_count_as_wrong(data, tiny_config, run_program, tmp_path):
    folder, names = data
    run_program('tools/train.py', tiny_config, '--no-validate', '--cfg-options', 'train_cfg.max_epochs=1')
    checkpoint = tmp_path / 'work_dir' / 'epoch_1.pth'
    report = tmp_path / 'report.json'
    out = run_program('tools/test.py', tiny_config, checkpoint, '--out', report, '--eval', 'top_k_accuracy',
                      'mean_class_accuracy', '--cfg-options', *options(folder, 'test'))  # fmt: skip
    assert '300 videos, 9 of them broken' in re.sub(r'\s+', ' ', out)
    videos = json.loads(report.read_text())['videos']
    broken = [video for video in videos if 'broken' in video]
    assert {video['video'].rpartition('/')[2] for video in broken} == names
    assert all(video['predicted'] == -1 for video in broken) and len(videos) == NUM_VIDEOS
    right = sum(video['predicted'] == video['label'] for video in videos)
    top1 = json.loads(report.read_text())['metrics']['acc/top1']
    assert top1 == pytest.approx(right / NUM_VIDEOS) and right <= NUM_VIDEOS - NUM_BROKEN
    run_program('tools/analysis/draw_results.py', report, tmp_path / 'pictures')


def test_a_set_of_broken_videos_only(tiny_config, run_program, tmp_path):
    (tmp_path / 'a.mp4').write_bytes(b'')
    (tmp_path / 'list.txt').write_text('a.mp4 0\n' * 4)
    message = run_program('tools/train.py', tiny_config, '--no-validate', '--cfg-options', *options(tmp_path, 'train'),
                          fails=True)  # fmt: skip
    assert '20 videos in a row cannot be decoded' in message
