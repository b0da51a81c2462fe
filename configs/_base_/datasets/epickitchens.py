# EPIC-KITCHENS-100: segments of videos, each labelled with a verb and a noun.
_base_ = './video_loaders.py'

ann_file_train = 'data/epickitchens/EPIC_100_train.csv'
ann_file_val = 'data/epickitchens/EPIC_100_validation.csv'
class_names = dict(verb='epic_kitchens_verbs', noun='epic_kitchens_nouns')
data_root = 'data/epickitchens/EPIC-KITCHENS'  # as the official download script fills it: P01/videos/P01_01.MP4

train_dataloader = dict(
    dataset=dict(type='mmaction_vt.EpicKitchensDataset', ann_file=ann_file_train, data_prefix=dict(video=data_root))
)
val_dataloader = test_dataloader = dict(
    dataset=dict(type='mmaction_vt.EpicKitchensDataset', ann_file=ann_file_val, data_prefix=dict(video=data_root))
)

val_evaluator = test_evaluator = [dict(type='mmaction_vt.CountBrokenVideos'), dict(type='mmaction_vt.VerbNounAccuracy')]
