"""The quickstart's recognizers as mmengine's runner builds them, and a batch for them."""

import timm
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope

from mmaction_vt.engine import MixedPrecisionOptimWrapper
from mmaction_vt.registry import MODELS

QUICKSTART = 'configs/recognition/quickstart'


def quickstart_names(root):
    return sorted(path.name for path in (root / QUICKSTART).glob('*.py'))


def settings_of(root, name, folder):
    """The settings of a quickstart's model; files that it starts from are written into a folder."""
    init_default_scope('mmaction')
    settings = Config.fromfile(root / QUICKSTART / name).model
    if 'teacher' in settings:
        config = root / settings.teacher.config
        teacher = MODELS.build({**Config.fromfile(config).model, 'data_preprocessor': None})
        torch.save({'state_dict': teacher.state_dict()}, folder / 'teacher.pth')
        settings.teacher.update(config=str(config), checkpoint=str(folder / 'teacher.pth'))
    if isinstance(settings.backbone.get('init_cfg'), list):
        sizes = dict(img_size=64, patch_size=16, embed_dim=96, depth=3, num_heads=4, mlp_ratio=2.0)
        image_model = timm.models.VisionTransformer(**sizes, num_classes=16)
        torch.save(image_model.state_dict(), folder / 'vit.pth')
        settings.backbone.init_cfg[1].checkpoint = str(folder / 'vit.pth')
    return settings


def build_as_the_runner(settings, device):
    """A recognizer that is moved to its device before its weights are initialised."""
    model = MODELS.build(settings).to(device)
    model.init_weights()
    return model


def batch_for(model, count=2):
    """A batch of clips as a loader yields it, on the CPU."""
    backbone = model.backbone
    if hasattr(backbone, 'video_size'):
        num_frames, *size = backbone.video_size
    else:
        num_frames, size = backbone.num_frames, backbone.img_size
    clips = [torch.randint(0, 256, (1, 3, num_frames, *size), dtype=torch.uint8) for _ in range(count)]
    return dict(inputs=clips, data_samples=[ActionDataSample().set_gt_label(index) for index in range(count)])


def optim_wrapper_of(model, precision, lr=1e-3):
    """An optimizer wrapper as ``tools/train.py --amp`` chooses it: ``fp32``, ``bf16`` or ``fp16``."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    if precision == 'fp32':
        return OptimWrapper(optimizer=optimizer)
    return MixedPrecisionOptimWrapper(optimizer=optimizer, precision=precision)
