"""Models that are small enough for tests."""

from pathlib import Path

RUNTIME = Path(__file__).parents[1] / 'configs' / '_base_' / 'default_runtime.py'

# Stages of (2, 8, 8), (2, 4, 4), (2, 2, 2) and (2, 1, 1) tokens.
TINY_DUALFORMER = dict(
    type='mmaction_vt.DualFormer',
    video_size=(4, 32, 32),
    embed_dims=(8, 8, 16, 16),
    depths=(2, 2, 2, 2),
    num_heads=(1, 1, 2, 2),
    mlp_ratios=(2, 2, 2, 2),
    local_sizes=((1, 4, 4), (1, 2, 2), (1, 2, 2), (1, 1, 1)),
    fine_pysizes=((2, 2, 2), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    coarse_pysizes=((1, 2, 2), (1, 2, 2), (1, 1, 1), (1, 1, 1)),
    coarse_kernel=(1, 2, 2),
)


def preprocessor(mean=(114.75,) * 3, std=(57.375,) * 3):
    return dict(type='ActionDataPreprocessor', mean=list(mean), std=list(std), format_shape='NCTHW')


def one_block(backbone, **options):
    """Settings of a transformer with one block, for clips of 4 frames and 32 x 32 pixels."""
    sizes = dict(img_size=32, patch_size=16, num_frames=4, embed_dims=32, num_layers=1, num_heads=2)
    return dict(
        type='Recognizer3D',
        backbone=dict(type=f'mmaction_vt.{backbone}', **sizes, **options),
        cls_head=dict(type='TimeSformerHead', num_classes=3, in_channels=32, average_clips='prob'),
        data_preprocessor=preprocessor(),
    )


def recognizer(num_classes, head=None, **backbone):
    """Settings of a small DualFormer for clips of 4 frames and 32 x 32 pixels."""
    head = head or dict(type='I3DHead', num_classes=num_classes, in_channels=16)
    return dict(
        type='Recognizer3D',
        backbone={**TINY_DUALFORMER, **backbone},
        cls_head=dict(head, average_clips='prob'),
        data_preprocessor=preprocessor(),
    )


KEEP_TWO = """\
default_hooks = dict(checkpoint=dict(type='mmaction_vt.CheckpointHook', interval=1, max_keep_ckpts=2, save_best='auto',
                                     _delete_=True))
"""
TINY_CONFIG = """
_base_ = {runtime!r}
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
         sampling=dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips={num_clips}, test_mode=True),
         crop={crop!r}, short_side=32, size=32),
    dict(type='PackActionInputs')]
dataset = dict(type='mmaction_vt.VideoDataset', ann_file={ann_file!r}, data_prefix=dict(video={videos!r}),
               num_classes=2)
train_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
                        dataset=dict(pipeline=train_pipeline, **dataset))
val_dataloader = dict(batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
                      dataset=dict(pipeline=test_pipeline, test_mode=True, **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs={epochs}, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.05))
auto_scale_lr = dict(enable=False, base_batch_size=8)
{rest}work_dir = {work_dir!r}
"""


def tiny_config_text(ann_file, videos, work_dir, num_clips=2, crop='three', epochs=2, rest=KEEP_TWO):
    """A config that trains a very small TimeSformer on a list of videos in two classes."""
    options = dict(ann_file=ann_file, videos=videos, work_dir=work_dir, num_clips=num_clips, crop=crop)
    return TINY_CONFIG.format(runtime=str(RUNTIME), epochs=epochs, rest=rest, **options)
