"""Counting the videos that cannot be decoded in training."""

from pathlib import Path

from mmengine.dist import all_gather_object, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner

from ...errors import InputError
from ...registry import HOOKS
from ...utils.file_kinds import display_path
from ...utils.files import write_atomically

FILE = 'broken_videos.txt'


@HOOKS.register_module()
class BrokenVideosHook(Hook):
    """Logs each broken video once, lists all in ``work_dir/broken_videos.txt``, and stops training at too many.

    The list has one line per video: its path, a tab and the reason. It is written at the end of every epoch, or every
    ``interval`` iterations, and a resumed training adds to it.

    Args:
        max_share: Share of the data set that may be broken.
        interval: Iterations between two writes, for iteration-based training.

    Raises:
        InputError: (while training) If more videos are broken.
    """

    priority = 'BELOW_NORMAL'

    def __init__(self, max_share: float = 0.01, interval: int = 1000) -> None:
        if not 0 <= max_share <= 1:
            raise InputError(f'max_share of BrokenVideosHook must be in [0, 1], not {max_share}')
        self.max_share = max_share
        self.interval = interval
        self.found: dict[str, str] = {}

    def before_train(self, runner: Runner) -> None:
        path = Path(runner.work_dir) / FILE
        if runner._resume and path.is_file():
            lines = path.read_text(encoding='utf-8').splitlines()
            entries = (line.partition('\t') for line in lines)
            self.found.update((name, reason) for name, tab, reason in entries if tab)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: dict | None = None
    ) -> None:
        samples = data_batch['data_samples'] if isinstance(data_batch, dict) else []
        new = {}
        for sample in samples:
            new.update(sample.metainfo.get('broken_videos', {}))
        for name in new.keys() - self.found.keys():
            runner.logger.warning(f'{new[name]} (replaced by another video)')
        self.found.update(new)
        if len(self.found) > self.max_broken(runner):
            self.write(runner, self.found)
            raise InputError(self.too_many(runner, self.found))
        if by_iterations(runner) and self.every_n_train_iters(runner, self.interval):
            self.gather(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        if not by_iterations(runner):
            self.gather(runner)

    def after_train(self, runner: Runner) -> None:
        if by_iterations(runner):
            self.gather(runner)

    def gather(self, runner: Runner) -> None:
        """Merge what all processes found."""
        for found in all_gather_object(self.found):
            self.found.update(found)
        self.write(runner, self.found)
        if len(self.found) > self.max_broken(runner):
            raise InputError(self.too_many(runner, self.found))

    def max_broken(self, runner: Runner) -> float:
        return self.max_share * len(runner.train_dataloader.dataset)

    def write(self, runner: Runner, found: dict[str, str]) -> None:
        if not found or not is_main_process():
            return
        path = Path(runner.work_dir) / FILE
        write_atomically(path, ''.join(f'{display_path(name)}\t{found[name]}\n' for name in sorted(found)))
        runner.logger.info(f'{len(found)} videos cannot be decoded and were replaced, see {path}')

    def too_many(self, runner: Runner, found: dict[str, str]) -> str:
        return (
            f'{len(found)} of {len(runner.train_dataloader.dataset)} videos cannot be decoded, and at most '
            f'{100 * self.max_share:g} % are allowed: {Path(runner.work_dir) / FILE} lists them, '
            'tools/data/check_videos.py finds all; default_hooks.broken_videos.max_share of the config sets the limit'
        )


def by_iterations(runner: Runner) -> bool:
    return isinstance(runner.train_loop, IterBasedTrainLoop)
