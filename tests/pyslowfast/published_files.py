"""YAML files with the keys and values of the published ones, made from what each family's files share."""

import yaml

TIMESFORMER = {
    'TRAIN': dict(ENABLE=True, DATASET='kinetics', BATCH_SIZE=8, EVAL_PERIOD=5, CHECKPOINT_PERIOD=5, AUTO_RESUME=True),
    'DATA': dict(
        PATH_TO_DATA_DIR='/data/kinetics/',
        NUM_FRAMES=8,
        SAMPLING_RATE=32,
        TRAIN_JITTER_SCALES=[256, 320],
        TRAIN_CROP_SIZE=224,
        TEST_CROP_SIZE=224,
        INPUT_CHANNEL_NUM=[3],
    ),
    'TIMESFORMER': dict(ATTENTION_TYPE='divided_space_time'),
    'SOLVER': dict(
        BASE_LR=0.005,
        LR_POLICY='steps_with_relative_lrs',
        STEPS=[0, 11, 14],
        LRS=[1, 0.1, 0.01],
        MAX_EPOCH=15,
        MOMENTUM=0.9,
        WEIGHT_DECAY='1e-4',
        OPTIMIZING_METHOD='sgd',
    ),
    'MODEL': dict(
        MODEL_NAME='vit_base_patch16_224', NUM_CLASSES=400, ARCH='vit', LOSS_FUNC='cross_entropy', DROPOUT_RATE=0.5
    ),
    'TEST': dict(ENABLE=True, DATASET='kinetics', BATCH_SIZE=8, NUM_ENSEMBLE_VIEWS=1, NUM_SPATIAL_CROPS=3),
    'DATA_LOADER': dict(NUM_WORKERS=8, PIN_MEMORY=True),
    'NUM_GPUS': 8,
    'NUM_SHARDS': 1,
    'RNG_SEED': 0,
    'OUTPUT_DIR': '.',
}
MOTIONFORMER = {
    'TRAIN': dict(ENABLE=True, DATASET='Kinetics', BATCH_SIZE=32, EVAL_PERIOD=5, CHECKPOINT_PERIOD=5, AUTO_RESUME=True),
    'DATA': dict(
        NUM_FRAMES=16,
        SAMPLING_RATE=4,
        TRAIN_JITTER_SCALES=[256, 320],
        TRAIN_CROP_SIZE=224,
        TEST_CROP_SIZE=224,
        INPUT_CHANNEL_NUM=[3],
        MEAN=[0.5, 0.5, 0.5],
        STD=[0.5, 0.5, 0.5],
        PATH_TO_DATA_DIR='data/kinetics_400/',
        USE_RAND_AUGMENT=False,
        RE_PROB=0.0,
        USE_REPEATED_AUG=False,
        USE_RANDOM_RESIZE_CROPS=False,
        COLORJITTER=True,
        GRAYSCALE=False,
        GAUSSIAN=False,
    ),
    'SOLVER': dict(
        BASE_LR='1e-4',
        LR_POLICY='steps_with_relative_lrs',
        LRS=[1, 0.1, 0.01],
        STEPS=[0, 20, 30],
        MAX_EPOCH=35,
        MOMENTUM=0.9,
        WEIGHT_DECAY='5e-2',
        WARMUP_EPOCHS=0.0,
        OPTIMIZING_METHOD='adamw',
        USE_MIXED_PRECISION=True,
        SMOOTHING=0.2,
    ),
    'SLOWFAST': dict(ALPHA=8),
    'VIT': dict(
        PATCH_SIZE=16,
        PATCH_SIZE_TEMP=2,
        CHANNELS=3,
        EMBED_DIM=768,
        DEPTH=12,
        NUM_HEADS=12,
        MLP_RATIO=4,
        QKV_BIAS=True,
        VIDEO_INPUT=True,
        TEMPORAL_RESOLUTION=8,
        USE_MLP=True,
        DROP=0.0,
        POS_DROPOUT=0.0,
        DROP_PATH=0.2,
        IM_PRETRAINED=True,
        HEAD_DROPOUT=0.0,
        HEAD_ACT='tanh',
        PRETRAINED_WEIGHTS='vit_1k',
        ATTN_LAYER='trajectory',
    ),
    'MODEL': dict(NUM_CLASSES=400, ARCH='slow', MODEL_NAME='VisionTransformer', LOSS_FUNC='cross_entropy'),
    'TEST': dict(ENABLE=True, DATASET='Kinetics', BATCH_SIZE=64, NUM_ENSEMBLE_VIEWS=10, NUM_SPATIAL_CROPS=3),
    'DATA_LOADER': dict(NUM_WORKERS=8, PIN_MEMORY=True),
    'NUM_GPUS': 8,
    'NUM_SHARDS': 4,
    'RNG_SEED': 0,
    'OUTPUT_DIR': '.',
    'TENSORBOARD': dict(ENABLE=True),
}
START = {'TRAIN.CHECKPOINT_EPOCH_RESET': True, 'TRAIN.CHECKPOINT_FILE_PATH': '/models/k400.pyth'}
LISTS = {'DATA.PATH_TO_DATA_DIR': ' /lists/ssv2/', 'DATA.PATH_PREFIX': '/frames/ssv2/', 'DATA_LOADER.NUM_WORKERS': 4}
SSV2 = {
    **LISTS,
    'MODEL.NUM_CLASSES': 174,
    'DATA.INV_UNIFORM_SAMPLE': True,
    'DATA.RANDOM_FLIP': False,
    'DATA.REVERSE_INPUT_CHANNEL': True,
}
TIME_SSV2 = {**SSV2, 'TRAIN.DATASET': 'ssv2', 'TEST.DATASET': 'ssv2', 'DATA.SAMPLING_RATE': None}
MOTION_SSV2 = {
    **SSV2,
    **START,
    'TRAIN.DATASET': 'Ssv2',
    'TEST.DATASET': 'Ssv2',
    'TEST.NUM_ENSEMBLE_VIEWS': 1,
    'DATA.COLORJITTER': False,
    'DATA.USE_RAND_AUGMENT': True,
}
EPIC = {
    **START,
    'TRAIN.DATASET': 'Epickitchens',
    'TEST.DATASET': 'Epickitchens',
    'MODEL.NUM_CLASSES': 97,
    'DATA.PATH_TO_DATA_DIR': 'data/epic_kitchens/',
    'DATA.COLORJITTER': False,
    'DATA.USE_RAND_AUGMENT': True,
    'SOLVER.STEPS': [0, 30, 40],
    'SOLVER.MAX_EPOCH': 50,
}
HIGH = {'DATA.TRAIN_JITTER_SCALES': [448, 512], 'DATA.TRAIN_CROP_SIZE': 448, 'DATA.TEST_CROP_SIZE': 448}
SMALLER_BATCH = {'TRAIN.BATCH_SIZE': 12, 'SOLVER.BASE_LR': '0.375e-4'}
HR = {
    **SMALLER_BATCH,
    'DATA.TRAIN_JITTER_SCALES': [384, 480],
    'DATA.TRAIN_CROP_SIZE': 336,
    'DATA.TEST_CROP_SIZE': 336,
}
LONG = {**SMALLER_BATCH, 'DATA.NUM_FRAMES': 32, 'DATA.SAMPLING_RATE': 3, 'VIT.TEMPORAL_RESOLUTION': 16}
K600 = {'MODEL.NUM_CLASSES': 600, 'DATA.PATH_TO_DATA_DIR': 'data/kinetics_600/'}
JOINT, DIVIDED = {'VIT.ATTN_LAYER': 'joint'}, {'VIT.ATTN_LAYER': 'divided'}

# What a published file has beyond its family's, by the name of our config.
FILES = {
    'timesformer_divST_8x32_224_kinetics400': {},
    'timesformer_jointST_8x32_224_kinetics400': {'TIMESFORMER.ATTENTION_TYPE': 'joint_space_time'},
    'timesformer_spaceOnly_8x32_224_kinetics400': {'TIMESFORMER.ATTENTION_TYPE': 'space_only'},
    'timesformer_divST_16x16_448_kinetics400': {**HIGH, 'DATA.NUM_FRAMES': 16, 'DATA.SAMPLING_RATE': 16},
    'timesformer_divST_96x4_224_kinetics400': {'DATA.NUM_FRAMES': 96, 'DATA.SAMPLING_RATE': 4},
    'timesformer_divST_8x32_224_kinetics600': {'MODEL.NUM_CLASSES': 600},
    'timesformer_divST_8_224_ssv2': TIME_SSV2,
    'timesformer_divST_16_448_ssv2': {**TIME_SSV2, **HIGH, 'DATA.NUM_FRAMES': 16},
    'timesformer_divST_64_224_ssv2': {**TIME_SSV2, 'DATA.NUM_FRAMES': 64},
    'motionformer_224_16x4_kinetics400': {},
    'motionformer_joint_224_16x4_kinetics400': JOINT,
    'motionformer_divided_224_16x4_kinetics400': DIVIDED,
    'motionformer_hr_336_16x8_kinetics400': {**HR, 'DATA.SAMPLING_RATE': 8},
    'motionformer_l_224_32x3_kinetics400': {**LONG, 'DATA.USE_RANDOM_RESIZE_CROPS': True},
    'motionformer_224_16x4_kinetics600': K600,
    'motionformer_joint_224_16x4_kinetics600': {**K600, **JOINT},
    'motionformer_divided_224_16x4_kinetics600': {**K600, **DIVIDED},
    'motionformer_hr_336_16x4_kinetics600': {**K600, **HR},
    'motionformer_l_224_32x3_kinetics600': {**K600, **LONG},
    'motionformer_224_16x4_ssv2': MOTION_SSV2,
    'motionformer_joint_224_16x4_ssv2': {**MOTION_SSV2, **JOINT, 'DATA.USE_RAND_AUGMENT': False},
    'motionformer_divided_224_16x4_ssv2': {**MOTION_SSV2, **DIVIDED},
    'motionformer_hr_336_16x4_ssv2': {**MOTION_SSV2, **HR},
    'motionformer_l_224_32x3_ssv2': {**MOTION_SSV2, **LONG},
    'motionformer_224_16x4_epickitchens': EPIC,
    'motionformer_joint_224_16x4_epickitchens': {**EPIC, **JOINT},
    'motionformer_divided_224_16x4_epickitchens': {**EPIC, **DIVIDED},
    'motionformer_hr_336_16x4_epickitchens': {**EPIC, **HR},
    'motionformer_l_224_32x3_epickitchens': {**EPIC, **LONG},
}


def write_file(folder, name, **more):
    """The YAML file that one of our configs is for; ``None`` takes a key out."""
    content = yaml.safe_load(yaml.safe_dump(TIMESFORMER if name.startswith('timesformer') else MOTIONFORMER))
    for key, value in {**FILES[name], **more}.items():
        *sections, last = key.split('.')
        place = content
        for section in sections:
            place = place.setdefault(section, {})
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    path = folder / f'{name}.yaml'
    path.write_text(yaml.safe_dump(content))
    return path
