# Kinetics-400 as Motionformer-L reads it: alone among the published settings for Kinetics, these crop a random area and
# aspect ratio.
_base_ = ['./kinetics400.py', '../pipelines/motionformer_32x3_224.py']

train_pipeline = [
    dict(
        type='mmaction_vt.VideoToClips',
        sampling=_base_.train_pipeline[0].sampling,
        crop='random_resized',
        size=224,
        flip=0.5,
        format='frames',
    ),
    *_base_.train_pipeline[1:],
]
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
