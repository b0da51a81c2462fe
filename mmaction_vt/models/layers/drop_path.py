"""Stochastic depth."""

from torch import Tensor, nn

from ...errors import InputError


class DropPath(nn.Module):
    """Drop a residual branch at random in training (Huang et al., 2016, section 3).

    Kept branches are divided by the probability of being kept, so that the expectation does not change.

    Args:
        drop_rate: Probability that a branch is dropped, in [0, 1).
        batch_dims: Dimensions along which branches are dropped independently.

    Raises:
        InputError: If the probability is outside [0, 1).
    """

    def __init__(self, drop_rate: float = 0.0, batch_dims: tuple[int, ...] = (0,)) -> None:
        super().__init__()
        if not 0.0 <= drop_rate < 1.0:
            raise InputError(f'drop_path_rate is a probability in [0, 1), not {drop_rate}')
        self.drop_rate = drop_rate
        self.batch_dims = batch_dims

    def forward(self, x: Tensor) -> Tensor:
        if self.drop_rate == 0.0 or not self.training:
            return x
        keep = 1.0 - self.drop_rate
        shape = [size if dim in self.batch_dims else 1 for dim, size in enumerate(x.shape)]
        return x * x.new_empty(shape).bernoulli_(keep).div_(keep)

    def extra_repr(self) -> str:
        return f'drop_rate={self.drop_rate}, batch_dims={self.batch_dims}'


def drop_path_rates(drop_path_rate: float, num_layers: int) -> list[float]:
    """Rates of the layers, which grow linearly from 0 in the first to ``drop_path_rate`` in the last."""
    step = drop_path_rate / max(num_layers - 1, 1)
    return [step * index for index in range(num_layers)]
