# Motionformer-L on Kinetics: clips of 32 frames at rate 3, 224 x 224.
_base_ = './motionformer_16x4_224.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=32, frame_interval=3)), *rest]
    for clips, *rest in (_base_.train_pipeline, _base_.val_pipeline, _base_.test_pipeline)
)
