# Each video is decoded once and seen twice in a batch (mmaction2's RepeatAugDataset, which takes mmaction2's own decord
# transforms and its own lists). In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/repeated_augmentation.py']
#     sample = _base_.train_pipeline[1]
#     train_pipeline = [dict(type='DecordInit'), sample, dict(type='DecordDecode'), *_base_.train_pipeline[3:]]
#     dataset = dict(_base_.repeated_augmentation.dataset, pipeline=train_pipeline)
#     train_dataloader = dict(_base_.repeated_augmentation, dataset=dataset)
repeated_augmentation = dict(
    dataset=dict(type='RepeatAugDataset', num_repeats=2),
    collate_fn=dict(type='repeat_pseudo_collate'),
)
