# Motionformer with a classifier for the 97 verbs and one for the 300 nouns of EPIC-KITCHENS-100.
_base_ = './motionformer_base.py'

model = dict(
    backbone=dict(init_cfg=None),  # the configs start from a Kinetics-400 model
    cls_head=dict(
        _delete_=True,
        type='mmaction_vt.VerbNounHead',
        num_verbs=97,
        num_nouns=300,
        in_channels=768,
        loss_cls=dict(type='CrossEntropyLoss', loss_weight=0.5),  # the authors take the mean of both losses
        label_smooth_eps=0.2,
        average_clips='prob',
    ),
    # The published models saw blue, green, red, as OpenCV reads frames: to_rgb reverses the channels.
    data_preprocessor=dict(to_rgb=True),
)
