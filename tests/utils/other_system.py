"""Makes Linux lack what macOS or Windows lack, and then tries what every system must be able to do.

A program of ``test_portability.py``: ``python other_system.py FOLDER VIDEO``. Its processes do the same at their start.
"""

import contextlib
import importlib
import multiprocessing.popen_fork
import os
import pkgutil
import runpy
import signal
import sys
import tempfile
from pathlib import Path

import platformdirs  # noqa: F401  as torch, before what it needs of Linux itself is removed
import torch

ROOT = Path(__file__).parents[2]
MISSING_MODULES = ('decord', 'fcntl', 'grp', 'pwd', 'resource')
OF_OS = (
    'fork forkpty getuid geteuid getgid getpgid killpg setsid pread pwrite statvfs sched_getaffinity sysconf '
    'register_at_fork O_NOFOLLOW O_DIRECTORY O_NONBLOCK ST_RDONLY'
)
OF_SIGNAL = 'SIGALRM SIGHUP SIGKILL SIGUSR1 SIGUSR2 alarm getitimer setitimer'
EXTRAS = ('gradio', 'onnx', 'onnxruntime', 'onnxscript', 'pybullet', 'submitit', 'torchcodec', 'webdataset')


def open_paths():
    """The files that this process has open."""
    for descriptor in Path('/proc/self/fd').iterdir():
        with contextlib.suppress(OSError):
            yield os.path.realpath(descriptor.readlink())


def unless_open(function):
    """A function of ``os`` that refuses paths of open files, as on Windows."""

    def call(*paths, **options):
        if not {os.path.realpath(path) for path in paths} & {*open_paths()}:
            return function(*paths, **options)
        raise PermissionError(13, 'The process cannot access the file because it is being used', str(paths[0]))

    return call


def become_another_system():
    os.environ.setdefault('USERNAME', 'somebody')  # set by Windows
    for module in MISSING_MODULES:
        sys.modules[module] = None
    multiprocessing.popen_fork.Popen.kill = multiprocessing.popen_fork.Popen.terminate
    for module, names in ((os, OF_OS), (signal, OF_SIGNAL)):
        for name in names.split():
            delattr(module, name)
    os.supports_fd.discard(os.utime)
    for name in ('rename', 'replace', 'remove', 'unlink'):
        setattr(os, name, unless_open(getattr(os, name)))
    from mmaction_vt.utils import systems

    systems.LINUX, systems.WINDOWS = False, True  # before other modules import them


def import_everything():
    import mmaction_vt

    names = [module.name for module in pkgutil.walk_packages(mmaction_vt.__path__, 'mmaction_vt.')]
    for name in names:
        if '.mim' not in name:
            importlib.import_module(name)
    programs = sorted(path for pattern in ('tools/*.py', 'tools/*/*.py', 'demo/*.py') for path in ROOT.glob(pattern))
    for program in programs:
        sys.path.insert(0, str(program.parent))
        try:
            runpy.run_path(str(program), run_name='imported')
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
        finally:
            sys.path.remove(str(program.parent))
    return len(names), len(programs)


def run_models():
    from mmengine.registry import init_default_scope
    from tiny_models import one_block, recognizer

    from mmaction_vt.registry import MODELS

    init_default_scope('mmaction')
    families = [one_block(name) for name in ('TimeSformer', 'Motionformer', 'ViViT', 'VideoMAE')]
    for settings in [*families, recognizer(3)]:
        model = MODELS.build(settings).eval()
        with torch.no_grad():
            assert model(torch.rand(1, 1, 3, 4, 32, 32), mode='tensor').isfinite().all()


def write_files(folder):
    from mmaction_vt.checkpoints.write import write_checkpoint
    from mmaction_vt.errors import InputError
    from mmaction_vt.utils.files import part_of
    from mmaction_vt.utils.growing_file import GrowingFile
    from mmaction_vt.utils.work_dirs import LOCK, own_work_dir

    for value in (1, 2):
        write_checkpoint({'a': torch.tensor(value)}, str(folder / 'a.pth'))
    assert torch.load(folder / 'a.pth')['a'] == 2
    with part_of(folder / 'a.pth') as one, part_of(folder / 'a.pth') as other:
        assert one != other
    for part in folder.glob('*.part'):
        part.unlink()

    for _ in range(2):
        growing = GrowingFile(folder / 'list', b'[0', b']')
        growing.append(b',1')
        growing.append(b',2')
        growing.close()
        assert (folder / 'list').read_bytes() == b'[0,1,2]'
    with own_work_dir(folder):
        assert (folder / LOCK).exists()
        with contextlib.suppress(InputError), own_work_dir(folder):
            raise AssertionError('a work dir has two owners')
    assert sorted(path.name for path in folder.iterdir()) == ['a.pth', 'list']


def read_videos(video):
    from tiny_models import one_block

    from mmaction_vt.apis import VideoInferencer
    from mmaction_vt.utils.systems import start_method

    assert start_method() == 'spawn'
    sampling = dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=1, test_mode=True)
    clips = dict(type='mmaction_vt.VideoToClips', sampling=sampling, crop='center', short_side=32, size=32)
    config = dict(model=one_block('TimeSformer'), test_pipeline=[clips, dict(type='PackActionInputs')])
    infer = VideoInferencer(config, device='cpu', num_workers=2)
    found = list(infer([video, 'missing.mp4', video]))
    assert [prediction.error is None for prediction in found] == [True, False, True], found
    assert (found[0].scores['class'] == infer(video).scores['class']).all()


if __name__ == '__main__':
    import torch.distributed.run  # which asks for the name of the system

become_another_system()
sys.path.insert(0, str(ROOT / 'tests'))

if __name__ == '__main__':
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as name:
        write_files(Path(name))
    counts = import_everything()
    run_models()
    read_videos(sys.argv[2])
    print(f'{counts[0]} modules, {counts[1]} programs')
