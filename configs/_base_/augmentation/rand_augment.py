# timm's RandAugment, the same operations for all frames of a clip, after the crop. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/rand_augment.py']
#     clips = dict(_base_.train_pipeline[0], format='frames')
#     shape = dict(type='FormatShape', input_format='NCTHW')
#     train_pipeline = [clips, _base_.rand_augment, shape, _base_.train_pipeline[-1]]
#     train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
rand_augment = dict(type='mmaction_vt.RandAugment', policy='rand-m7-n4-mstd0.5-inc1')
