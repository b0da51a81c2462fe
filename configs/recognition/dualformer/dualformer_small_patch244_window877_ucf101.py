_base_ = [
    '../../_base_/models/dualformer_small.py',
    '../../_base_/datasets/ucf101_dualformer.py',
    '../../_base_/schedules/dualformer_adamw_16e.py',
    '../../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(drop_path_rate=0.3),
    cls_head=dict(num_classes=101),
    # These three data sets have pixels of their own.
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1]),
)

optim_wrapper = dict(accumulative_counts=4)
auto_scale_lr = dict(base_batch_size=128)

load_from = 'checkpoints/k400/dualformer_small_patch244_window877.pth'
