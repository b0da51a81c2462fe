# Kinetics-400 without its labels, as VideoMAE is pre-trained on it.
_base_ = ['./unlabelled_videos.py', '../pipelines/videomae_pretrain_16x4_224.py']

train_dataloader = dict(
    dataset=dict(
        ann_file='data/kinetics400/kinetics400_train_list_videos.txt',
        data_prefix=dict(video='data/kinetics400/videos_train'),
        pipeline=_base_.train_pipeline,
    ),
)
