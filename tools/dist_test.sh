#!/usr/bin/env bash
# Test with several processes: bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [the options of test.py]
# Several machines: the same command on each, with NNODES, NODE_RANK (0, 1, ...), MASTER_ADDR and PORT set.
exec bash "$(dirname "${BASH_SOURCE[0]}")/launch.sh" test.py 2 "$@"
