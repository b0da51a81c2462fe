import pytest

PROGRAM = 'tools/data/ucf_hmdb.py'


@pytest.fixture
def folder(tmp_path):
    for name in ('Archery/v_Archery_g01_c01.avi', 'Archery/v_Archery_g02_c01.mp4', 'Biking/v_Biking_g01_c01.avi'):
        (tmp_path / 'videos' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'videos' / name).touch()
    return tmp_path


@pytest.fixture
def ucf(folder):
    splits = folder / 'splits'
    splits.mkdir()
    (splits / 'classInd.txt').write_text('1 Archery\r\n2 Biking\r\n')
    for split in (1, 2, 3):
        (splits / f'trainlist0{split}.txt').write_text(
            'Archery/v_Archery_g02_c01.avi 1\nBiking/v_Biking_g01_c01.avi 2\n'
        )
        (splits / f'testlist0{split}.txt').write_text('Archery/v_Archery_g01_c01.avi\n')
    (splits / 'testlist03.txt').write_text('Archery/v_Archery_g01_c01.avi\nBiking/v_Biking_g09_c01.avi\n')
    return splits


@pytest.fixture
def hmdb(folder):
    splits = folder / 'splits'
    splits.mkdir()
    for split in (1, 2, 3):
        (splits / f'Biking_test_split{split}.txt').write_text('v_Biking_g01_c01.avi 1 \n')
        (splits / f'Archery_test_split{split}.txt').write_text('v_Archery_g01_c01.avi 2 \nv_Archery_g02_c01.avi 0 \n\n')
    return splits


def test_ucf101(folder, ucf, run_program):
    out = run_program(PROGRAM, 'ucf101', ucf, folder / 'videos', folder / 'out')
    train = 'Archery/v_Archery_g02_c01.mp4 0\nBiking/v_Biking_g01_c01.avi 1\n'
    assert {path.name: path.read_text() for path in (folder / 'out').iterdir()} == {
        **{f'ucf101_train_split_{split}_videos.txt': train for split in (1, 2, 3)},
        **{f'ucf101_val_split_{split}_videos.txt': 'Archery/v_Archery_g01_c01.avi 0\n' for split in (1, 2, 3)},
        'ucf101_val_split_3_videos.missing.txt': 'Biking/v_Biking_g09_c01.avi\n',
        'labels.txt': 'Archery\nBiking\n',
    }
    assert '1 of 2 annotated videos are missing' in out and 'labels.txt: 2 classes' in out


def test_hmdb51(folder, hmdb, run_program):
    run_program(PROGRAM, 'hmdb51', hmdb, folder / 'videos', folder / 'out')
    assert {path.name: path.read_text() for path in (folder / 'out').iterdir()} == {
        **{f'hmdb51_train_split_{split}_videos.txt': 'Biking/v_Biking_g01_c01.avi 1\n' for split in (1, 2, 3)},
        **{f'hmdb51_val_split_{split}_videos.txt': 'Archery/v_Archery_g01_c01.avi 0\n' for split in (1, 2, 3)},
        'labels.txt': 'Archery\nBiking\n',
    }


def test_refuses_bad_files_of_ucf101(folder, ucf, run_program):
    def message(name, text, videos='videos'):
        path = ucf / name
        before = path.read_text()
        path.unlink() if text is None else path.write_text(text)
        out = run_program(PROGRAM, 'ucf101', ucf, folder / videos, folder / 'out', fails=True)
        path.write_text(before)
        return out

    assert 'classInd.txt does not exist' in message('classInd.txt', None)
    assert "classInd.txt, line 2: '3 Biking' is not the number 2" in message('classInd.txt', '1 Archery\n3 Biking\n')
    assert 'testlist02.txt does not exist; expected the test list of split 2' in message('testlist02.txt', None)
    assert "trainlist01.txt, line 1: the class 'Golf' is not in" in message('trainlist01.txt', 'Golf/v.avi 1\n')
    assert 'trainlist03.txt, line 1: the class Biking has the number 2, not 1' in message(
        'trainlist03.txt', 'Biking/v.avi 1\n'
    )
    assert 'nowhere does not exist' in message('classInd.txt', '1 Archery\n2 Biking\n', videos='nowhere')
    assert not (folder / 'out').exists()


def test_refuses_bad_files_of_hmdb51(folder, hmdb, run_program):
    def message(splits=hmdb):
        return run_program(PROGRAM, 'hmdb51', splits, folder / 'videos', folder / 'out', fails=True)

    assert 'nowhere does not exist' in message(folder / 'nowhere')
    assert 'has no files like brush_hair_test_split1.txt' in message(folder / 'videos')
    (hmdb / 'Biking_test_split2.txt').write_text('v_Biking_g01_c01.avi 1\nv_Biking_g02_c01.avi 3\n')
    assert "Biking_test_split2.txt, line 2: 'v_Biking_g02_c01.avi 3' is not a video and 0, 1 or 2" in message()
    (hmdb / 'Biking_test_split2.txt').unlink()
    assert 'Biking_test_split2.txt does not exist; expected split 2 of the class Biking' in message()
    assert not (folder / 'out').exists()
