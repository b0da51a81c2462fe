# Repeated augmentation: each video is decoded once and augmented twice in a batch (mmaction2's RepeatAugDataset, which
# takes mmaction2's own transforms and lists). In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/repeated_augmentation.py']
#     sample = _base_.train_pipeline[0].sampling
#     resize = dict(type='Resize', scale=(224, 224), keep_ratio=False)
#     crop = [dict(type='RandomResizedCrop'), resize, dict(type='Flip')]
#     pack = [dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')]
#     train_pipeline = [dict(type='DecordInit'), sample, dict(type='DecordDecode'), *crop, *pack]
#     dataset = dict(_base_.repeated_augmentation.dataset, pipeline=train_pipeline)
#     train_dataloader = dict(_base_.repeated_augmentation, dataset=dataset)
repeated_augmentation = dict(
    dataset=dict(type='RepeatAugDataset', num_repeats=2),
    collate_fn=dict(type='repeat_pseudo_collate'),
)
