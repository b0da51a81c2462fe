# Random erasing after the crop: in one clip out of four, a rectangle is filled with noise, the same in all frames. In a
# config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/random_erasing.py']
#     clips = dict(_base_.train_pipeline[0], format='frames')
#     shape = dict(type='FormatShape', input_format='NCTHW')
#     train_pipeline = [clips, _base_.random_erasing, shape, _base_.train_pipeline[-1]]
#     train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
random_erasing = dict(type='mmaction_vt.RandomErasing', prob=0.25)
