# The Video Transformer benchmark's cosine (get_cosine_schedule_with_warmup of its trainer, one step an epoch): five
# epochs of linear warm-up from a fifth of the rate, then half a cosine down to 1e-6. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics600_vtb.py', '../../_base_/schedules/benchmark_cosine_15e.py']
#     param_scheduler = _base_.benchmark_cosine
benchmark_cosine = [
    dict(type='LinearLR', start_factor=0.2, by_epoch=True, begin=0, end=5),
    dict(type='CosineAnnealingLR', T_max=10, eta_min=1e-6, by_epoch=True, begin=4, end=15),
]
