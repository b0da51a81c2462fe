# mmaction2's Mixup for half of the batches, its CutMix for the others. In a config of your own, with its number of
# classes:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/mixup_cutmix.py']
#     mixup, cutmix = (dict(kind, num_classes=12) for kind in _base_.mixup_cutmix)
#     model = dict(data_preprocessor=dict(blending=dict(type='RandomBatchAugment', augments=[mixup, cutmix])))
mixup_cutmix = [dict(type='MixupBlending', alpha=0.8), dict(type='CutmixBlending', alpha=1.0)]
