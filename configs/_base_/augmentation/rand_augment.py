# timm's RandAugment, the same for all frames of a clip. It goes behind decoding and before crops. In a config of your
# own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/rand_augment.py']
#     train_pipeline = [*_base_.train_pipeline[:3], _base_.rand_augment, *_base_.train_pipeline[3:]]
#     train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
rand_augment = dict(type='mmaction_vt.RandAugment', policy='rand-m7-n4-mstd0.5-inc1')
