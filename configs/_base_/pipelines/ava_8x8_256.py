# Key frames of AVA with 8 frames at interval 8 around the key frame.
_base_ = './ava_16x4_256.py'

sampling = dict(type='mmaction_vt.SampleAroundKeyFrame', clip_len=8, frame_interval=8)
train_pipeline = [dict(_base_.train_pipeline[0], sampling=sampling), *_base_.train_pipeline[1:]]
val_pipeline = [dict(_base_.val_pipeline[0], sampling=sampling), *_base_.val_pipeline[1:]]
test_pipeline = val_pipeline
