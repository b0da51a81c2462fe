# Motionformer on EPIC-KITCHENS-100, from the Kinetics-400 model: 16 frames at rate 4.
_base_ = [
    '../../_base_/models/motionformer_verb_noun.py',
    '../../_base_/datasets/epickitchens_motionformer.py',
    '../../_base_/schedules/motionformer_adamw_50e.py',
    '../../_base_/default_runtime.py',
]

load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_motionformer_224_16x4.pyth'
