# In one clip of four a rectangle is noise, the same in all frames. It goes before FormatShape, the last step but one.
# In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/random_erasing.py']
#     train_pipeline = [*_base_.train_pipeline[:-2], _base_.random_erasing, *_base_.train_pipeline[-2:]]
#     train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
random_erasing = dict(type='mmaction_vt.RandomErasing', prob=0.25)
