import pickle

import pytest
from torch.utils.data import DataLoader, Dataset

from mmaction_vt.errors import InputError

SENTENCE = 'the video a.mp4 is cut off: InputError: is only a word here'


class Broken(Dataset):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> int:
        try:
            raise OSError('what lies below')
        except OSError as error:
            raise InputError(SENTENCE) from error


@pytest.mark.parametrize('num_workers', [0, 1])
def test_message_is_the_same_sentence_from_a_worker(num_workers):
    batches = iter(DataLoader(Broken(), num_workers=num_workers))
    with pytest.raises(InputError) as caught:
        next(batches)
    assert str(caught.value) == SENTENCE
    assert list(batches) == []  # ends the worker


def test_is_a_value_error_that_can_be_pickled():
    error = pickle.loads(pickle.dumps(InputError(SENTENCE)))
    assert isinstance(error, ValueError)
    assert str(error) == SENTENCE
