"""Motionformer's trajectory attention, exact and at a fraction of the formula's cost."""

import torch
from torch import Tensor, nn

from .attention import MultiHeadAttention, merge_heads
from .scaled_dot_product import MOST_SAMPLES

# Largest number of elements of the trajectories that are held at once: 256 MB in float32 on a CPU, 1 GB elsewhere.
MOST_ELEMENTS = 1 << 26
MOST_ELEMENTS_ON_GPU = 1 << 28
# In inference on a CPU: 20 MB in float32. The allocator maps what has more than 32 MB anew each time, page by page.
MOST_ELEMENTS_IN_INFERENCE = 5 << 20
# Largest size in bytes of all heads' queries along time, in inference on a CPU, whose cache holds so much.
MOST_CACHED = 1 << 23


class TrajectoryAttention(MultiHeadAttention):
    """Attention along the paths that patches take through a video (Patrick et al., 2021, section 3.2).

    Shapes: (B, 1 + F * P, C) to (B, 1 + F * P, C): the class token, then F frames of P patches.

    Along space, every patch attends to each frame separately (equation 3), which gives its trajectory, (F, C) for each
    patch. Along time, the patch's query, from the trajectory at its own frame, attends to its trajectory (equations 4
    and 5). The class token attends to all tokens, and is no key of the patches.

    Written out, the second step projects the trajectories to keys and values, half of the network's arithmetic. The
    same result costs less: the key projection is moved to the query, since q . (W x + b) = (W^T q) . x + q . b, and the
    value projection is applied after the sum over frames.

    Args:
        dims: Channels C, divisible by ``num_heads``.
        num_heads: Number of heads.
        qkv_bias: Whether the first joint projection has a bias.
        attn_drop_rate: Dropout on the attention weights along space.
        drop_rate: Dropout after the output projection.
        project_values: Whether trajectories are projected to values along time, as the paper's formula has it. All
            published checkpoints were trained with code that sums them unprojected.
        approximation: What replaces attention along space, a layer of ``attention_approximations``; exact if omitted.
            It has no dropout on attention weights.

    Attributes:
        in_parts: Whether a batch is processed in parts, so that few trajectories are held at once: on a CPU one sample
            after the other, elsewhere in as few parts as memory allows, since every part launches its own kernels. A
            graph traced so is fixed to the batch size that it was traced with.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        qkv_bias: bool = True,
        attn_drop_rate: float = 0.0,
        drop_rate: float = 0.0,
        project_values: bool = False,
        approximation: nn.Module | None = None,
    ) -> None:
        super().__init__(dims, num_heads, qkv_bias, attn_drop_rate, drop_rate)
        self.in_parts = True
        self.project_values = project_values
        self.approximation = approximation
        self.proj_q = nn.Linear(dims, dims)
        self.proj_kv = nn.Linear(dims, 2 * dims)

    def forward(self, x: Tensor, num_frames: int, cls_only: bool = False) -> Tensor:
        """Attend.

        Args:
            x: The tokens.
            num_frames: F.
            cls_only: Whether only the class token's output is returned, (B, 1, C).
        """
        if cls_only:
            return self.with_unused_parameters(self.attend_first(x))
        q, k, v = self.project_qkv(x)
        cls_out = merge_heads(self.attend(q[:, :, :1], k, v))
        q, k, v = (tokens[:, :, 1:] for tokens in (q, k, v))
        follow = not_compiled if miscompiles(q) else TrajectoryAttention.along_trajectories
        parts = [(q, k, v)]
        if self.in_parts:
            samples = self.samples_at_once(q, num_frames)
            parts = list(zip(q.split(samples), k.split(samples), v.split(samples), strict=True))
        out = [follow(self, *part, num_frames) for part in parts]
        return self.project_out(torch.cat((cls_out, out[0] if len(out) == 1 else torch.cat(out)), dim=1))

    def with_unused_parameters(self, x: Tensor) -> Tensor:
        """``x`` itself; in training, of a graph that the patches' parameters are part of, as DDP expects."""
        if not self.training:
            return x
        unused = (*self.proj_q.parameters(), *self.proj_kv.parameters())
        return x + 0.0 * torch.stack([parameter.flatten()[0] for parameter in unused]).sum().to(x.dtype)

    def samples_at_once(self, q: Tensor, num_frames: int) -> int:
        """How many samples of a batch are processed at once.

        Args:
            q: Queries (B, heads, F * P, C / heads).
            num_frames: F.
        """
        if q.device.type == 'cpu':
            return 1
        most = min(MOST_ELEMENTS_ON_GPU // (num_frames * q[0].numel()), MOST_SAMPLES // self.num_heads)
        return max(1, min(len(q), most))

    def along_trajectories(self, q: Tensor, k: Tensor, v: Tensor, num_frames: int) -> Tensor:
        """Both steps for the patches, (B, F * P, C), for the queries of as many frames at once as memory allows.

        Args:
            q: Queries, (B, heads, F * P, C / heads).
            k: Keys, likewise.
            v: Values, likewise.
            num_frames: F.
        """
        q, k, v = (tokens.unflatten(2, (num_frames, -1)) for tokens in (q, k, v))  # (B, heads, F, P, C / heads)
        k, v = (tokens.permute(2, 0, 1, 3, 4).flatten(1, 2) for tokens in (k, v))  # (F, B * heads, P, C / heads)
        chunk = num_frames
        if self.in_parts and self.approximation is None:
            chunk = max(1, most_elements(q.device) // q.numel())  # the trajectories of one frame's patches
        out = []
        for first_frame in range(0, num_frames, chunk):
            queries = q[:, :, first_frame : first_frame + chunk]
            trajectories = self.along_space(queries.flatten(2, 3).flatten(0, 1), k, v)  # (F, B * frames * P, C)
            own = trajectories.unflatten(1, (-1, *queries.shape[2:4])).diagonal(-first_frame, dim1=0, dim2=2)
            out += self.along_time_in_parts(trajectories, own.permute(0, 3, 1, 2).flatten(0, 2))
        return (out[0] if len(out) == 1 else torch.cat(out)).unflatten(0, (q.shape[0], -1))

    def along_space(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Trajectories (F, B * S, C): what each patch attends to in each frame.

        Args:
            q: Queries of S patches, (B * heads, S, C / heads).
            k: Keys of all patches, (F, B * heads, P, C / heads).
            v: Values, likewise.
        """
        if self.approximation is not None:
            found = self.approximation(q, k, v)
        else:
            found = self.attend(q.expand(len(k), -1, -1, -1), k, v)
        return found.unflatten(1, (-1, self.num_heads)).transpose(2, 3).flatten(1, 2).flatten(2)

    def along_time_in_parts(self, trajectories: Tensor, own: Tensor) -> list[Tensor]:
        """What ``along_time`` returns, in parts that fit into a CPU's cache; in training in one, which is faster."""
        if torch.is_grad_enabled() or not self.in_parts or own.device.type != 'cpu':
            return [self.along_time(trajectories, own)]
        patches = max(1, MOST_CACHED // (self.num_heads * own[0].nbytes))
        parts = zip(trajectories.split(patches, dim=1), own.split(patches), strict=True)
        return [self.along_time(*part) for part in parts]

    def along_time(self, trajectories: Tensor, own: Tensor) -> Tensor:
        """Each patch's trajectory, summed over frames with the attention weights of its query.

        Args:
            trajectories: Of S patches, (F, S, C).
            own: Each trajectory at its patch's own frame, (S, C), of which the query is made.

        Returns:
            (S, C).
        """
        dims = trajectories.shape[-1]
        weights = self.time_weights(trajectories, own).to(trajectories.dtype)  # (S, heads, F)
        if not self.project_values:
            values = trajectories.unflatten(-1, (self.num_heads, -1))
            return torch.einsum('shf,fshd->shd', weights, values).flatten(1)
        weight = self.proj_kv.weight[dims:].unflatten(0, (self.num_heads, -1))  # (heads, C / heads, C)
        sums = torch.bmm(weights, trajectories.transpose(0, 1))  # (S, heads, C)
        values = torch.bmm(sums.transpose(0, 1), weight.transpose(1, 2)).transpose(0, 1).flatten(1)
        return values + self.proj_kv.bias[dims:]

    def time_weights(self, trajectories: Tensor, own: Tensor) -> Tensor:
        """Attention weights along time, (S, heads, F); arguments as for ``along_time``."""
        dims = trajectories.shape[-1]
        query = self.proj_q(own).unflatten(-1, (self.num_heads, -1))
        weight = self.proj_kv.weight[:dims].unflatten(0, (self.num_heads, -1))  # (heads, C / heads, C)
        moved = torch.bmm(query.transpose(0, 1), weight)  # (heads, S, C)
        scores = torch.bmm(moved.transpose(0, 1), trajectories.permute(1, 2, 0))  # (S, heads, F)
        # The bias adds the same to every frame, which the softmax removes; it stays part of the formula.
        bias = self.proj_kv.bias[:dims].unflatten(0, (self.num_heads, -1))
        scores = scores + (query * bias).sum(-1, keepdim=True)
        return (scores * query.shape[-1] ** -0.5).softmax(-1)


def most_elements(device: torch.device) -> int:
    """The largest number of elements of the trajectories that are held at once."""
    if device.type != 'cpu':
        return MOST_ELEMENTS_ON_GPU
    return MOST_ELEMENTS if torch.is_grad_enabled() else MOST_ELEMENTS_IN_INFERENCE


def miscompiles(q: Tensor) -> bool:
    """Whether queries must be left out of compiled graphs: with gradients, on CUDA.

    There the gradient of a backbone that PyTorch 2.11 had compiled by inductor was off by 38 % (tests/gpu), while its
    scores, and on a CPU its gradient too, were right to seven digits.
    """
    return q.is_cuda and torch.is_grad_enabled()


@torch.compiler.disable
def not_compiled(attention: TrajectoryAttention, q: Tensor, k: Tensor, v: Tensor, num_frames: int) -> Tensor:
    """``along_trajectories`` outside compiled graphs."""
    return attention.along_trajectories(q, k, v, num_frames)
