#!/usr/bin/env bash
# Test on a Slurm cluster: bash tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [the options of test.py]
# GPUS (8), GPUS_PER_NODE (8), CPUS_PER_TASK (8, a core for each worker of a data loader) and SRUN_ARGS may be set.
exec bash "$(dirname "${BASH_SOURCE[0]}")/slurm.sh" test.py 2 "$@"
