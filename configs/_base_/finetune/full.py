# Full fine-tuning, the default: all parameters are trained. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/finetune/full.py']
#     model = dict(backbone=_base_.full)
full = dict(trainable_blocks=None)
