# Label smoothing of 0.1. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/augmentation/label_smoothing.py']
#     model = dict(cls_head=_base_.label_smoothing)
label_smoothing = dict(label_smooth_eps=0.1)
