#!/usr/bin/env bash
# From a bare Debian 12 to a distilled model: installs packages, builds,
# makes two small demo models, distils one into the other, shows what changed.
# Safe to repeat: a second run finds everything done.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly decant=build/release/bin/decant
readonly recipe=deploy/recipes/demo.yaml
readonly made=demo/out/distilled

headline() { printf '\n[%s/5] %s\n' "$1" "$2"; }

(($# == 0)) || {
  echo "usage: deploy/quickstart.sh (it takes no arguments)" >&2
  exit 2
}

headline 1 "Packages"
deploy/install.sh

headline 2 "Build (the first one takes minutes)"
deploy/build.sh release

headline 3 "Demo models (trained here, about two minutes the first time)"
.venv/bin/python deploy/demo/make_models.py

headline 4 "Distil: $decant run $recipe"
"$decant" run "$recipe"

headline 5 "What changed: $decant diff demo/student $made"
"$decant" diff demo/student "$made"

cat << EOF

Made model     $PWD/$made
Its teacher    $PWD/demo/teacher
Its student    $PWD/demo/student
The recipe     $PWD/$recipe

Try next:
  $decant verify $made
  $decant plan $recipe --set steps.1.delta.drop=0.5
  $decant plan deploy/recipes/webgen-4b-double-distill.yaml \\
      --set teacher.path=/your/teacher --set student.path=/your/student
EOF
