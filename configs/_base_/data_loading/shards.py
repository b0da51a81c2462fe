# Videos from tar shards, which tools/data/make_shards.py writes, instead of single files. In a config of your own:
#     _base_ = ['timesformer_divST_8x32_224_kinetics400.py', '../../_base_/data_loading/shards.py']
#     shards = dict(_base_.shards, folder='data/kinetics400/shards', batch_size=8, pipeline=_base_.train_pipeline)
#     train_dataloader = dict(batch_size=8, sampler=None, dataset=dict(shards, _delete_=True))
shards = dict(type='mmaction_vt.VideoShards')
