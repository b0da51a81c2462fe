import pytest
from mmengine.config import Config

from mmaction_vt.datasets import VideoDataset
from mmaction_vt.registry import DATASETS

PROGRAM = 'tools/data/build_list.py'


@pytest.fixture
def make(tmp_path):
    """A function that makes empty files below a folder and returns it."""

    def make(*paths, name='videos'):
        for path in paths:
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).touch()
        return tmp_path / name

    return make


def read(path):
    return path.read_text().splitlines()


def test_draws_a_share_of_each_class(make, tmp_path, run_program):
    folder = make(*(f'stir/{i}.mp4' for i in range(10)), 'pour it/a.AVI', 'pour it/deep er/b.webm', 'pour it/._b.webm')
    out = run_program(PROGRAM, folder, tmp_path / 'lists')
    train, val = read(tmp_path / 'lists' / 'train.txt'), read(tmp_path / 'lists' / 'val.txt')
    assert 'train.txt: 9 videos' in out and 'val.txt: 3 videos' in out and 'labels.txt: 2 classes' in out
    assert read(tmp_path / 'lists' / 'labels.txt') == ['pour it', 'stir']
    everything = [*(f'stir/{i}.mp4 1' for i in range(10)), 'pour it/a.AVI 0', 'pour it/deep er/b.webm 0']
    assert sorted(train + val) == sorted(everything)
    assert sum(line.endswith(' 0') for line in val) == 1 and sum(line.endswith(' 1') for line in val) == 2
    assert train == sorted(train) and val == sorted(val)
    samples = VideoDataset(str(tmp_path / 'lists' / 'val.txt'), pipeline=[], data_prefix=dict(video=str(folder)))
    assert [samples.get_data_info(index)['label'] for index in range(len(samples))] == [0, 1, 1]


def test_draws_by_the_seed(make, tmp_path, run_program):
    folder = make(*(f'stir/{i}.mp4' for i in range(20)), 'pour/1.mp4', 'pour/2.mp4')

    def val(out, *options):
        run_program(PROGRAM, folder, tmp_path / out, '--val-share', '0.5', *options)
        return [line for line in read(tmp_path / out / 'val.txt') if line.startswith('stir')]

    first = val('a')
    assert len(first) == 10 and first == val('b') and first != val('c', '--seed', '1')
    make('knead/1.mp4', 'knead/2.mp4')
    assert [line.split()[0] for line in val('d')] == [line.split()[0] for line in first]  # whatever other classes hold


def test_each_class_is_in_both_lists(make, tmp_path, run_program):
    folder = make('a/1.mp4', 'a/2.mp4', 'b/1.mp4', 'b/2.mp4', 'alone/1.mp4')
    for share in ('0.001', '0.999'):
        out = run_program(PROGRAM, folder, tmp_path / 'lists', '--val-share', share, '--overwrite')
        assert 'warning: class alone has a single video' in out
        assert [line[-1] for line in read(tmp_path / 'lists' / 'val.txt')] == ['0', '2']
        assert [line[-1] for line in read(tmp_path / 'lists' / 'train.txt')] == ['0', '1', '2']


@pytest.mark.parametrize('val', ['val', 'validation', 'test'])
def test_takes_splits_as_they_are(make, tmp_path, run_program, val):
    folder = make('train/stir/1.mp4', 'train/pour/1.mp4', f'{val}/stir/deep/2.mp4', f'{val}/pour/3.mp4')
    run_program(PROGRAM, folder, tmp_path / 'lists')
    assert read(tmp_path / 'lists' / 'train.txt') == ['train/pour/1.mp4 0', 'train/stir/1.mp4 1']
    assert read(tmp_path / 'lists' / 'val.txt') == [f'{val}/pour/3.mp4 0', f'{val}/stir/deep/2.mp4 1']
    assert read(tmp_path / 'lists' / 'labels.txt') == ['pour', 'stir']


def test_says_which_split_it_leaves_out(make, tmp_path, run_program):
    folder = make('train/stir/1.mp4', 'val/stir/2.mp4', 'test/stir/3.mp4')
    assert 'test is ignored: val is for validation' in run_program(PROGRAM, folder, tmp_path / 'lists')


def test_a_class_may_be_called_train(make, tmp_path, run_program):
    folder = make('train/1.mp4', 'train/2.mp4', 'test/1.mp4', 'test/2.mp4', 'bus/1.mp4', 'bus/2.mp4')
    run_program(PROGRAM, folder, tmp_path / 'lists')
    assert read(tmp_path / 'lists' / 'labels.txt') == ['bus', 'test', 'train']


def test_refuses_what_it_cannot_list(make, tmp_path, run_program):
    def message(folder):
        return run_program(PROGRAM, folder, tmp_path / 'lists', fails=True)

    assert 'nowhere does not exist' in message(tmp_path / 'nowhere')
    assert 'has no videos (.mp4' in message(make('stir/notes.txt', name='notes'))
    assert 'flat/1.mp4 is not in the folder of a class' in message(make('1.mp4', 'a/1.mp4', name='flat'))
    assert 'no class in' in message(make('a/1.mp4', 'b/1.mp4', name='single'))
    assert 'other/train has no videos of b: train and val must have' in message(
        make('train/a/1.mp4', 'val/b/1.mp4', name='other')
    )
    assert 'line breaks' in message(make('a/1\n.mp4', 'a/2.mp4', name='lines'))
    assert not (tmp_path / 'lists').exists()


def test_refuses_a_share_that_is_none(make, tmp_path, run_program, capsys):
    for share in ('0', '1', 'half'):
        with pytest.raises(SystemExit):
            run_program(PROGRAM, make('a/1.mp4'), tmp_path / 'lists', '--val-share', share)
        assert 'is not a number between 0 and 1' in capsys.readouterr().err


def test_prints_or_writes_a_config_that_is_ready(make, tmp_path, run_program, monkeypatch):
    folder = make(*(f'{name}/{i}.mp4' for name in ('pour it', "chef's cut") for i in range(4)))
    monkeypatch.chdir(tmp_path)
    options = ['--config', 'dualformer_tiny_patch244_window877_kinetics400_1k']
    out = run_program(PROGRAM, 'videos', 'lists', *options)
    assert "load_from = 'published://dualformer_tiny_patch244_window877_kinetics400_1k'" in out
    assert not list(tmp_path.glob('**/*.py'))
    assert 'train.txt exists: --overwrite replaces it' in run_program(PROGRAM, 'videos', 'lists', fails=True)
    run_program(PROGRAM, 'videos', 'lists', *options, '--out', 'configs/mine.py', '--overwrite')
    config = Config.fromfile('configs/mine.py')
    assert (tmp_path / 'configs/mine.py').read_text().splitlines()[2:] == out.partition('_base_ = ')[2].splitlines()[
        1:-1
    ]
    assert config.class_names == ["chef's cut", 'pour it'] and config.model.cls_head.num_classes == 2
    assert config.model.backbone.type == 'mmaction_vt.DualFormer'
    for split, loader, count in (('train', 'train', 6), ('val', 'val', 2), ('val', 'test', 2)):
        settings = config[f'{loader}_dataloader'].dataset
        assert settings.ann_file == f'lists/{split}.txt' and settings.data_prefix.video == 'videos'
        dataset = DATASETS.build(dict(settings, pipeline=[]))
        filename = dataset.get_data_info(0)['filename']
        assert len(dataset) == count and filename.startswith(('videos/pour it/', "videos/chef's cut/"))
    assert folder.is_dir()


def test_classes_of_mixed_batches_are_those_of_the_lists(make, tmp_path, run_program):
    folder = make('a/1.mp4', 'a/2.mp4', 'b/1.mp4', 'b/2.mp4')
    run_program(PROGRAM, folder, tmp_path, '--config', 'vivit_b_16x2_fe_ssv2', '--out', tmp_path / 'mine.py')
    assert Config.fromfile(tmp_path / 'mine.py').model.data_preprocessor.blending.num_classes == 2


@pytest.mark.parametrize(
    ('options', 'answer'),
    [
        (['--config', 'timesformer'], 'config timesformer does not exist, and no model has that name'),
        (['--config', 'motionformer_224_16x4_epickitchens'], 'needs two labels per video'),
        (['--config', 'dualformer_tiny_tokenlabel_patch244_window877_kinetics400_1k'], 'a teacher of the same classes'),
        (['--out', 'mine.txt'], '--out must end in .py'),
    ],
)
def test_refuses_a_config_that_cannot_be(make, tmp_path, run_program, options, answer):
    folder = make('a/1.mp4', 'a/2.mp4')
    assert answer in run_program(PROGRAM, folder, tmp_path / 'lists', *options, fails=True)
    assert not (tmp_path / 'lists').exists()
