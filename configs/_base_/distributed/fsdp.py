# FSDP: parameters, gradients and optimizer state are sharded over the processes, in float32 or bfloat16 (--amp bf16),
# in which blocks are gathered in bfloat16 while shards and the reduction of gradients keep float32.
# In a config of your own:
#     _base_ = ['motionformer_224_16x4_kinetics400.py', '../../_base_/distributed/fsdp.py']
# and start it with tools/dist_train.sh.
runner_type = 'mmaction_vt.Runner'
model_wrapper_cfg = dict(type='mmaction_vt.FullyShardedModel')
