"""Counting the videos that training had to replace."""

from pathlib import Path

from mmengine.dist import all_gather_object, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner

from ...errors import InputError
from ...registry import HOOKS

FILE = 'broken_videos.txt'


@HOOKS.register_module()
class BrokenVideosHook(Hook):
    """Names each broken video once in the log, lists all in ``work_dir/broken_videos.txt``, and ends what has too many.

    The list has a line a video, its path, a tab and the reason; it is written at the end of every epoch, or of every
    ``interval`` iterations, and a training that is resumed goes on with it.

    Args:
        max_share: Share of the data set that may be broken.
        interval: Iterations after which the list is written in training by iterations.

    Raises:
        InputError: (while training) If more are broken.
    """

    priority = 'BELOW_NORMAL'

    def __init__(self, max_share: float = 0.01, interval: int = 1000) -> None:
        if not 0 <= max_share <= 1:
            raise InputError(f'max_share of BrokenVideosHook is from 0 to 1, not {max_share}')
        self.max_share = max_share
        self.interval = interval
        self.found: dict[str, str] = {}

    def before_train(self, runner: Runner) -> None:
        path = Path(runner.work_dir) / FILE
        if runner._resume and path.is_file():
            lines = path.read_text(encoding='utf-8').splitlines()
            self.found.update(line.split('\t', 1) for line in lines if '\t' in line)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: dict | None = None
    ) -> None:
        samples = data_batch['data_samples'] if isinstance(data_batch, dict) else []
        new = {}
        for sample in samples:
            new.update(sample.metainfo.get('broken_videos', {}))
        for name in new.keys() - self.found.keys():
            runner.logger.warning(f'{new[name]} (another video was taken)')
        self.found.update(new)
        if len(self.found) > self.allowed(runner):
            self.write(runner, self.found)
            raise InputError(self.complaint(runner, self.found))
        if by_iterations(runner) and self.every_n_train_iters(runner, self.interval):
            self.share(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        if not by_iterations(runner):
            self.share(runner)

    def after_train(self, runner: Runner) -> None:
        if by_iterations(runner):
            self.share(runner)

    def share(self, runner: Runner) -> None:
        """Put together what all processes found."""
        for found in all_gather_object(self.found):
            self.found.update(found)
        self.write(runner, self.found)
        if len(self.found) > self.allowed(runner):
            raise InputError(self.complaint(runner, self.found))

    def allowed(self, runner: Runner) -> float:
        return self.max_share * len(runner.train_dataloader.dataset)

    def write(self, runner: Runner, found: dict[str, str]) -> None:
        if not found or not is_main_process():
            return
        path = Path(runner.work_dir) / FILE
        temporary = path.with_suffix('.part')
        temporary.write_text(''.join(f'{name}\t{found[name]}\n' for name in sorted(found)), encoding='utf-8')
        temporary.replace(path)
        runner.logger.info(f'{len(found)} videos cannot be decoded and were replaced: {path} lists them')

    def complaint(self, runner: Runner, found: dict[str, str]) -> str:
        return (
            f'{len(found)} of {len(runner.train_dataloader.dataset)} videos cannot be decoded, and '
            f'{100 * self.max_share:g} % may be: {Path(runner.work_dir) / FILE} lists them, tools/data/check_videos.py '
            'finds all, and default_hooks.broken_videos.max_share of the config allows more'
        )


def by_iterations(runner: Runner) -> bool:
    return isinstance(runner.train_loop, IterBasedTrainLoop)
