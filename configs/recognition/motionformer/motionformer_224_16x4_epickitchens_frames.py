# Motionformer on EPIC-KITCHENS-100 from the official frames (P01/rgb_frames/P01_01/frame_0000000001.jpg), as the
# published model was trained. The pipelines read frames and videos.
_base_ = 'motionformer_224_16x4_epickitchens.py'

train_dataloader = val_dataloader = test_dataloader = dict(
    dataset=dict(data_prefix=dict(_delete_=True, img=_base_.data_root))
)
