"""Good files, from which the hostile ones are made: a tiny TimeSformer, its checkpoint, videos, a list, labels."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[2]

CONFIG = """_base_ = {runtime!r}
model = dict(
    type='Recognizer3D',
    backbone=dict(type='mmaction_vt.TimeSformer', img_size=32, patch_size=16, num_frames=4, embed_dims=32,
                  num_layers=2, num_heads=2),
    cls_head=dict(type='TimeSformerHead', num_classes=2, in_channels=32, average_clips='prob'),
    data_preprocessor=dict(type='ActionDataPreprocessor', mean=[114.75] * 3, std=[57.375] * 3,
                           format_shape='NCTHW'))
train_pipeline = [
    dict(type='mmaction_vt.VideoToClips', sampling=dict(type='SampleFrames', clip_len=4, frame_interval=2), size=32),
    dict(type='PackActionInputs')]
test_pipeline = [
    dict(type='mmaction_vt.VideoToClips',
         sampling=dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=1, test_mode=True),
         crop='center', short_side=32, size=32),
    dict(type='PackActionInputs')]
dataset = dict(type='mmaction_vt.VideoDataset', ann_file='list.txt', data_prefix=dict(video='videos'), num_classes=2)
train_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
                        dataset=dict(pipeline=train_pipeline, **dataset))
val_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
                      dataset=dict(pipeline=test_pipeline, test_mode=True, **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.05))
auto_scale_lr = dict(enable=False, base_batch_size=8)
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
randomness = dict(seed=0)
work_dir = 'work_dir'
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
    runtime = ROOT / 'configs' / '_base_' / 'default_runtime.py'
    (folder / good.config).write_text(CONFIG.format(runtime=str(runtime)))
    init_default_scope('mmaction')
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(folder / good.config).model)
    torch.save({'meta': {}, 'state_dict': model.state_dict()}, folder / good.checkpoint)
    return good
