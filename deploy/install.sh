#!/usr/bin/env bash
# Installs what Decant needs: Debian packages (as root or through sudo) and
# Python packages into .venv. Looks first; with nothing missing it takes a
# second and touches nothing.
#
#   deploy/install.sh [--tests]     --tests: also what only the tests need
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly root
readonly venv="$root/.venv"

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    die "needs root for: $*. Run as root, or install sudo."
  fi
}

apt() {
  # Another apt or dpkg may be at work (unattended upgrades): wait for it.
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=600 "$@"
}

# The lock on package lists has no timeout of its own.
update_package_lists() {
  local attempt
  for attempt in 1 2 3 4 5 6; do
    if apt update; then return; fi
    say "apt-get update failed (attempt $attempt of 6); again in 10 s"
    sleep 10
  done
  die "apt-get update keeps failing; see its messages above"
}

# Lines of the files without comments and blanks.
listed() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@"; }

is_installed() {
  [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" \
    == installed ]]
}

install_packages() {
  local package
  local -a missing=()
  while read -r package; do
    is_installed "$package" || missing+=("$package")
  done < <(listed "$@")
  if ((${#missing[@]} == 0)); then
    say "Debian packages: all there"
    return
  fi
  say "Debian packages: installing ${#missing[@]}: ${missing[*]}"
  update_package_lists
  apt install --no-install-recommends "${missing[@]}"
}

# Prints the pins that .venv does not meet.
unmet_pins() {
  listed "$@" | "$venv/bin/python" -c '
import sys
from importlib.metadata import PackageNotFoundError, version

for pin in sys.stdin.read().split():
    name, wanted = pin.split("==")
    try:
        found = version(name).split("+")[0]
    except PackageNotFoundError:
        found = None
    if found != wanted:
        print(pin)
'
}

# Debian's own python3 first: another one on PATH may lack modules.
find_python() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import ensurepip, sys, venv
assert sys.version_info >= (3, 11)' 2> /dev/null; then
      command -v "$python"
      return
    fi
  done
  die "no python3 of version 3.11 or later with the module venv was found"
}

install_python_packages() {
  if ! "$venv/bin/python" -c 'import pip' 2> /dev/null; then
    local python
    python="$(find_python)"
    say "Python: making .venv with $python"
    "$python" -m venv --clear "$venv"
  fi
  local -a unmet
  mapfile -t unmet < <(unmet_pins "$@")
  if ((${#unmet[@]} == 0)); then
    say "Python packages: all there"
    return
  fi
  say "Python packages: installing ${unmet[*]} (torch is some 3 GB)"
  local file
  local -a requirements=()
  for file in "$@"; do requirements+=(-r "$file"); done
  "$venv/bin/python" -m pip install --disable-pip-version-check --no-input \
    "${requirements[@]}"
}

# promtool checks /metrics. Debian has it in the package of the server, which
# would start a service; the tests need the one program.
install_promtool() {
  if command -v promtool > /dev/null || [[ -x "$venv/bin/promtool" ]]; then
    return
  fi
  say "promtool: fetching the package prometheus, without installing it"
  local folder
  folder="$(mktemp -d)"
  if ! (cd "$folder" && apt-get -q download prometheus); then
    update_package_lists
    (cd "$folder" && apt-get -q download prometheus)
  fi
  dpkg-deb --extract "$folder"/prometheus_*.deb "$folder/content"
  install -m 755 "$folder/content/usr/bin/promtool" "$venv/bin/promtool"
  rm -rf "$folder"
}

main() {
  [[ -x /usr/bin/apt-get ]] || die "needs Debian (apt-get); see CONTRIBUTING.md"
  case "${1-}" in
    '')
      install_packages "$root/deploy/packages.txt"
      install_python_packages "$root/deploy/requirements.txt"
      ;;
    --tests)
      install_packages "$root/deploy/packages.txt" "$root/tests/packages.txt"
      install_python_packages "$root/deploy/requirements.txt" \
        "$root/tests/requirements.txt"
      install_promtool
      ;;
    *) die "unknown argument '$1'; the only one is --tests" ;;
  esac
}

main "$@"
