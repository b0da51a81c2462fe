# Something-Something V2 without its labels, as VideoMAE is pre-trained on it: clips of 16 frames at interval 2.
_base_ = ['./unlabelled_videos.py', '../pipelines/videomae_pretrain_16x4_224.py']

train_pipeline, test_pipeline = (
    [dict(clips, sampling=dict(clips.sampling, frame_interval=2)), *rest]
    for clips, *rest in (_base_.train_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(
    dataset=dict(
        ann_file='data/sthv2/sthv2_train_list_videos.txt',
        data_prefix=dict(video='data/sthv2/videos'),
        pipeline=train_pipeline,
    ),
)
