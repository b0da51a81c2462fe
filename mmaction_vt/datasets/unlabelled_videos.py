"""Lists of videos without labels."""

from mmengine.fileio import join_path

from ..errors import InputError
from ..registry import DATASETS
from ..utils.annotation_lists import DELIMITERS, is_header, read_lines, split_labels
from .video_dataset import VideoDataset


@DATASETS.register_module()
class UnlabelledVideos(VideoDataset):
    """A list of videos for pre-training, a path per line; labels after the path are ignored.

    So the lists of labelled data sets can be used as they are. Blank lines, a byte order mark and a header are skipped.
    Videos that cannot be decoded are handled by ``ForgiveBrokenVideos``.

    Args:
        ann_file: The list.
        **kwargs: Arguments of ``VideoDataset`` that have nothing to do with labels, such as ``pipeline`` and
            ``data_prefix``.

    Raises:
        InputError: If the list does not exist, is not text or is empty.
    """

    def __init__(self, ann_file: str, **kwargs: object) -> None:
        super().__init__(ann_file, **kwargs)  # type: ignore[arg-type]

    def load_data_list(self) -> list[dict]:
        lines = [text for _, text in read_lines(self.ann_file)]
        lines = lines[1:] if lines and is_header(lines[0]) else lines
        if not lines:
            raise InputError(f'the list {self.ann_file} is empty; each line must have the path of a video')
        prefix = self.data_prefix.get('video')
        paths = (min((split_labels(text, delimiter)[0] for delimiter in DELIMITERS), key=len) for text in lines)
        return [dict(filename=path if prefix is None else join_path(prefix, path)) for path in paths]
