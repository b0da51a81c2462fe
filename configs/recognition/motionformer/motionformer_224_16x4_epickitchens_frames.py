# The same from the official frames (P01/rgb_frames/P01_01/frame_0000000001.jpg), which the published models were
# trained with, instead of videos: the pipelines read both.
_base_ = 'motionformer_224_16x4_epickitchens.py'

data_root = 'data/epickitchens/EPIC-KITCHENS'
train_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img=data_root)))
val_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img=data_root)))
test_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img=data_root)))
