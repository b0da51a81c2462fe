# The same from frames extracted at 30 a second, which the published models were trained with, instead of videos, and
# from the frame lists of PySlowFast that their authors link. The lists have no labels: the official JSON files do.
_base_ = 'motionformer_224_16x4_ssv2.py'

labels = 'data/sthv2/something-something-v2-labels.json'
frames = dict(data_prefix=dict(_delete_=True, img='data/sthv2/frames'))  # what paths of the lists lie below
train = dict(
    frames, ann_file='data/sthv2/train.csv', label_files=['data/sthv2/something-something-v2-train.json', labels]
)
val = dict(
    frames, ann_file='data/sthv2/val.csv', label_files=['data/sthv2/something-something-v2-validation.json', labels]
)
train_dataloader = dict(dataset=train)
val_dataloader = dict(dataset=val)
test_dataloader = dict(dataset=val)
