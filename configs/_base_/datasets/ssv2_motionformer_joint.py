# Something-Something V2 without RandAugment, which the published settings of joint attention alone omit.
_base_ = './ssv2_motionformer.py'

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=_base_.train_pipeline[0].sampling,
        crop='random',
        short_side=(256, 320),
        size=224,
        inverse=True,
    ),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
