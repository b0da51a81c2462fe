# Layer-wise learning-rate decay: the rate of each block is 0.75 times that of the next. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/finetune/layer_decay.py']
#     optim_wrapper = _base_.layer_decay
layer_decay = dict(
    constructor='mmaction_vt.LayerDecayOptimWrapperConstructor',
    paramwise_cfg=dict(_delete_=True, decay_rate=0.75, no_decay_1d=True),
)
