# What all recipes share: hooks, logs, environment.
default_scope = 'mmaction'
custom_imports = dict(imports=['mmaction_vt'], allow_failed_imports=False)

default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    timer=dict(type='IterTimerHook'),
    throughput=dict(type='mmaction_vt.ThroughputHook'),
    logger=dict(type='LoggerHook', interval=20, ignore_last=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='mmaction_vt.CheckpointHook', interval=1, max_keep_ckpts=3, save_best='auto'),
    same_run=dict(type='mmaction_vt.SameRunHook'),
    interrupt=dict(type='mmaction_vt.InterruptHook'),
    finite_loss=dict(type='mmaction_vt.FiniteLossHook'),
    parameter_groups=dict(type='mmaction_vt.ParameterGroupsHook'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    sync_buffers=dict(type='SyncBuffersHook'),
    broken_videos=dict(type='mmaction_vt.BrokenVideosHook'),
    summary=dict(type='mmaction_vt.SummaryHook'),
    progress=dict(type='mmaction_vt.ProgressHook'),
)

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)

log_processor = dict(type='mmaction_vt.LogProcessor', window_size=20, by_epoch=True)
vis_backends = [dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
visualizer = dict(type='ActionVisualizer', vis_backends=vis_backends)

log_level = 'INFO'
load_from = None
resume = False
