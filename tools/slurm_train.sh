#!/usr/bin/env bash
# Train on a Slurm cluster: bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [the options of train.py]
# GPUS (8), GPUS_PER_NODE (8), CPUS_PER_TASK (8, a core for each worker of a data loader) and SRUN_ARGS may be set.
# Slurm's SIGTERM and SIGUSR1 let training write a checkpoint and exit; continue with --resume.
exec bash "$(dirname "${BASH_SOURCE[0]}")/slurm.sh" train.py 1 "$@"
