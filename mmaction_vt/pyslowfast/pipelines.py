"""Pipelines and data sets of a config, from the settings of PySlowFast."""

from .settings import Settings
from .tables import MOTIONFORMER

KINETICS, SSV2, EPIC = 'kinetics', 'ssv2', 'epickitchens'
CLIPS = 'mmaction_vt.VideoToClips'
COLOUR_JITTER: dict = dict(
    type='RandomApply',
    prob=0.8,
    transforms=[dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, hue=0.0)],
)
RAND_AUGMENT = {KINETICS: 'rand-m20-mstd0.5-inc1', SSV2: 'rand-m20-mstd0.5-inc1', EPIC: 'rand-m15-mstd0.5-inc1'}
SSV2_AREA = (0.05, 1.0)  # of a crop of random shape
# Arguments of VideoToClips that are set; others are kept.
SET_ANEW = ('sampling', 'crop', 'short_side', 'size', 'inverse', 'flip', 'area_range', 'format')
PACK: dict = dict(type='PackActionInputs')
SHAPE: dict = dict(type='FormatShape', input_format='NCTHW')
SSV2_JSON = 'something-something-v2-{}.json'


def set_pipelines(config: dict, settings: Settings, family: str, kind: str) -> None:
    """Set ``train_pipeline``, ``val_pipeline`` and ``test_pipeline``."""
    size, test_size = settings['DATA.TRAIN_CROP_SIZE'], settings['DATA.TEST_CROP_SIZE']
    test_crop = dict(crop='three', short_side=test_size)
    if settings['TEST.NUM_SPATIAL_CROPS'] != 3:
        jitter = family != MOTIONFORMER and kind == KINETICS  # frames are then resized as in training
        test_crop = dict(crop='center', short_side=settings['DATA.TRAIN_JITTER_SCALES'][0] if jitter else test_size)
    sampling = sample(settings, kind)
    views = settings['TEST.NUM_ENSEMBLE_VIEWS']  # clips of segments are all the same
    several = {} if views == 1 or kind == SSV2 else {'num_clips': views}
    config['train_pipeline'] = train_pipeline(config['train_pipeline'][0], sampling, settings, kind)
    fixed = dict(sampling=dict(sampling, test_mode=True), crop='center', short_side=size, size=size)
    tested = dict(sampling=dict(sampling, **several, test_mode=True), **test_crop, size=test_size)
    for split, values in (('val', fixed), ('test', tested)):
        first, *rest = config[f'{split}_pipeline']
        config[f'{split}_pipeline'] = [clips(first, values), *rest]
    for split in ('train', 'val', 'test'):
        config[f'{split}_dataloader']['dataset']['pipeline'] = config[f'{split}_pipeline']


def clips(first: dict, values: dict) -> dict:
    """VideoToClips of a config with other arguments."""
    kept = {key: value for key, value in first.items() if key not in SET_ANEW}
    return {'type': CLIPS, **values, **kept}


def sample(settings: Settings, kind: str) -> dict:
    """The transform that samples the frames of a clip."""
    count = settings['DATA.NUM_FRAMES']
    if kind == SSV2:
        return dict(type='mmaction_vt.SampleSegments', clip_len=count)
    rate, fps = settings['DATA.SAMPLING_RATE'], settings['DATA.TARGET_FPS']
    options = dict(type='mmaction_vt.SampleClipsInTime', clip_len=count, frame_interval=rate)
    return options if fps == 30 else dict(options, target_fps=fps)


def train_pipeline(first: dict, sampling: dict, settings: Settings, kind: str) -> list[dict]:
    """The training pipeline, with its crops and augmentations."""
    size, lengths = settings['DATA.TRAIN_CROP_SIZE'], tuple(settings['DATA.TRAIN_JITTER_SCALES'])
    inverse, flip = settings['DATA.INV_UNIFORM_SAMPLE'], settings['DATA.RANDOM_FLIP']
    resized = settings['DATA.USE_RANDOM_RESIZE_CROPS']
    area = {'area_range': SSV2_AREA} if resized and kind == SSV2 else {}
    colours: list[dict] = [COLOUR_JITTER] if settings['DATA.COLORJITTER'] else []
    if settings['DATA.USE_RAND_AUGMENT']:  # before the crop
        if resized:
            crop: list[dict] = [
                dict(type='RandomResizedCrop', **area),
                dict(type='Resize', scale=(size, size), keep_ratio=False),
            ]
        else:
            scale = dict(min_size=lengths[0], max_size=lengths[1], **({'inverse': True} if inverse else {}))
            crop = [dict(type='mmaction_vt.RandomShortSideScale', **scale), dict(type='RandomCrop', size=size)]
        flips = [dict(type='Flip', flip_ratio=0.5)] if flip or resized else []
        augment = dict(type='mmaction_vt.RandAugment', policy=RAND_AUGMENT[kind])
        return [clips(first, dict(sampling=sampling, format='frames')), augment, *crop, *flips, *colours, SHAPE, PACK]
    values = dict(sampling=sampling, crop='random_resized' if resized else 'random', size=size, **area)
    values |= {} if resized else {'short_side': lengths}
    values |= {'inverse': True} if inverse and not resized else {}
    values |= {'flip': 0.5} if flip or resized else {}
    values |= {'format': 'frames'} if colours else {}
    shape = [SHAPE] if colours else []
    return [clips(first, values), *colours, *shape, PACK]


def set_data(config: dict, settings: Settings, family: str, kind: str) -> None:
    """Set lists, folders, classes and the normalisation of the frames."""
    preprocessor = config['model']['data_preprocessor']
    for name in ('mean', 'std'):
        preprocessor[name] = [round(255 * value, 6) for value in settings[f'DATA.{name.upper()}']]
    # Frames of files are read by OpenCV, blue first; TimeSformer's code never reverses channels.
    reversed_channels = settings['DATA.REVERSE_INPUT_CHANNEL'] and family == MOTIONFORMER
    if (kind != KINETICS) != bool(reversed_channels):
        preprocessor['to_rgb'] = True
    else:
        preprocessor.pop('to_rgb', None)
    datasets = {split: config[f'{split}_dataloader']['dataset'] for split in ('train', 'val', 'test')}
    if kind == EPIC:
        set_epic_kitchens(datasets, settings)
        return
    folder, prefix = settings['DATA.PATH_TO_DATA_DIR'].rstrip('/'), settings['DATA.PATH_PREFIX']
    separator = settings['DATA.PATH_LABEL_SEPARATOR']
    if settings['MODEL.NUM_CLASSES'] != config['num_classes']:
        config['num_classes'] = settings['MODEL.NUM_CLASSES']
        config['class_names'] = None
    config['model']['cls_head']['num_classes'] = config['num_classes']
    for split, dataset in datasets.items():
        dataset['num_classes'] = config['num_classes']
        if separator not in (' ', ','):
            dataset['delimiter'] = separator
        if not folder:
            continue
        if kind == SSV2:
            part = 'train' if split == 'train' else 'validation'
            dataset['ann_file'] = f'{folder}/{"train" if split == "train" else "val"}.csv'
            dataset['label_files'] = [f'{folder}/{SSV2_JSON.format(name)}' for name in (part, 'labels')]
            dataset['data_prefix'] = dict(img=prefix)
        else:
            dataset['ann_file'] = f'{folder}/{split}.csv'
            dataset['data_prefix'] = dict(video=prefix)


def set_epic_kitchens(datasets: dict[str, dict], settings: Settings) -> None:
    """Set the official annotations: CSV files instead of the pickles of the published code."""
    folder, frames = settings['EPICKITCHENS.ANNOTATIONS_DIR'].rstrip('/'), settings['EPICKITCHENS.VISUAL_DATA_DIR']
    settings.used.add('MODEL.NUM_CLASSES')  # always 97 and 300
    for split, dataset in datasets.items():
        name = settings[f'EPICKITCHENS.{split.upper()}_LIST']
        if folder:
            dataset['ann_file'] = f'{folder}/{name.removesuffix(".pkl").removesuffix(".csv")}.csv'
        if frames:
            dataset['data_prefix'] = dict(img=frames)
