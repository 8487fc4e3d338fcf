#!/usr/bin/env bash
# Installs the Debian packages that Napier is built from and runs with. With --tests also those that only
# the test suite needs. Does nothing where all of them are there already.
#   scripts/install.sh [--tests]
set -euo pipefail
scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

case "${1:-}" in
  "") wanted=$(grep -v '# tests$' "$scripts/packages.txt" | sed 's/#.*//') ;;
  --tests) wanted=$(sed 's/#.*//' "$scripts/packages.txt") ;;
  *) echo "usage: scripts/install.sh [--tests]" >&2; exit 2 ;;
esac

missing=()
for package in $wanted; do
  status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [[ $status == ii* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "napier: packages are missing and neither root nor sudo is at hand; install as root: ${missing[*]}" >&2
    exit 3
  fi
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300
     -o Dpkg::Use-Pty=0)

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "napier: apt-get failed; check the network and the package sources, then run this again" >&2
  exit 3
fi
