# The Motionformer paper's baseline of divided attention on Something-Something V2.
_base_ = 'motionformer_224_16x4_ssv2.py'

model = dict(backbone=dict(attention_type='divided'))
load_from = 'https://dl.fbaipublicfiles.com/motionformer/k400_divided_224_16x4.pyth'
