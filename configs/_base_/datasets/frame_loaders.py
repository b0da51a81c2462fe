# Data loaders for folders of frames at 12 a second, as 20BN publishes its data sets.
_base_ = './video_loaders.py'

train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(type='mmaction_vt.FrameFolderDataset', fps=12))
