"""Each remedy is needed, and together they make the libraries work; each check runs in a fresh interpreter."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Makes a package look as if it were not installed.
HIDE = """
import importlib.abc, sys
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {names!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hide())
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name.split('.')[0] in {names!r} else find_spec(name, *rest)
"""

# Loads the file by itself: importing the package would apply everything.
LOAD = f"""
import importlib.util
spec = importlib.util.spec_from_file_location('compat', {str(ROOT / 'mmaction_vt' / 'compat.py')!r})
compat = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compat)
for remedy in compat.REMEDIES:
    if remedy.__name__ != {{without!r}}:
        remedy()
"""

HIDDEN = ('importlib_metadata', 'pkg_resources')
# For each remedy a use of what it mends, and what it raises where it is not mended.
USES = {
    'provide_importlib_metadata': ('import mmaction.utils.dependency', 'importlib_metadata'),
    'provide_numpy_inf': (
        """
        import numpy as np
        from mmaction.datasets.transforms import PoseCompact
        keypoint = np.ones((1, 2, 3, 2)) * 5.0
        keypoint[..., 1, :] = 40.0
        PoseCompact(threshold=0)(dict(img_shape=(100, 100), keypoint=keypoint))
        """,
        'np.Inf',
    ),
    'provide_localizer_drn': ('import mmaction.models', 'localizers.drn'),
    'pass_over_vindlu': ('import transformers, mmaction.models', 'vindlu'),
    'find_packages_without_pkg_resources': (
        """
        from mmengine.utils import get_installed_path, is_installed
        assert is_installed('mmaction2') and is_installed('torch') and not is_installed('no_such_package')
        assert get_installed_path('mmaction2').endswith('mmaction')
        assert get_installed_path('mmaction').endswith('mmaction')
        from mmengine.config import Config
        """,
        'pkg_resources',
    ),
    'shift_hues_down': (
        """
        import numpy as np
        from mmaction.datasets.transforms import ColorJitter
        red = np.full((2, 2, 3), (200.0, 0.0, 0.0))
        blue, green = ColorJitter.adjust_hue(red, -60 / 255), ColorJitter.adjust_hue(red, 60 / 255)
        assert (blue == (0, 0, 200)).all() and (green == (0, 200, 0)).all()
        """,
        'out of bounds for uint8',
    ),
    'allow_mmengine_types': (
        """
        import io, numpy as np, torch
        from mmengine.logging import HistoryBuffer
        history = HistoryBuffer()
        history.update(0.5)
        stored = [history, np.float64(1), np.float32(1), np.int64(1), np.bool_(True), np.arange(3), np.array(['a'])]
        file = io.BytesIO()
        torch.save(stored, file)
        file.seek(0)
        back = torch.load(file)
        assert back[0].current() == 0.5 and back[0].statistics('mean') == 0.5 and (back[5] == np.arange(3)).all()
        """,
        'Weights only load failed',
    ),
    'start_processes_without_gpu': (
        """
        import os
        os.environ.update(RANK='0', LOCAL_RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT='0')
        os.environ['CUDA_VISIBLE_DEVICES'] = ''
        from mmengine.dist import get_backend, init_dist
        init_dist('pytorch')
        assert get_backend() == 'gloo'
        """,
        'NVIDIA',
    ),
    'wrap_models_without_gpu': (
        """
        import os, torch
        os.environ.update(RANK='0', LOCAL_RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT='0')
        if not torch.distributed.is_initialized():
            torch.distributed.init_process_group('gloo')
        from mmengine.model import MMDistributedDataParallel
        MMDistributedDataParallel(torch.nn.Linear(2, 2), device_ids=[0])
        """,
        'device_ids',
    ),
    'score_bfloat16_in_float32': (
        """
        import mmaction.models, torch
        from mmaction.models.heads import TimeSformerHead
        from mmaction.structures import ActionDataSample
        from mmaction.utils import register_all_modules
        register_all_modules()
        head = TimeSformerHead(num_classes=2, in_channels=2)
        sample = ActionDataSample().set_gt_label(1)
        losses = head.loss_by_feat(torch.zeros(1, 2, dtype=torch.bfloat16), [sample])
        assert losses['loss_cls'].dtype == torch.float32
        """,
        'BFloat16',
    ),
}


def run(code):
    return subprocess.run([sys.executable, '-W', 'ignore', '-c', code], capture_output=True, text=True, check=False)


def script(use, without=None):
    return HIDE.format(names=HIDDEN) + LOAD.format(without=without) + textwrap.dedent(use)


@pytest.mark.slow
@pytest.mark.parametrize('remedy', USES)
def test_each_remedy_is_needed(remedy):
    use, words = USES[remedy]
    done = run(script(use, without=remedy))
    assert done.returncode != 0
    assert words in done.stderr


def test_together_they_are_enough():
    uses = '\n'.join(textwrap.dedent(use) for use, _ in USES.values())
    done = run(script(uses))
    assert done.returncode == 0, done.stderr


def test_nothing_is_changed_where_upstream_is_right():
    code = """
    import importlib.util, sys, types
    import numpy
    numpy.Inf = before = float('inf')
    theirs = sys.modules['importlib_metadata'] = types.ModuleType('importlib_metadata')
    theirs.__spec__ = importlib.util.spec_from_loader('importlib_metadata', None)
    pkg = sys.modules['pkg_resources'] = types.ModuleType('pkg_resources')
    pkg.__spec__ = importlib.util.spec_from_loader('pkg_resources', None)
    import mmengine.utils
    lookup = mmengine.utils.is_installed
    """
    check = """
    assert numpy.Inf is before
    assert sys.modules['importlib_metadata'] is theirs
    assert mmengine.utils.is_installed is lookup
    """
    apply = LOAD.format(without='provide_localizer_drn').replace('for remedy in compat.REMEDIES', NAMED)
    done = run(textwrap.dedent(code) + apply + textwrap.dedent(check))
    assert done.returncode == 0, done.stderr


NAMED = """
names = ('provide_importlib_metadata', 'provide_numpy_inf', 'find_packages_without_pkg_resources')
for remedy in [getattr(compat, name) for name in names]""".strip()


def test_packages_are_found_by_either_name():
    from mmaction_vt import compat

    assert compat.is_installed('opencv-python-headless') or compat.is_installed('opencv-python')
    assert compat.package2module('pillow') == 'PIL'
    assert compat.package2module('torch') == 'torch'
    assert not compat.is_installed('no_such_package')
    with pytest.raises(compat.importlib.metadata.PackageNotFoundError):
        compat.get_installed_path('no_such_package')
