# TimeSformer-L on Kinetics: clips of 96 frames at rate 4, 224 x 224.
_base_ = './timesformer_8x32_224.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=96, frame_interval=4)), pack]
    for clips, pack in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
