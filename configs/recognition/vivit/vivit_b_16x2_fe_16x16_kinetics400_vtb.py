# ViViT-B of the Video Transformer benchmark (github.com/mx-mark/VideoTransformer-pytorch): its form of Model 2 and its
# recipe, with the peak rate and weight decay that its README recommends.
_base_ = [
    '../../_base_/models/vivit_base.py',
    '../../_base_/datasets/kinetics400_vivit.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        num_frames=16,
        attention_type='factorised_encoder',
        num_temporal_layers=4,
        frame_token='benchmark',
        act='gelu',
        norm_eps=1e-5,
        # The image model that its README links, of ImageNet-21K: vit_base_patch16_224.pth. Its first blocks also start
        # the second transformer.
        init_cfg=dict(
            checkpoint='https://drive.google.com/file/d/1QjGpbR8K4Cf4TJaDc60liVhBvPtrc2v4/view',
            inflate='average',
            temporal='first_blocks',
        ),
    ),
    data_preprocessor=dict(mean=[114.75, 114.75, 114.75], std=[57.375, 57.375, 57.375]),
)

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=16, frame_interval=16),
        crop='random_resized',
        size=224,
        flip=0.5,
        format='frames',
    ),
    dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, hue=0),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
val_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=16, frame_interval=16, test_mode=True),
        crop='center',
        test_crops='pyslowfast',
        short_side=256,
        size=224,
    ),
    dict(type='PackActionInputs'),
]
test_pipeline = val_pipeline
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=30, val_interval=1)
optim_wrapper = dict(
    paramwise_cfg=dict(
        norm_decay_mult=0.0,
        bias_decay_mult=0.0,
        custom_keys={name: dict(decay_mult=0.0) for name in ('pos_embed', 'cls_token')},
    ),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='CosineAnnealingLR', T_max=25, eta_min=1e-6, by_epoch=True, begin=5, end=30),
]
