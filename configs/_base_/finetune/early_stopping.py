# Early stopping: training ends when top-1 accuracy has not risen by a tenth of a percentage point in five validations.
# A resumed training counts anew. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/finetune/early_stopping.py']
#     custom_hooks = [_base_.early_stopping]
early_stopping = dict(type='EarlyStoppingHook', monitor='acc/top1', rule='greater', patience=5, min_delta=0.001)
