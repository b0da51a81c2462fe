# AVA 2.2 (Gu et al., 2018): the official files, and boxes of people that a detector found for validation. Videos are
# the 15 minutes from 900 seconds on; for complete films set timestamp_start=0.
_base_ = './video_loaders.py'

data_root = 'data/ava'
num_classes = 80
class_names = 'ava'

train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        type='mmaction_vt.AVADataset',
        ann_file=f'{data_root}/annotations/ava_train_v2.2.csv',
        exclude_file=f'{data_root}/annotations/ava_train_excluded_timestamps_v2.2.csv',
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=num_classes,
        timestamp_start=900,
    ),
)
val_dataloader = test_dataloader = dict(
    batch_size=4,
    dataset=dict(
        type='mmaction_vt.AVADataset',
        ann_file=f'{data_root}/annotations/ava_val_v2.2.csv',
        exclude_file=f'{data_root}/annotations/ava_val_excluded_timestamps_v2.2.csv',
        proposal_file=f'{data_root}/annotations/ava_dense_proposals_val.FAIR.recall_93.9.pkl',
        person_det_score_thr=0.8,
        data_prefix=dict(video=f'{data_root}/videos'),
        num_classes=num_classes,
        timestamp_start=900,
    ),
)
val_evaluator = test_evaluator = [
    dict(type='mmaction_vt.CountBrokenVideos'),
    dict(type='mmaction_vt.AVAMetric', classes='ava60', kinds=True),
]
