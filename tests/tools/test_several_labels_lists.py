"""Lists with several labels per video: build_list.py --labels, mmit.py and hvu.py."""

import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / 'tools' / 'data'
sys.path.insert(0, str(DATA))

from label_table import Labelled, count_labels, draw_split  # noqa: E402

BUILD, MMIT, HVU = (DATA / f'{name}.py' for name in ('build_list', 'mmit', 'hvu'))


@pytest.fixture
def videos(tmp_path):
    """A function that makes empty videos in a folder."""

    def make(*names):
        for name in names:
            path = tmp_path / 'videos' / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path / 'videos'

    return make


def test_table_with_splits(run_program, videos, tmp_path):
    folder = videos('a.mp4', 'sub/b c.mp4', 'd.mp4', 'e.mp4')
    table = tmp_path / 'labels.csv'
    table.write_text(
        'path,labels,split\na.mp4,run;jump,train\nsub/b c.mp4,jump ; sing,train\nd.mp4,,train\n'
        'e.mp4,"sing,run",val\ngone.mp4,run,val\n'
    )
    out = tmp_path / 'lists'
    text = run_program(BUILD, folder, out, '--labels', table)
    assert (out / 'labels.txt').read_text().split() == ['jump', 'run', 'sing']
    assert (out / 'train.txt').read_text().splitlines() == ['a.mp4 0 1', 'sub/b c.mp4 0 2', 'd.mp4']
    assert (out / 'val.txt').read_text().splitlines() == ['e.mp4 1 2']
    assert '1 videos of' in text and 'gone.mp4' in text
    for words in ("type='mmaction_vt.MultiLabelHead'", 'multi_class=True', 'mmaction_vt.MultiLabelMetric'):
        assert words in text


def test_the_config_is_one_that_can_be_trained(run_program, videos, tmp_path):
    from mmaction_vt.cli import read_config
    from mmaction_vt.registry import MODELS

    folder, table, config = videos('a.mp4', 'b.mp4', 'c.mp4'), tmp_path / 'labels.csv', tmp_path / 'own.py'
    table.write_text('path,labels\na.mp4,run\nb.mp4,run;jump\nc.mp4,jump\n')
    for model, hidden in (
        ('motionformer_moving_shapes', 96),
        ('dualformer_moving_shapes', None),
        ('timesformer_divST_moving_shapes', None),
    ):
        options = ('--labels', table, '--config', model, '--out', config, '--overwrite')
        run_program(BUILD, folder, tmp_path / 'lists', *options)
        settings = read_config(str(config), use='train')
        assert settings.val_dataloader.dataset.multi_class and settings.model.cls_head.num_classes == 2
        head = MODELS.build(settings.model.cls_head)
        assert head.has_pre_logits == (hidden is not None)


def test_a_drawn_split_keeps_every_class_for_training():
    videos = [Labelled(f'{i}.mp4', ('common', f'rare {i}') if i < 3 else ('common',), '') for i in range(20)]
    for seed in range(5):
        train, val = draw_split(videos, 0.4, seed)
        assert len(val) == 8 and sorted([*train, *val]) == sorted(videos)
        assert set(count_labels(train)) == set(count_labels(videos))
        assert draw_split(videos[::-1], 0.4, seed)[1][::-1] == val


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('path,label\na.mp4,run\n', 'missing columns: labels'),
        ('path,labels\na.mp4,run\na.mp4,jump\n', 'line 3: a.mp4 is listed twice'),
        ('path,labels\ngone.mp4,run\n', 'has none of the 1 videos'),
        ('path,labels,split\na.mp4,run,train\nb.mp4,run,\n', 'split must be train or one of'),
        ('path,labels,split\na.mp4,run,train\nb.mp4,jump,val\n', 'the class jump has videos for validation and none'),
        ('path,labels,split\na.mp4,run,train\nb.mp4,run,train\n', 'no video is left for validation'),
        ('path,labels\na.mp4,\nb.mp4,\n', 'has a label'),
    ],
)
def test_refuses_tables(run_program, videos, tmp_path, text, words):
    folder, table = videos('a.mp4', 'b.mp4'), tmp_path / 'labels.csv'
    table.write_text(text)
    assert words in run_program(BUILD, folder, tmp_path / 'lists', '--labels', table, fails=True)
    assert not (tmp_path / 'lists').exists()


CATEGORIES = 'crafting,0\npaddling,1\nraining,2\n'


def test_multi_moments(run_program, videos, tmp_path):
    folder, table, categories = videos('a.mp4', 'talking/b.mp4'), tmp_path / 'val.csv', tmp_path / 'categories.txt'
    table.write_text('a.mp4,2,0\ntalking/b.mp4,1\ngone.mp4,1,2\n')
    categories.write_text(CATEGORIES)
    out, names = tmp_path / 'list.txt', tmp_path / 'names.txt'
    text = run_program(MMIT, table, categories, folder, out, '--names', names)
    assert out.read_text() == 'a.mp4 0 2\ntalking/b.mp4 1\n'
    assert names.read_text().split() == ['crafting', 'paddling', 'raining']
    assert (tmp_path / 'list.missing.txt').read_text() == 'gone.mp4\n' and '3 classes' in text


@pytest.mark.parametrize(
    ('line', 'words'), [('a.mp4,3', 'label 3 is out of range'), ('a.mp4', 'is not a video'), ('a.mp4,x', "label 'x'")]
)
def test_multi_moments_refuses(run_program, videos, tmp_path, line, words):
    table, categories = tmp_path / 'val.csv', tmp_path / 'categories.txt'
    table.write_text(f'{line}\n')
    categories.write_text(CATEGORIES)
    message = run_program(MMIT, table, categories, videos('a.mp4'), tmp_path / 'list.txt', fails=True)
    assert 'line 1' in message and words in message


TAGS = 'Tag,Category\nsitting,action\nbeach,scene\nboat,object\nrowing,action\n'


@pytest.fixture
def hvu(tmp_path, videos):
    folder = videos('abc_000570_000670.mp4', '-x_y_000003_000013.mp4')
    table, tags = tmp_path / 'val.csv', tmp_path / 'tags.csv'
    tags.write_text(TAGS)
    rows = ['sitting|beach,abc,57,67', 'rowing|sitting,-x_y,3.2,13.2', 'beach,nope,0.5,10', 'rowing,gone,1,2']
    table.write_text('Tags,youtube_id,time_start,time_end\n' + '\n'.join(rows) + '\n')
    return table, tags, folder, tmp_path / 'list.txt'


def test_hvu(run_program, hvu, tmp_path):
    names = tmp_path / 'names.txt'
    text = run_program(HVU, *hvu, '--category', 'action', '--names', names)
    assert hvu[-1].read_text() == 'abc_000570_000670.mp4 1\n-x_y_000003_000013.mp4 0 1\n'
    assert names.read_text().split() == ['rowing', 'sitting']
    assert (tmp_path / 'list.missing.txt').read_text() == 'gone_000010_000020.mp4\n'
    assert '2 classes' in text and '1 videos without a tag of the category' in text
    run_program(HVU, *hvu, '--names', names, '--overwrite')
    assert hvu[-1].read_text() == 'abc_000570_000670.mp4 1 3\n-x_y_000003_000013.mp4 0 1\n'
    assert names.read_text().split() == ['rowing', 'sitting', 'boat', 'beach']


def test_hvu_refuses(run_program, hvu):
    assert '--category' in run_program(HVU, *hvu, '--category', 'mood', fails=True)
    table = hvu[0]
    table.write_text(table.read_text().replace('rowing,gone', 'swimming,gone'))
    assert "line 5: unknown tag 'swimming'" in run_program(HVU, *hvu, fails=True)
    table.write_text(table.read_text().replace('swimming,gone,1,2', 'rowing,gone,2,1'))
    assert 'line 5: time_start and time_end' in run_program(HVU, *hvu, fails=True)
    hvu[1].write_text(TAGS + 'beach,event\n')
    assert "the tag 'beach' is listed twice" in run_program(HVU, *hvu, fails=True)
