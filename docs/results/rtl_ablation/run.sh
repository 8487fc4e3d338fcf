#!/usr/bin/env bash
# Measures what docs/results/rtl_ablation.md tabulates, into runs/rtl_ablation. Run it in the source folder after the build.
set -euo pipefail
napier=${NAPIER:-build/release/bin/napier}
here=docs/results/rtl_ablation
out=runs/rtl_ablation
mkdir -p "$out"

# measure NAME DESIGN [UNIT...]: the emitted Verilog with some units as plain sums and products.
measure() {
  local name=$1 design=$2 replacements=()
  shift 2
  for unit in "$@"; do replacements+=(--replace "$here/$design/napier_$unit.sv"); done
  "$napier" synth "$here/$design.yaml" --trace "$out/$design.h5" "${replacements[@]}" -o "$out/$name"
}

for design in lns16 bin16 int16; do
  "$napier" train "$here/${design}_experiment.yaml" -o "$out/$design.train" --trace "$out/$design.h5"
  measure "$design" "$design"
done
measure lns16_plain lns16 bin_adder_tree lns_to_int
measure lns16_plain_to_int lns16 lns_to_int
measure bin16_plain bin16 bin_adder_tree lns_to_int constant_scaler
measure int16_plain int16 int8_dot_product
