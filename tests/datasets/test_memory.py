"""Memory of loaders over long videos."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader, Dataset
from videos import write_frames

from mmaction_vt.datasets.video_readers import READERS, open_video
from mmaction_vt.errors import InputError

CLIPS = 2000


class Clips(Dataset):
    """One video again and again."""

    def __init__(self, path, backend):
        init_default_scope('mmaction')
        sampling = dict(type='SampleFrames', clip_len=8, frame_interval=2)
        clips = dict(type='mmaction_vt.VideoToClips', sampling=sampling, crop='random', size=64, backend=backend)
        self.pipeline = Compose([clips, dict(type='PackActionInputs')])
        self.path = str(path)

    def __len__(self):
        return CLIPS

    def __getitem__(self, index):
        return self.pipeline(dict(filename=self.path, label=0, start_index=0, modality='RGB'))['inputs']


def resident(pid):
    """MB of memory that a process holds."""
    (line,) = (line for line in Path(f'/proc/{pid}/status').read_text().splitlines() if line.startswith('VmRSS'))
    return int(line.split()[1]) / 1024


@pytest.mark.slow
@pytest.mark.parametrize('backend', READERS)
def test_two_thousand_clips_of_a_long_video(tmp_path, backend):
    frames = np.random.default_rng(0).integers(0, 255, (1800, 9, 16, 3), np.uint8).repeat(10, 1).repeat(10, 2)
    path = write_frames(tmp_path / 'long.mp4', frames, fps=30)
    try:
        open_video(str(path), backend)
    except InputError as error:
        pytest.skip(str(error))
    loader = iter(DataLoader(Clips(path, backend), batch_size=8, num_workers=2))
    pids = [worker.pid for worker in loader._workers]
    sizes = []
    for number, _ in enumerate(loader):
        if number in (CLIPS // 8 // 4, CLIPS // 8 // 2, CLIPS // 8 - 10):
            sizes.append(sum(resident(pid) for pid in pids))
    print(f'{backend}: {sizes} MB in two workers after a quarter, a half and all of {CLIPS} clips')
    assert sizes[2] - sizes[0] < 40
