#!/usr/bin/env bash
# From a bare Debian 12 to a report: installs packages, builds the program, then trains a network on three
# datapaths, simulates, verifies and costs each of them. Running it again continues where it was stopped.
#   scripts/quickstart.sh [--small]     --small: the same on miniature designs, in a fraction of the time
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sweep=quickstart
case "${1:-}" in
  "") ;;
  --small) sweep=quickstart_small ;;
  *) echo "usage: scripts/quickstart.sh [--small]" >&2; exit 2 ;;
esac

./scripts/install.sh
cmake --preset release
cmake --build --preset release --target napier
./build/release/bin/napier sweep "configs/sweeps/$sweep.yaml" -o "runs/$sweep"

echo
echo "The report is $PWD/runs/$sweep/report.html - open it in a browser."
echo "The whole took $((SECONDS / 60)) min $((SECONDS % 60)) s."
