# TimeSformer on the actions of HVU, from the published Kinetics-400 model. No settings are published.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/hvu_action_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]

# The loss is a mean over the classes; its weight is that of mmaction2's configs.
loss = dict(type='BCELossWithLogits', loss_weight=333.0)
head = dict(type='mmaction_vt.MultiLabelHead', num_classes=739, loss_cls=loss)
model = dict(backbone=dict(init_cfg=None), cls_head=head)
load_from = 'https://www.dropbox.com/s/g5t24we9gl5yk88/TimeSformer_divST_8x32_224_K400.pyth?dl=1'
