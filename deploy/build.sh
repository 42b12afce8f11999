#!/usr/bin/env bash
# Configures and builds one CMake preset:  deploy/build.sh dev|release|asan|tsan
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly preset="${1:?usage: deploy/build.sh PRESET}"

# A file that includes libtorch takes up to 1.5 GB to compile; under a
# sanitizer a little more.
jobs_that_fit() {
  local cores memory_jobs
  cores="$(nproc)"
  memory_jobs="$(awk '/^MemAvailable/ {print int($2 / 1750000)}' /proc/meminfo)"
  ((memory_jobs < cores)) && cores="$memory_jobs"
  ((cores < 1)) && cores=1
  echo "$cores"
}

# The compiler cache serves every checkout of this tree, wherever it lies.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(jobs_that_fit)"
