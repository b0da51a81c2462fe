"""The example clip of the web page: read once, and kept in memory."""

import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from web_answer import Answer, Limits, check_limits
from web_uploads import shown_name

from mmaction_vt import VideoInferencer
from mmaction_vt.class_names import read_class_names
from mmaction_vt.errors import InputError
from mmaction_vt.models.heads import CLASS
from mmaction_vt.utils.video_files import check_local_video

SHAPES = Path(__file__).resolve().parents[1] / 'tools' / 'data' / 'moving_shapes.py'
SAMPLE = ('val', 28)  # growing
TYPES = {'.webm': 'video/webm', '.mkv': 'video/x-matroska', '.mov': 'video/quicktime', '.ogv': 'video/ogg'}


class Example(NamedTuple):
    """A video: its name, content and media type."""

    name: str
    content: bytes
    kind: str = 'video/mp4'

    @property
    def suffix(self) -> str:
        """Of a file for it."""
        return Path(self.name).suffix


def find_example(path: str | None, infer: VideoInferencer, limits: Limits) -> Example | None:
    """The given video; else a rendered one if the model's classes are those of the moving shapes, or None.

    Raises:
        InputError: If the given video does not exist, is not a video, or exceeds the limits of uploads.
    """
    if path is None:
        return render_shape() if knows_shapes(infer) and SHAPES.is_file() else None
    if not Path(path).exists():
        raise InputError(f'--example {path} does not exist')
    check_limits(check_local_video(path), f'--example {path}', limits)
    return Example(shown_name(path), Path(path).read_bytes(), TYPES.get(Path(path).suffix.lower(), 'video/mp4'))


def answer_once(example: Example | None, look: Callable[[str, str], Answer]) -> Callable[[], Answer]:
    """A function that answers for the example, and processes it once.

    Args:
        example: The example.
        look: Maps the path and name of a video to an answer.
    """
    known: list[Answer] = []

    def answer() -> Answer:
        if example is None:
            raise InputError('There is no example.')
        if known:
            return known[0]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f'example{example.suffix}'
            path.write_bytes(example.content)
            found = look(str(path), example.name)
        if found.seen is not None:
            known.append(found)
        return found

    return answer


def knows_shapes(infer: VideoInferencer) -> bool:
    """Whether a model's classes are those of ``tools/data/moving_shapes.py``."""
    return tuple((infer.labels or {}).get(CLASS, ())) == read_class_names('moving_shapes')


def render_shape() -> Example:
    """A clip of moving shapes that no training has seen."""
    with tempfile.TemporaryDirectory() as name:
        shapes, folder = load_shapes(), Path(name)
        path = folder / shapes.path_of(*SAMPLE)
        path.parent.mkdir(parents=True)
        shapes.write_sample(SAMPLE, folder, seed=0, size=64, frames=16)
        return Example('moving shape.mp4', path.read_bytes())


def load_shapes() -> ModuleType:
    """The program that renders them."""
    spec = importlib.util.spec_from_file_location('moving_shapes', SHAPES)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(SHAPES.parent))  # where it finds its neighbours
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SHAPES.parent))
    return module
