# Its published settings, alone among those for Something-Something V2, do without RandAugment.
_base_ = 'motionformer_224_16x4_ssv2.py'

model = dict(backbone=dict(attention_type='joint'))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_joint_224_16x4.pyth'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=dict(type='mmaction_vt.SampleSegments', clip_len=16),
        crop='random',
        short_side=(256, 320),
        size=224,
        inverse=True,
    ),
    dict(type='PackActionInputs'),
]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
