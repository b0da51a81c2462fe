"""Good files, from which the hostile ones are made: a tiny TimeSformer, its checkpoint, videos, a list, labels."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

REST = """visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
randomness = dict(seed=0)
"""


@dataclass(frozen=True)
class Good:
    """The names of the good files, relative to the folder of each case, and where they were made.

    Args:
        folder: Where they were made; each case has copies.
    """

    folder: Path
    config: str = 'config.py'
    checkpoint: str = 'checkpoint.pth'
    list: str = 'list.txt'
    labels: str = 'labels.txt'
    videos_dir: str = 'videos'
    videos: tuple[str, ...] = ('videos/0.mp4', 'videos/1.mp4', 'videos/2.mp4', 'videos/3.mp4')
    recognizer_config: str = 'timesformer_divST_moving_shapes'

    @property
    def video(self) -> str:
        return self.videos[0]

    def names(self) -> tuple[str, ...]:
        """All the good files."""
        return (self.config, self.checkpoint, self.list, self.labels, *self.videos)

    def copy_to(self, folder: Path) -> None:
        """Copy the files into the folder of a case, which may change them."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)


def make_good(folder: Path) -> Good:
    """Write the good files: they are made without the programs under test, but for the model's own initialisation."""
    from mmengine.config import Config
    from mmengine.registry import init_default_scope
    from tiny_models import tiny_config_text
    from videos import write_frames

    from mmaction_vt.registry import MODELS

    good = Good(folder)
    (folder / good.videos_dir).mkdir(parents=True)
    lines = []
    for index, name in enumerate(good.videos):
        frames = np.full((8, 32, 32, 3), 40 + 40 * index, np.uint8)
        write_frames(folder / name, frames)
        lines.append(f'{Path(name).name} {index % 2}')
    (folder / good.list).write_text('\n'.join(lines) + '\n')
    (folder / good.labels).write_text('left\nright\n')
    text = tiny_config_text(good.list, good.videos_dir, 'work_dir', num_clips=1, crop='center', epochs=1, rest=REST)
    (folder / good.config).write_text(text.lstrip())
    init_default_scope('mmaction')
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(folder / good.config).model)
    torch.save({'meta': {}, 'state_dict': model.state_dict()}, folder / good.checkpoint)
    return good
