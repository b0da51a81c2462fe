"""Lists of labelled folders of frames."""

from mmengine.fileio import join_path

from ..errors import InputError
from ..registry import DATASETS
from ..utils.annotation_lists import read_lines
from ..utils.text_files import parse_digits
from .broken_videos import ForgiveBrokenVideos


@DATASETS.register_module()
class FrameFolderDataset(ForgiveBrokenVideos):
    """Folders of frames, listed as for mmaction2's ``RawframeDataset``.

    A line is a folder, the number of its frames and a label: ``some folder/78687 45 17``. Folder names may have spaces,
    and blank lines are skipped. A sample has ``frame_dir``, ``filename_tmpl``, ``total_frames`` and ``start_index``;
    the pipeline starts with ``mmaction_vt.VideoToClips``, or with a sampling transform and ``RawFrameDecode``.
    Frames that cannot be read are handled by ``ForgiveBrokenVideos``.

    Args:
        ann_file: The annotation file.
        pipeline: Transforms.
        data_prefix: ``dict(img=FOLDER)``, the root of the folders.
        filename_tmpl: File name of a frame, with its number.
        start_index: Number of the first frame.
        fps: Frames per second; None if unknown.
        num_classes: Number of classes. If given, labels outside [0, num_classes) are errors.
        **kwargs: The other arguments of mmengine's ``BaseDataset``.

    Raises:
        InputError: If ``data_prefix`` has no ``img``, or the annotation file does not exist, is not text, is empty, or
            has a line without a number of frames and a valid label. The message has the file and the line.
    """

    def __init__(
        self,
        ann_file: str,
        pipeline: list,
        data_prefix: dict[str, str] | None = None,
        filename_tmpl: str = '{:05}.jpg',
        start_index: int = 1,
        fps: float | None = None,
        num_classes: int | None = None,
        **kwargs: object,
    ) -> None:
        self.filename_tmpl = filename_tmpl
        self.fps = fps
        data_prefix = dict(img='') if data_prefix is None else data_prefix
        if set(data_prefix) != {'img'}:
            raise InputError(f'data_prefix of FrameFolderDataset must be dict(img=FOLDER), not {dict(data_prefix)}')
        super().__init__(
            ann_file, pipeline, data_prefix=data_prefix, start_index=start_index, num_classes=num_classes, **kwargs
        )

    def load_data_list(self) -> list[dict]:
        numbered = list(read_lines(self.ann_file))
        if not numbered:
            raise InputError(
                f'the annotation file {self.ann_file} is empty; each line must have a folder, the number of its frames '
                'and a label'
            )
        return [self._parse_line(line, f'{self.ann_file}, line {number}') for number, line in numbered]

    def _parse_line(self, line: str, where: str) -> dict:
        """A sample."""
        folder, *numbers = line.rsplit(maxsplit=2)
        if len(numbers) < 2 or not all(parse_digits(number) is not None for number in numbers) or numbers[0] == '0':
            raise InputError(f'{where}: {line!r} is not a folder, a number of frames and a label')
        total_frames, label = map(int, numbers)
        if self.num_classes is not None and label >= self.num_classes:
            raise InputError(
                f'{where}: the label {label} is not allowed; labels run from 0 to {self.num_classes - 1} '
                f'(num_classes={self.num_classes} in the config)'
            )
        sample = dict(
            frame_dir=join_path(self.data_prefix['img'], folder),
            filename_tmpl=self.filename_tmpl,
            total_frames=total_frames,
            label=label,
        )
        return sample if self.fps is None else dict(sample, avg_fps=self.fps)
