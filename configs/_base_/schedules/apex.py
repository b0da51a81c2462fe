# Mixed precision by apex.amp instead of PyTorch's autocast, for comparisons with published trainings. NVIDIA removed
# apex.amp in 2025: the releases of apex up to 24.04.01 have it, and must be installed. In a config of your own:
#     _base_ = ['dualformer_tiny_patch244_window877_kinetics400_1k.py', '../../_base_/schedules/apex.py']
#     optim_wrapper = _base_.apex
apex = dict(type='mmaction_vt.ApexOptimWrapper', opt_level='O1')
