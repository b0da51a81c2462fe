"""Keys of PySlowFast with a counterpart, and those that are ignored."""

TIMESFORMER, MOTIONFORMER = 'TimeSformer', 'Motionformer'

# A setting of the model, its key, and its default here.
MODEL = {
    TIMESFORMER: (
        ('model.backbone.img_size', 'DATA.TRAIN_CROP_SIZE', 224),
        ('model.backbone.num_frames', 'DATA.NUM_FRAMES', 8),
        ('model.backbone.attention_type', 'TIMESFORMER.ATTENTION_TYPE', 'divided_space_time'),
    ),
    MOTIONFORMER: (
        ('model.backbone.img_size', 'DATA.TRAIN_CROP_SIZE', 224),
        ('model.backbone.num_frames', 'DATA.NUM_FRAMES', 16),
        ('model.backbone.patch_size', 'VIT.PATCH_SIZE', 16),
        ('model.backbone.tubelet_size', 'VIT.PATCH_SIZE_TEMP', 2),
        ('model.backbone.embed_dims', 'VIT.EMBED_DIM', 768),
        ('model.backbone.num_layers', 'VIT.DEPTH', 12),
        ('model.backbone.num_heads', 'VIT.NUM_HEADS', 12),
        ('model.backbone.mlp_ratio', 'VIT.MLP_RATIO', 4),
        ('model.backbone.qkv_bias', 'VIT.QKV_BIAS', True),
        ('model.backbone.drop_rate', 'VIT.DROP', 0),
        ('model.backbone.attn_drop_rate', 'VIT.ATTN_DROPOUT', 0),
        ('model.backbone.drop_path_rate', 'VIT.DROP_PATH', 0.2),
        ('model.backbone.attention_type', 'VIT.ATTN_LAYER', 'trajectory'),
        ('model.backbone.pos_embed_type', 'VIT.POS_EMBED', 'separate'),
        ('model.cls_head.in_channels', 'VIT.EMBED_DIM', None),
        ('model.cls_head.dropout_ratio', 'VIT.HEAD_DROPOUT', 0),
        ('model.cls_head.label_smooth_eps', 'SOLVER.SMOOTHING', 0),
    ),
}

# Settings of the run, which are set only if the file has them.
RUN = {
    'TRAIN.EVAL_PERIOD': ('train_cfg.val_interval',),
    'TRAIN.CHECKPOINT_PERIOD': ('default_hooks.checkpoint.interval',),
    'LOG_PERIOD': ('default_hooks.logger.interval',),
    'RNG_SEED': ('randomness.seed',),
    'DATA_LOADER.NUM_WORKERS': tuple(f'{split}_dataloader.num_workers' for split in ('train', 'val', 'test')),
}

UNUSED = 'the published code does not use it'
CONVOLUTIONS = 'of convolutional models'
LAUNCHER = 'the launcher sets it'
OTHER_DATA = 'the published code does not use it for this data set'
MIXES = 'see configs/_base_/augmentation/mixup_cutmix.py'
# Keys, or sections that end with a dot, that are ignored, and why.
IGNORED = {
    'AVA.': 'of detection',
    'BENCHMARK.': 'tools of the published code',
    'BN.': CONVOLUTIONS,
    'DATA.AUTO_AUGMENT': UNUSED,
    'DATA.COLOR_JITTER': UNUSED,
    'DATA.CROP_SIZE': UNUSED,
    'DATA.DECODING_BACKEND': 'backend of VideoToClips chooses the decoder',
    'DATA.DEIT_TRANSFORMS': UNUSED,
    'DATA.INPUT_CHANNEL_NUM': 'frames have three channels',
    'DATA.PATH_LABEL_SEPARATOR': OTHER_DATA,
    'DATA.PATH_PREFIX': OTHER_DATA,
    'DATA.PATH_TO_DATA_DIR': OTHER_DATA,
    'DATA.RE_PROB': UNUSED,
    'DATA.SAMPLING_RATE': OTHER_DATA,
    'DATA.TARGET_FPS': OTHER_DATA,
    'DATA.TEMPORAL_EXTENT': UNUSED,
    'DATA_LOADER.PIN_MEMORY': 'train_dataloader.pin_memory sets it',
    'DEMO.': 'see demo/demo.py',
    'DETECTION.': 'of detection',
    'DIST_BACKEND': 'env_cfg.dist_cfg.backend sets it',
    'EMA.': 'it is off',
    'EPICKITCHENS.': OTHER_DATA,
    'LOG_MODEL_INFO': 'tools/analysis/get_flops.py counts',
    'MIXUP.': 'it is off',
    'MODEL.DROPCONNECT_RATE': CONVOLUTIONS,
    'MODEL.DROPOUT_RATE': UNUSED,
    'MODEL.FC_INIT_STD': CONVOLUTIONS,
    'MODEL.HEAD_ACT': CONVOLUTIONS,
    'MODEL.MULTI_PATHWAY_ARCH': CONVOLUTIONS,
    'MODEL.SINGLE_PATHWAY_ARCH': CONVOLUTIONS,
    'MULTIGRID.': 'it is off',
    'NONLOCAL.': CONVOLUTIONS,
    'RESNET.': CONVOLUTIONS,
    'SHARD_ID': LAUNCHER,
    'SLOWFAST.': CONVOLUTIONS,
    'SOLVER.GAMMA': UNUSED,
    'SOLVER.STEP_SIZE': UNUSED,
    'SOLVER.WARMUP_FACTOR': UNUSED,
    'TENSORBOARD.': 'TensorBoard always gets the logs',
    'TEST.BATCH_SIZE': 'test_dataloader.batch_size counts videos, with all of their views',
    'TEST.CHECKPOINT_FILE_PATH': 'an argument of tools/test.py',
    'TEST.ENABLE': 'tools/test.py tests',
    'TEST.SAVE_RESULTS_PATH': 'tools/test.py --out',
    'TRAIN.AUTO_RESUME': 'tools/train.py --resume',
    'TRAIN.ENABLE': 'tools/train.py trains',
    'USE_SBATCH': LAUNCHER,
    'X3D.': CONVOLUTIONS,
}
# Used for the batch size, and set by the launcher.
ALSO_LAUNCHED = ('NUM_GPUS', 'NUM_SHARDS')
# Keys that are ignored for these values only, and what replaces them for others.
ONLY = {
    'BN.USE_PRECISE_STATS': ((False,), CONVOLUTIONS),
    'DATA.ENSEMBLE_METHOD': (('sum',), 'scores are averaged'),
    'DATA.GAUSSIAN': ((False,), 'there is no such augmentation'),
    'DATA.GRAYSCALE': ((False,), 'there is no such augmentation'),
    'DATA.MULTI_LABEL': ((False,), 'one label a video'),
    'DATA.USE_REPEATED_AUG': ((False,), 'see configs/_base_/augmentation/repeated_augmentation.py'),
    'DATA_LOADER.ENABLE_MULTI_THREAD_DECODE': ((False,), 'num_threads of VideoToClips sets it'),
    'DETECTION.ENABLE': ((False,), 'no detection'),
    'EMA.ENABLED': ((False,), "mmengine's EMAHook averages weights"),
    'MIXUP.ENABLED': ((False,), MIXES),
    'MODEL.LOSS_FUNC': (('cross_entropy',), 'model.cls_head.loss_cls sets it'),
    'MULTIGRID.LONG_CYCLE': ((False,), 'sizes do not change in training'),
    'MULTIGRID.SHORT_CYCLE': ((False,), 'sizes do not change in training'),
    'TEST.CHECKPOINT_TYPE': (('pytorch',), 'checkpoints of Caffe2 are not read'),
    'TEST.SHUFFLE_FRAMES': ((False,), 'frames keep their order'),
    'TRAIN.CHECKPOINT_CLEAR_NAME_PATTERN': (((), []), 'names of a checkpoint are recognised'),
    'TRAIN.CHECKPOINT_INFLATE': ((False,), 'model.backbone.init_cfg.inflate sets it'),
    'TRAIN.CHECKPOINT_TYPE': (('pytorch',), 'checkpoints of Caffe2 are not read'),
    'VIT.CHANNELS': ((3,), 'frames have three channels'),
    'VIT.HEAD_ACT': (('tanh',), 'MotionformerHead has tanh'),
    'VIT.PRETRAINED_WEIGHTS': (('vit_1k',), 'model.backbone.init_cfg.checkpoint names another image model'),
    'VIT.USE_MLP': ((True,), 'MotionformerHead has a layer before the classifier'),
    'VIT.VIDEO_INPUT': ((True,), 'videos only'),
}
MOTIONFORMER_ONLY = {
    'MIXUP.CUTMIX_ALPHA': ((0,), MIXES),
    'MIXUP.MIXUP_ALPHA': ((0,), MIXES),
}
# Keys of one family only.
OWN_SECTIONS = {TIMESFORMER: ('TIMESFORMER.', 'EMA.'), MOTIONFORMER: ('VIT.', 'EPICKITCHENS.')}
