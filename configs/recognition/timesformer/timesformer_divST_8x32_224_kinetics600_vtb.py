# The recipe of the Video Transformer benchmark (github.com/mx-mark/VideoTransformer-pytorch), version of December 2021:
# intervals are counted in frames, whatever the frame rate; a random crop and a flip.
_base_ = 'timesformer_divST_8x32_224_kinetics600.py'

model = dict(
    backbone=dict(
        norm_eps=1e-5,  # of the norms in its blocks; its last norm has 1e-6
        # The image model that its README links, of ImageNet-21K: vit_base_patch16_224.pth. Times start at random.
        init_cfg=dict(
            checkpoint='https://drive.google.com/file/d/1QjGpbR8K4Cf4TJaDc60liVhBvPtrc2v4/view', time_std=0.02
        ),
    ),
    data_preprocessor=dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5]),
)

class_names = 'kinetics600_vtb'  # the order of the published weights, which is not alphabetical

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        # The published code draws a start and does not use it: in training too, a clip starts with the video.
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=8, frame_interval=32, test_mode=True),
        crop='random',
        short_side=(256, 320),
        size=224,
        flip=0.5,
    ),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=8, frame_interval=32, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=8, frame_interval=32, test_mode=True),
        crop='three',
        test_crops='pyslowfast',
        short_side=224,
        size=224,
    ),
    dict(type='PackActionInputs'),
]

# Labels in the benchmark's order: tools/data/kinetics.py ... --class-names kinetics600_vtb
ann_file_train = 'data/kinetics600/kinetics600_train_list_videos_vtb.txt'
ann_file_val = 'data/kinetics600/kinetics600_val_list_videos_vtb.txt'
train_dataloader = dict(dataset=dict(ann_file=ann_file_train, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(ann_file=ann_file_val, pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(ann_file=ann_file_val, pipeline=test_pipeline))

train_cfg = dict(val_interval=1)
# As in the log of the published weights; its trainer also has a cosine: ../../_base_/schedules/benchmark_cosine_15e.py
param_scheduler = [dict(type='MultiStepLR', begin=0, end=15, by_epoch=True, milestones=[5, 11], gamma=0.1)]
