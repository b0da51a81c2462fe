# Linear probing: only the head is trained; the backbone is frozen and runs without dropout and stochastic depth. In a
# config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/finetune/linear_probe.py']
#     model = dict(backbone=_base_.linear_probe)
linear_probe = dict(trainable_blocks=0)
