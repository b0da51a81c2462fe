"""Approximations of the first step of trajectory attention, in which every patch attends to each frame.

All of them take queries (heads, S, D) of the S = F * P patches of a video, keys and values (F, heads, P, D) of its
frames, and return each patch's trajectory, (F, heads, S, D). The exact one is ``softmax(Q K_f^T / sqrt(D)) V_f`` for
each frame f.
"""

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...utils.precision import without_autocast
from .scaled_dot_product import dot_product_attention

NEWTON_ITERATIONS = 6


class Orthoformer(nn.Module):
    """Two attentions by way of a few landmarks, the most orthogonal queries (Patrick et al., 2021, section 3.3).

    ``softmax(Q P^T / sqrt(D)) (softmax(P K_f^T / sqrt(D)) V_f)``, where the landmarks P are queries of the video, the
    same for all frames: each head selects its longest query and then, greedily, the query whose largest absolute cosine
    similarity to those selected is smallest.

    Even with all queries as landmarks it is exact only in the limit of queries that are much more similar to themselves
    than to any other: then the first factor is the identity.

    Args:
        num_landmarks: Number R of landmarks; all patches if a video has fewer.
    """

    def __init__(self, num_landmarks: int) -> None:
        super().__init__()
        self.num_landmarks = num_landmarks

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        landmarks = most_orthogonal(q, min(self.num_landmarks, q.shape[1]))  # (heads, R, D)
        found = dot_product_attention(landmarks.expand(len(k), -1, -1, -1), k, v)  # (F, heads, R, D)
        weights = (q @ landmarks.transpose(1, 2) * q.shape[-1] ** -0.5).softmax(-1).to(found.dtype)
        return weights @ found


def most_orthogonal(q: Tensor, count: int) -> Tensor:
    """The longest query of each head, and greedily those that are most orthogonal to the ones selected before.

    Args:
        q: (heads, S, D).
        count: Number of queries, at most S.

    Returns:
        (heads, count, D), in the order of selection; differentiable with respect to the selected queries.
    """
    with torch.no_grad():
        unit = F.normalize(q.float(), dim=-1)
        index = q.norm(dim=-1).argmax(-1, keepdim=True)  # (heads, 1)
        selected = [index]
        similarity = torch.zeros(q.shape[:2], device=q.device)
        for _ in range(count - 1):
            last = unit.gather(1, index[..., None].expand(-1, -1, q.shape[-1]))
            similarity = torch.maximum(similarity, (unit @ last.transpose(1, 2)).abs().squeeze(-1))
            similarity.scatter_(1, index, math.inf)
            index = similarity.argmin(-1, keepdim=True)
            selected.append(index)
        index = torch.cat(selected, dim=1)
    return q.gather(1, index[..., None].expand(-1, -1, q.shape[-1]))


class Nystrom(nn.Module):
    """The attention matrix of each frame from its columns and rows at a few landmarks (Xiong et al., 2021, section 3).

    ``softmax(Q K~^T) softmax(Q~ K~^T)^+ softmax(Q~ K_f^T) V_f``, each product divided by ``sqrt(D)``. The landmarks Q~
    and K~ of a frame are means of its queries and of its keys over segments of its patches, in row-major order. The
    pseudo-inverse is approximated by six steps of a Newton iteration. With as many landmarks as a frame has patches,
    the error of those steps is the only one.

    Args:
        num_landmarks: Number of segments; one for each patch if a frame has fewer.
    """

    def __init__(self, num_landmarks: int) -> None:
        super().__init__()
        self.num_landmarks = num_landmarks

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        own = q.unflatten(1, (len(k), -1)).transpose(0, 1)  # (F, heads, P, D)
        count = min(self.num_landmarks, k.shape[2])
        q_marks, k_marks = segment_means(own, count), segment_means(k, count)
        kernel = (q_marks.float() @ k_marks.float().transpose(2, 3) * q.shape[-1] ** -0.5).softmax(-1)
        with without_autocast(q.device):
            inverse = newton_inverse(kernel)
        found = inverse.to(v.dtype) @ dot_product_attention(q_marks, k, v)  # (F, heads, R, D)
        return dot_product_attention(q.expand(len(k), -1, -1, -1), k_marks, found)


def segment_means(tokens: Tensor, count: int) -> Tensor:
    """Means over ``count`` segments of equal length (to within one token): (F, heads, P, D) to (F, heads, count, D)."""
    if tokens.device.type == 'mps' and tokens.shape[2] % count:  # it pools segments of equal length only
        return segment_weights(tokens.shape[2], count).to(tokens) @ tokens
    pooled = F.adaptive_avg_pool1d(tokens.transpose(2, 3).flatten(0, 1), count)
    return pooled.unflatten(0, tokens.shape[:2]).transpose(2, 3)


def segment_weights(length: int, count: int) -> Tensor:
    """The matrix (count, length) by which ``segment_means`` multiplies tokens, on the CPU."""
    return F.adaptive_avg_pool1d(torch.eye(length, device='cpu'), count).T


def newton_inverse(matrix: Tensor, iterations: int = NEWTON_ITERATIONS) -> Tensor:
    """An approximate pseudo-inverse of (..., R, R) matrices whose rows sum to 1 (Xiong et al., 2021, equation 11)."""
    eye = torch.eye(matrix.shape[-1], device=matrix.device, dtype=matrix.dtype)
    bound = matrix.abs().sum(-1).amax(-1) * matrix.abs().sum(-2).amax(-1)  # at least the largest singular value squared
    inverse = matrix.transpose(-1, -2) / bound[..., None, None]
    for _ in range(iterations):
        product = matrix @ inverse
        inverse = inverse @ (13 * eye - product @ (15 * eye - product @ (7 * eye - product))) / 4
    return inverse


class Performer(nn.Module):
    """Attention by positive random features (Choromanski et al., 2021, "Rethinking Attention with Performers", 2.3).

    ``exp(q . k) = E[exp(w . q - |q|^2 / 2) exp(w . k - |k|^2 / 2)]`` for w from a standard normal distribution. The
    directions w are drawn in blocks of D orthogonal ones. They are no parameters and depend on the arguments only, so
    that a checkpoint gives the same scores everywhere.

    Args:
        head_dims: Channels D of a head.
        num_features: Number of random directions.
        seed: Seed that they are drawn with.
    """

    directions: Tensor

    def __init__(self, head_dims: int, num_features: int, seed: int = 0) -> None:
        super().__init__()
        self.register_buffer('directions', orthogonal_directions(head_dims, num_features, seed), persistent=False)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q_features = self.features(q, shared=(-1,))  # (heads, S, M)
        k_features = self.features(k, shared=(-1, -2))  # (F, heads, P, M)
        summary = k_features.transpose(2, 3) @ F.pad(v, (0, 1), value=1.0)  # (F, heads, M, D + 1)
        found = q_features @ summary
        return found[..., :-1] / found[..., -1:].clamp_min(torch.finfo(found.dtype).tiny)

    def features(self, x: Tensor, shared: tuple[int, ...]) -> Tensor:
        """Features of queries or keys, (..., L, M), up to a factor that cancels in the output.

        Args:
            x: (..., L, D).
            shared: Axes of the result along which that factor is constant; it scales the largest feature to 1.
        """
        with without_autocast(x.device):
            scaled = x.to(self.directions.dtype) * x.shape[-1] ** -0.25
            exponents = scaled @ self.directions.T - scaled.square().sum(-1, keepdim=True) / 2
            return (exponents - exponents.detach().amax(shared, keepdim=True)).exp().to(x.dtype)


def orthogonal_directions(dims: int, count: int, seed: int) -> Tensor:
    """Vectors (count, dims), distributed as normal ones but orthogonal in blocks of ``dims``."""
    generator = torch.Generator().manual_seed(seed)
    randn = partial(torch.randn, generator=generator, dtype=torch.float64, device='cpu')
    blocks, triangles = torch.linalg.qr(randn(math.ceil(count / dims), dims, dims))
    # Only with these signs is every direction equally likely (Mezzadri, 2007, section 5).
    blocks = blocks * triangles.diagonal(dim1=1, dim2=2).sign()[:, None]
    lengths = randn(count, dims).norm(dim=1, keepdim=True)
    return (blocks.flatten(0, 1)[:count] * lengths).to(torch.get_default_dtype())


APPROXIMATIONS = ('nystrom', 'orthoformer', 'performer')
DEFAULT_LANDMARKS = 128


def build_approximation(
    name: str, num_landmarks: int | None, head_dims: int, num_frames: int, num_patches: int, seed: int = 0
) -> nn.Module:
    """One of the approximations by its name.

    Args:
        name: One of ``APPROXIMATIONS``.
        num_landmarks: Landmarks, or random features of a Performer; by default 128, or the number of tokens if that is
            smaller.
        head_dims: Channels of a head.
        num_frames: Frames F of tokens of the clips that the model is made for.
        num_patches: Patches P of such a frame.
        seed: Seed of the random features.

    Raises:
        InputError: If the name is unknown, or there are more landmarks than tokens.
    """
    check_one_of('approximation of Motionformer', name, APPROXIMATIONS)
    if name == 'performer':
        return Performer(head_dims, DEFAULT_LANDMARKS if num_landmarks is None else _positive(num_landmarks), seed)
    tokens = num_patches if name == 'nystrom' else num_frames * num_patches
    num_landmarks = min(DEFAULT_LANDMARKS, tokens) if num_landmarks is None else _positive(num_landmarks)
    if num_landmarks > tokens:
        whose = 'a frame has' if name == 'nystrom' else f'{num_frames} frames have'
        raise InputError(
            f'num_landmarks of Motionformer must not exceed the number of tokens, and {whose} {tokens} of them: '
            f'{num_landmarks} landmarks are too many for {name}'
        )
    return Nystrom(num_landmarks) if name == 'nystrom' else Orthoformer(num_landmarks)


def _positive(num_landmarks: int) -> int:
    if not isinstance(num_landmarks, int) or num_landmarks < 1:
        raise InputError(f'num_landmarks of Motionformer must be a positive integer, got {num_landmarks!r}')
    return num_landmarks
