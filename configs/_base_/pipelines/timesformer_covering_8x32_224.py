# TimeSformer on long videos: clips of 8 frames at rate 32, 224 x 224. A test covers the entire video with adjacent
# clips, each with three crops.
_base_ = './timesformer_8x32_224.py'

test_pipeline = [
    dict(
        _base_.test_pipeline[0],
        sampling=dict(type='mmaction_vt.SampleCoveringClips', clip_len=8, frame_interval=32),
    ),
    _base_.test_pipeline[1],
]
