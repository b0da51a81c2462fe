"""Log files of runs that follow each other in one process."""

from pathlib import Path

from mmengine.config import Config

from mmaction_vt.engine import Runner


def test_runs_within_a_second_have_files_of_their_own(tiny_config, tmp_path):
    names = set()
    for number in range(4):  # at most one ends a second: without a name of its own, another shares its predecessor's
        config = Config.fromfile(tiny_config)
        config.work_dir = f'{tmp_path}/{number}'
        runner = Runner.from_cfg(config)
        names.add(runner.experiment_name)
        runner.logger.info('this is run %d', number)
        (file,) = Path(config.work_dir).glob('*/*.log')
        assert f'this is run {number}' in file.read_text()
    assert len(names) == 4
