# TimeSformer-HR on Kinetics-400: 16 frames at rate 16, 448 x 448.
_base_ = [
    '../../_base_/models/timesformer_hr.py',
    '../../_base_/datasets/kinetics400_timesformer_hr.py',
    '../../_base_/schedules/timesformer_sgd_15e_accumulate8.py',
    '../../_base_/default_runtime.py',
]
