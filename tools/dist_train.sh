#!/usr/bin/env bash
# Train with several processes: bash tools/dist_train.sh CONFIG GPUS [the options of train.py]
# Several machines: the same command on each, with NNODES, NODE_RANK (0, 1, ...), MASTER_ADDR and PORT set.
exec bash "$(dirname "${BASH_SOURCE[0]}")/launch.sh" train.py 1 "$@"
