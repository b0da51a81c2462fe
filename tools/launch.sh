#!/usr/bin/env bash
# What dist_train.sh and dist_test.sh share: launch.sh PROGRAM ARGUMENTS_BEFORE_GPUS ARGUMENT... GPUS [OPTION...]
set -euo pipefail

program=$1
count=$2
shift 2
if (($# <= count)) || ! [[ ${*:count+1:1} =~ ^[1-9][0-9]*$ ]]; then
    echo "error: the number of processes on this machine is missing (usage: see the first lines of the script)" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
gpus=${*:count+1:1}

exec "${PYTHON:-python}" "$here/launch.py" \
    --nnodes "${NNODES:-1}" \
    --node_rank "${NODE_RANK:-0}" \
    --master_addr "${MASTER_ADDR:-127.0.0.1}" \
    --master_port "${PORT:-29500}" \
    --nproc_per_node "$gpus" \
    "$here/$program" "${@:1:count}" --launcher pytorch "${@:count+2}"
