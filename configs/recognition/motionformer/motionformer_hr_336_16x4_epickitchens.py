# Motionformer-HR on EPIC-KITCHENS-100: 16 frames at rate 4, 336 x 336.
_base_ = [
    '../../_base_/models/motionformer_verb_noun.py',
    '../../_base_/datasets/epickitchens_motionformer_hr.py',
    '../../_base_/schedules/motionformer_adamw_50e_hr_l.py',
    '../../_base_/default_runtime.py',
]

model = dict(backbone=dict(img_size=336))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_motionformer_224_16x4.pyth'
