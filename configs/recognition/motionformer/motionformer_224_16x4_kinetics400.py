_base_ = [
    '../../_base_/models/motionformer_base.py',
    '../../_base_/datasets/kinetics400_motionformer.py',
    '../../_base_/schedules/motionformer_adamw_35e.py',
    '../../_base_/default_runtime.py',
]
