_base_ = [
    '../../_base_/models/dualformer_tiny.py',
    '../../_base_/datasets/ucf101_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_16e.py',
    '../../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(
        video_size=(16, 224, 224),
        fine_pysizes=((8, 7, 7), (8, 7, 7), (8, 7, 7), (8, 7, 7)),
        drop_path_rate=0.2,
    ),
    cls_head=dict(num_classes=101),
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]),
)

optim_wrapper = dict(optimizer=dict(weight_decay=0.05), accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=128)

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=16, frame_interval=4),
        crop='random_resized',
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=16, frame_interval=4, num_clips=4, test_mode=True),
        crop='center',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleFrames', clip_len=16, frame_interval=4, num_clips=4, test_mode=True),
        crop='three',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

load_from = 'checkpoints/k400/dualformer_tiny_patch244_window877.pth'
