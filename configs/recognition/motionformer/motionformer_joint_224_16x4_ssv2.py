# Its published settings, alone among those for Something-Something V2, do without RandAugment.
_base_ = 'motionformer_224_16x4_ssv2.py'

model = dict(backbone=dict(attention_type='joint'))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_joint_224_16x4.pyth'

train_pipeline = [
    dict(type='mmaction_vt.DecordInit'),
    dict(type='mmaction_vt.SampleSegments', clip_len=16),
    dict(type='mmaction_vt.DecordDecode'),
    dict(type='mmaction_vt.RandomShortSideScale', min_size=256, max_size=320, inverse=True),
    dict(type='RandomCrop', size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
