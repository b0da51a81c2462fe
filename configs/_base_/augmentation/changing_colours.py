# Random shifts of hue, saturation and value after the crop, the same in all frames of a clip, so that colours say
# little about the action. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/changing_colours.py']
#     clips = dict(_base_.train_pipeline[0], format='frames')
#     train_pipeline = [clips, *_base_.changing_colours, _base_.train_pipeline[-1]]
#     train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
changing_colours = [
    dict(type='mmaction_vt.JitterHSV', hue=180, saturation=0.5, value=0.3),
    dict(type='FormatShape', input_format='NCTHW'),
]
