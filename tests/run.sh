#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test.
#
#   tests/run.sh            C++ and Python tests of the build preset dev
#   tests/run.sh --full     then also under AddressSanitizer with
#                           UndefinedBehaviorSanitizer, and ThreadSanitizer
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

headline() { printf '\n=== %s\n' "$*"; }

run_ctest() {
  local preset="$1"
  shift
  ctest --test-dir "build/$preset" --output-on-failure \
    --parallel "$(nproc)" --no-tests=error "$@"
}

check_scripts() {
  headline "Shell scripts"
  find .ci deploy tests -type f \( -name '*.sh' -o -path .ci/run \) -print0 \
    | xargs -0 shellcheck
}

check_format() {
  headline "clang-format"
  git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror
}

test_dev() {
  headline "Build: dev"
  deploy/build.sh dev
  headline "C++ tests"
  run_ctest dev
  headline "Python and end-to-end tests"
  PATH="$PWD/.venv/bin:$PATH" DECANT_BIN="$PWD/build/dev/bin" \
    .venv/bin/python -m pytest -q tests
}

test_sanitized() {
  headline "Build and C++ tests: asan"
  deploy/build.sh asan
  # Leaks of libtorch's own start-up are not ours to fix.
  ASAN_OPTIONS=detect_leaks=0 run_ctest asan

  headline "Build and C++ tests: tsan"
  deploy/build.sh tsan
  # Debian's gRPC is not instrumented: tests that use it report races in it.
  run_ctest tsan --exclude-regex 'api|daemon|proto|cli|web|e2e'
}

main() {
  local is_full=no
  case "${1-}" in
    '') ;;
    --full) is_full=yes ;;
    *)
      echo "tests/run.sh: unknown argument '$1'; the only one is --full" >&2
      exit 2
      ;;
  esac
  headline "Packages"
  deploy/install.sh --tests
  check_scripts
  check_format
  test_dev
  if [[ $is_full == yes ]]; then test_sanitized; fi
  headline "All tests passed"
}

main "$@"
