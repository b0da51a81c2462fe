# The quickstart's TimeSformer, started from the image model that tools/still_shapes.py trains. Attention along time
# starts as in the quickstart.
_base_ = './timesformer_divST_moving_shapes.py'

model = dict(
    backbone=dict(
        init_cfg=[
            dict(type='mmaction_vt.FromScratch'),
            dict(type='mmaction_vt.FromImageModel', checkpoint='work_dirs/still_shapes/vit.pth', temporal='keep'),
        ],
    ),
)
