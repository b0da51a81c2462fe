# The small TimeSformer, started from the image model that tools/still_shapes.py trains. Attention over time keeps
# its own initialisation.
_base_ = './timesformer_divST_moving_shapes.py'

model = dict(
    backbone=dict(
        init_cfg=[
            dict(type='mmaction_vt.FromScratch'),
            dict(type='mmaction_vt.FromImageModel', checkpoint='work_dirs/still_shapes/vit.pth', temporal='keep'),
        ],
    ),
)
