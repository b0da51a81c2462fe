# ZeRO, stage 1: the optimizer state is sharded over the processes. In a config of your own:
#     _base_ = ['motionformer_224_16x4_kinetics400.py', '../../_base_/distributed/zero.py']
#     optim_wrapper = dict(optimizer=_base_.zero)
# and start it with tools/dist_train.sh. For the recipes of TimeSformer and ViViT, which use SGD:
#     optim_wrapper = dict(optimizer=dict(_base_.zero, optimizer_type='SGD'))
runner_type = 'mmaction_vt.Runner'
zero = dict(type='mmaction_vt.ZeroRedundancyOptimizer', optimizer_type='AdamW')
