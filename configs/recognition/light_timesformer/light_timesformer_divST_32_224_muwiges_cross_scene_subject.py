# LightTimeSformer on MuWiGes, cross-scene-subject: 32 frames. No weights are published.
_base_ = 'light_timesformer_divST_32_224_muwiges_cross_subject.py'

ann_file_train = 'data/muwiges/lists/cross_scene_subject_train.txt'
ann_file_val = 'data/muwiges/lists/cross_scene_subject_test.txt'

train_dataloader = dict(dataset=dict(ann_file=ann_file_train))
val_dataloader = test_dataloader = dict(dataset=dict(ann_file=ann_file_val))
