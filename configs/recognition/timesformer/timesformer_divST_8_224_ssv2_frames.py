# TimeSformer on Something-Something V2 from frames extracted at 30 a second, as published, and from the frame lists of
# PySlowFast that the authors link. The labels are in the official JSON files.
_base_ = 'timesformer_divST_8_224_ssv2.py'

labels = 'data/sthv2/something-something-v2-labels.json'
frames = dict(data_prefix=dict(_delete_=True, img='data/sthv2/frames'))  # the folder that paths of the lists start from
train = dict(
    frames, ann_file='data/sthv2/train.csv', label_files=['data/sthv2/something-something-v2-train.json', labels]
)
val = dict(
    frames, ann_file='data/sthv2/val.csv', label_files=['data/sthv2/something-something-v2-validation.json', labels]
)
train_dataloader = dict(dataset=train)
val_dataloader = test_dataloader = dict(dataset=val)
