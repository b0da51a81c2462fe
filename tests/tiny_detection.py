"""A very small data set of boxes, and a config that trains an action detector on it."""

from pathlib import Path

import numpy as np
from tiny_models import RUNTIME, preprocessor
from videos import write_frames

HEADER = 'video,time,x1,y1,x2,y2,label'
BOXES = ((0.05, 0.1, 0.45, 0.6), (0.5, 0.3, 0.95, 0.9))


def write_boxes(folder: Path, count: int = 5) -> Path:
    """Videos of 8 frames at 8 frames a second and 48 x 32 pixels, each with two boxes, one bright and one dark."""
    rows = [HEADER]
    for index in range(count):
        frames = np.full((8, 32, 48, 3), 110, np.uint8)
        for (x1, y1, x2, y2), label in zip(BOXES, (index % 2, 1 - index % 2), strict=True):
            frames[:, round(32 * y1) : round(32 * y2), round(48 * x1) : round(48 * x2)] = 40 + 180 * label
            rows.append(f'{index}.mp4,0.5,{x1},{y1},{x2},{y2},{("dark", "bright")[label]}')
        write_frames(folder / f'{index}.mp4', frames, fps=8)
    (folder / 'labels.txt').write_text('dark\nbright\n')
    (folder / 'boxes.csv').write_text('\n'.join(rows) + '\n')
    return folder


def detector(**head) -> dict:
    """Settings of a very small detector."""
    sizes = dict(img_size=32, patch_size=8, num_frames=4, embed_dims=32, num_layers=1, num_heads=2)
    return dict(
        type='mmaction_vt.ActionDetector',
        backbone=dict(type='mmaction_vt.TimeSformer', **sizes),
        cls_head=dict(type='mmaction_vt.ActionRoIHead', num_classes=2, in_channels=32, **head),
        data_preprocessor=preprocessor(),
    )


CONFIG = """
_base_ = {runtime!r}
model = {model!r}
class_names = ['dark', 'bright']
train_pipeline = [
    dict(type='mmaction_vt.VideoToClips',
         sampling=dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=4, frame_interval=1), flip=0.5),
    dict(type='mmaction_vt.MoveBoxes'),
    dict(type='mmaction_vt.PackDetectionInputs')]
test_pipeline = [dict(train_pipeline[0], flip=0.0), *train_pipeline[1:]]
dataset = dict(type='mmaction_vt.BoxListDataset', ann_file={folder!r} + '/boxes.csv', num_classes=2,
               label_file={folder!r} + '/labels.txt', data_prefix=dict(video={folder!r}))
train_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
                        dataset=dict(pipeline=train_pipeline, **dataset))
val_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
                      dataset=dict(pipeline=test_pipeline, test_mode=True, **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(type='mmaction_vt.AVAMetric')
test_evaluator = val_evaluator
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs={epochs}, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3))
randomness = dict(seed=0)
env_cfg = dict(dist_cfg=dict(backend='gloo'))
work_dir = {work_dir!r}
"""


def write_detection_config(folder: Path, path: Path, epochs: int = 1) -> Path:
    """A config for the data of ``write_boxes``."""
    path.write_text(
        CONFIG.format(
            runtime=str(RUNTIME),
            model=detector(),
            folder=str(folder),
            epochs=epochs,
            work_dir=str(path.parent / 'work_dir'),
        )
    )
    return path
