#!/usr/bin/env bash
# What slurm_train.sh and slurm_test.sh share: slurm.sh PROGRAM ARGUMENTS PARTITION JOB_NAME ARGUMENT... [OPTION...]
set -euo pipefail

program=$1
count=$2
shift 2
if (($# < count + 2)); then
    echo "error: partition, job name and $count more arguments are needed (see the first lines of the script)" >&2
    exit 2
fi
partition=$1
name=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
gpus=${GPUS:-8}
per_node=${GPUS_PER_NODE:-8}
((per_node > gpus)) && per_node=$gpus

# SRUN_ARGS is several words.
# shellcheck disable=SC2086
exec srun --partition="$partition" --job-name="$name" --gres="gpu:$per_node" --ntasks="$gpus" \
    --ntasks-per-node="$per_node" --cpus-per-task="${CPUS_PER_TASK:-8}" --kill-on-bad-exit=1 ${SRUN_ARGS:-} \
    "${PYTHON:-python}" -u "$here/$program" "${@:1:count}" --launcher slurm "${@:count+1}"
