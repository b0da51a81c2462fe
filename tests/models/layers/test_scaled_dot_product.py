import pytest
import torch
import torch.nn.functional as F

from mmaction_vt.models.layers import scaled_dot_product
from mmaction_vt.models.layers.scaled_dot_product import dot_product_attention, plain_attention


@pytest.fixture
def inputs():
    torch.manual_seed(0)
    return [torch.randn(5, 2, length, 8, dtype=torch.float64, requires_grad=True) for length in (6, 7, 7)]


@pytest.fixture
def sizes(monkeypatch):
    """Samples of every call of PyTorch's function."""
    sizes, attend = [], F.scaled_dot_product_attention

    def counted(q, *args, **options):
        sizes.append(len(q))
        return attend(q, *args, **options)

    monkeypatch.setattr(F, 'scaled_dot_product_attention', counted)
    return sizes


@pytest.mark.parametrize(
    ('limit', 'value', 'expected'),
    [('MOST_SAMPLES', 2, [2, 2, 1]), ('MOST_ELEMENTS', 3 * 2 * 8 * 128 + 1, [3, 2]), ('MOST_ELEMENTS', 1, [1] * 5)],
)
def test_a_batch_is_split_by_the_limits_of_the_kernels(inputs, sizes, monkeypatch, limit, value, expected):
    whole = dot_product_attention(*inputs)
    expected_grads = torch.autograd.grad(whole.square().sum(), inputs)
    monkeypatch.setattr(scaled_dot_product, limit, value)
    monkeypatch.setattr(scaled_dot_product, 'LIMITED', {'cpu'})
    parts = dot_product_attention(*inputs)
    assert sizes == [5, *expected]
    torch.testing.assert_close(parts, whole)
    torch.testing.assert_close(torch.autograd.grad(parts.square().sum(), inputs), expected_grads)


def test_short_sequences_are_two_products(inputs, sizes, monkeypatch):
    whole = dot_product_attention(*inputs)
    expected_grads = torch.autograd.grad(whole.square().sum(), inputs)
    monkeypatch.setitem(scaled_dot_product.SHORT_WITH_GRADIENTS, ('cpu', 8), 7)
    monkeypatch.setitem(scaled_dot_product.LEAST_BYTES, 'cpu', 5 * 2 * 6 * 8 * 8)
    plain = dot_product_attention(*inputs)
    assert sizes == [5]
    torch.testing.assert_close(plain, whole)
    torch.testing.assert_close(torch.autograd.grad(plain.square().sum(), inputs), expected_grads)
    monkeypatch.setitem(scaled_dot_product.SHORT_WITH_GRADIENTS, ('cpu', 8), 6)  # the keys are longer
    dot_product_attention(*inputs)
    assert sizes == [5, 5]


def test_a_small_batch_of_short_sequences_is_fused(inputs, sizes, monkeypatch):
    monkeypatch.setitem(scaled_dot_product.SHORT_WITH_GRADIENTS, ('cpu', 8), 7)
    monkeypatch.setitem(scaled_dot_product.LEAST_BYTES, 'cpu', 5 * 2 * 6 * 8 * 8 + 1)
    dot_product_attention(*inputs)
    assert sizes == [5]


def test_dropout_of_plain_attention_keeps_the_expectation():
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 1, 4, 8) for _ in range(3))
    draws = torch.stack([plain_attention(q, k, v, 0.3) for _ in range(3000)])
    torch.testing.assert_close(draws.mean(0), plain_attention(q, k, v), atol=0.1, rtol=0.1)
    assert draws.std(0).min() > 0.05


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_plain_attention_keeps_the_type_under_autocast(dtype):
    q, k, v = (torch.randn(1, 1, 4, 8, dtype=dtype) for _ in range(3))
    with torch.autocast('cpu', dtype):
        assert plain_attention(q, k, v).dtype == dtype
    assert plain_attention(q, k, v).dtype == dtype


@pytest.mark.parametrize('length', [128, 129])
def test_16_bits_on_a_cpu_with_gradients_are_products_unless_long(sizes, length):
    """The backward pass of the fused kernel is slow for short sequences; for long ones products hold many scores."""
    torch.manual_seed(0)
    inputs = [torch.randn(2, 2, length, 8, dtype=torch.bfloat16, requires_grad=True) for _ in range(3)]
    wider = [tensor.detach().double().requires_grad_() for tensor in inputs]
    exact = F.scaled_dot_product_attention(*wider)
    expected = torch.autograd.grad(exact.square().sum(), wider)
    sizes.clear()
    found = dot_product_attention(*inputs)
    assert sizes == ([] if length == 128 else [2])
    torch.testing.assert_close(found.double(), exact, atol=0.02, rtol=0.02)
    for grad, grad_expected in zip(torch.autograd.grad(found.square().sum(), inputs), expected, strict=True):
        torch.testing.assert_close(grad.double(), grad_expected, atol=0.03, rtol=0.05)


@pytest.mark.parametrize(
    ('has_tiles', 'dtype', 'fused'),
    [
        (True, torch.bfloat16, True),
        (True, torch.float16, False),
        (False, torch.bfloat16, False),
    ],
)
def test_matrix_tiles_make_the_fused_kernel_the_faster_one(inputs, sizes, monkeypatch, has_tiles, dtype, fused):
    exact = dot_product_attention(*inputs)
    monkeypatch.setattr(scaled_dot_product, 'HAS_TILES', has_tiles)
    monkeypatch.setitem(scaled_dot_product.SHORT, ('cpu', 2), 0)
    with torch.no_grad():
        found = dot_product_attention(*(tensor.to(dtype) for tensor in inputs))
    assert sizes == ([5, 5] if fused else [5])
    torch.testing.assert_close(found.double(), exact, atol=0.03, rtol=0.03)


@pytest.mark.parametrize('autocast', [False, True])
def test_16_bits_on_a_cpu_without_gradients_are_products_in_the_cache(inputs, sizes, monkeypatch, autocast):
    exact = dot_product_attention(*inputs)
    halves = [tensor.bfloat16() for tensor in inputs]
    batches, attend = [], scaled_dot_product.plain_attention

    def watched(q, *args, **options):
        batches.append(len(q))
        return attend(q, *args, **options)

    monkeypatch.setattr(scaled_dot_product, 'plain_attention', watched)
    monkeypatch.setattr(scaled_dot_product, 'HAS_TILES', False)
    for longest in (scaled_dot_product.SHORT, scaled_dot_product.SHORT_WITH_GRADIENTS):
        monkeypatch.setitem(longest, ('cpu', 2), 0)
    monkeypatch.setattr(scaled_dot_product, 'CACHED_SCORES', 2 * 2 * 6 * 7)
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16, enabled=autocast):
        found = dot_product_attention(*halves)
        assert (batches, sizes, found.dtype) == ([2, 2, 1], [5], torch.bfloat16)
        torch.testing.assert_close(found.double(), exact, atol=0.03, rtol=0.03)
    dot_product_attention(*halves)
    assert (batches, sizes) == ([2, 2, 1], [5, 5])


@pytest.mark.parametrize('cached', [4 * 7, 100 * 7])
def test_16_bits_of_a_long_sequence_are_products_of_each_head(inputs, sizes, monkeypatch, cached):
    exact = dot_product_attention(*inputs)
    shapes, attend = [], scaled_dot_product.attend

    def watched(q, *args, **options):
        shapes.append(tuple(q.shape[:3]))
        return attend(q, *args, **options)

    monkeypatch.setattr(scaled_dot_product, 'attend', watched)
    monkeypatch.setattr(scaled_dot_product, 'HAS_TILES', False)
    for longest in (scaled_dot_product.SHORT, scaled_dot_product.SHORT_WITH_GRADIENTS):
        monkeypatch.setitem(longest, ('cpu', 2), 0)
    monkeypatch.setattr(scaled_dot_product, 'CACHED_SCORES', cached)
    monkeypatch.setattr(scaled_dot_product, 'MOST_SCORES', 2 * 6 * 7 - 1)
    with torch.no_grad():
        found = dot_product_attention(*(tensor.bfloat16() for tensor in inputs))
    assert sizes == [5]
    parts = [(1, 1, 4), (1, 1, 2)] if cached < 100 else [(1, 1, 6)]
    assert shapes == parts * 2 * 5
    assert found.transpose(1, 2).flatten(2).stride() == (6 * 16, 16, 1)
    torch.testing.assert_close(found.double(), exact, atol=0.03, rtol=0.03)


def test_scattered_heads_are_copied_without_gradients(inputs, monkeypatch):
    exact, contiguous, attend = dot_product_attention(*inputs), [], F.scaled_dot_product_attention

    def watched(q, k, v, **options):
        contiguous.append(all(part.is_contiguous() for part in (q, k, v)))
        return attend(q, k, v, **options)

    monkeypatch.setattr(F, 'scaled_dot_product_attention', watched)
    monkeypatch.setattr(scaled_dot_product, 'SCATTERED_SCORES', 2 * 6 * 7)
    scattered = [tensor.detach().transpose(1, 2).contiguous().transpose(1, 2) for tensor in inputs]
    dot_product_attention(*scattered)
    with torch.no_grad():
        torch.testing.assert_close(dot_product_attention(*scattered), exact.detach())
        monkeypatch.setattr(scaled_dot_product, 'SCATTERED_SCORES', 2 * 6 * 7 + 1)
        dot_product_attention(*scattered)
    assert contiguous == [False, True, False]
