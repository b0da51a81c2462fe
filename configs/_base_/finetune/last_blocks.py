# Partial fine-tuning: the last two blocks, the final norm and the head are trained. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/finetune/last_blocks.py']
#     model = dict(backbone=_base_.last_blocks)
last_blocks = dict(trainable_blocks=2)
