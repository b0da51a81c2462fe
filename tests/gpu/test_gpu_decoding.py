"""Frames that the GPU decodes (NVDEC, through torchcodec) are those that PyAV decodes."""

import numpy as np
import pytest
from gpu_cases import CUDA_ONLY, GPU

from mmaction_vt.datasets.video_readers import open_video

pytestmark = [*GPU, CUDA_ONLY]


def test_frames(video):
    try:
        from torchcodec.decoders import VideoDecoder
    except (ImportError, RuntimeError, OSError) as error:
        pytest.skip(f'torchcodec is not there: {str(error).splitlines()[0]}')
    try:
        decoder = VideoDecoder(str(video), dimension_order='NHWC', device='cuda')
        frames = decoder.get_frames_at([0, 7, 20]).data
    except RuntimeError as error:
        pytest.skip(f'no decoder on the GPU: {str(error).splitlines()[0]}')
    assert frames.is_cuda
    wanted = np.stack(list(open_video(str(video), 'pyav').read(np.array([0, 7, 20]))))
    difference = np.abs(frames.cpu().numpy().astype(int) - wanted.astype(int))
    assert difference.mean() < 3  # levels of 255: conversions to RGB round differently
