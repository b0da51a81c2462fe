# Classes of very different sizes: videos of rare classes are drawn more often. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/finetune/balanced_classes.py']
#     train_dataloader = dict(sampler=_base_.balanced_sampler)
# or, instead of the last line, weighted in the loss:
#     custom_hooks = [_base_.class_weights]
balanced_sampler = dict(_delete_=True, type='mmaction_vt.ClassBalancedSampler', power=0.5)
class_weights = dict(type='mmaction_vt.ClassWeightsHook', power=0.5)
