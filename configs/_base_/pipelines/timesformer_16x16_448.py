# TimeSformer-HR on Kinetics: clips of 16 frames at rate 16, 448 x 448.
_base_ = './timesformer_8x32_224.py'

train_pipeline, val_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, clip_len=16, frame_interval=16), short_side=side, size=448), pack]
    for (clips, pack), side in (
        (_base_.train_pipeline, (448, 512)),
        (_base_.val_pipeline, 448),
        (_base_.test_pipeline, 448),
    )
)
