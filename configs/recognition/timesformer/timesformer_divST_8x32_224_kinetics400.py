# TimeSformer on Kinetics-400: divided attention, 8 frames at rate 32.
_base_ = [
    '../../_base_/models/timesformer_base.py',
    '../../_base_/datasets/kinetics400_timesformer.py',
    '../../_base_/schedules/timesformer_sgd_15e.py',
    '../../_base_/default_runtime.py',
]
