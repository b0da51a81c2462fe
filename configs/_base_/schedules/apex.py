# Mixed precision by NVIDIA's apex, which must be installed, instead of PyTorch's autocast. In a config of your own:
#     _base_ = ['dualformer_tiny_patch244_window877_kinetics400_1k.py', '../../_base_/schedules/apex.py']
#     optim_wrapper = _base_.apex
apex = dict(type='mmaction_vt.ApexOptimWrapper', opt_level='O1')
