#!/bin/sh
# Stands for the napier program in tests of sweeps: each verb leaves files as the real one does, with made-up
# numbers. A design that holds the word "broken_VERB" fails in that verb,
# one that holds "miscounts" has another cycle count in verify than in sim; every call is noted beside this script.
verb=$1
input=$2
all="$*"
while [ $# -gt 0 ]; do
  case $1 in
    -o) out=$2 ;;
    --trace) trace=$2 ;;
    --design) input=$2 ;;
  esac
  shift
done
mkdir -p "$out"
echo "$verb" >> "$(dirname "$0")/calls"
if grep -q "broken_$verb" "$input"; then
  echo "napier: $verb broke"
  exit "$(sed -n 's/.*exits \([0-9]*\).*/\1/p' "$input")"
fi
case $verb in
  train)
    printf 'epoch,train_loss,train_accuracy_percent,test_accuracy_percent\n0,0.5,80,81.5\n1,0.4,85,86.25\n' > "$out/epochs.csv"
    echo '[{"name":"test_accuracy_percent","value":86.25},{"name":"epochs","value":2},{"name":"steps","value":20},{"name":"weights","value":300}]' > "$out/stats.json"
    [ -z "$trace" ] || cat "$input" > "$trace" ;;
  sim)
    echo '[{"name":"cycles","value":1000},{"name":"macs","value":64000},{"name":"utilisation","value":0.5},{"name":"cause.busy","value":900},{"name":"cause.drain","value":100},{"name":"cause.idle","value":0}]' > "$out/stats.json" ;;
  verify)
    cycles=1000
    ! grep -q miscounts "$input" || cycles=999
    echo '{"equal":true,"systemc_cycles":'$cycles',"verilog_cycles":1000,"words_compared":5000,"golden_words":400}' > "$out/verify.json" ;;
  synth)
    cat > "$out/synth.json" <<'JSON'
{"technology":{"library":"lib","node":"0.18 um","corner":"typical","voltage_v":1.8,"temperature_c":25,"wire_ff_per_pin":5,"wire_source":"guess"},
 "clock_period_ns":20,"simulation":"gate level",
 "summary":{"area_um2":3000000,"gate_equivalents":120000,"critical_path_ns":9.5,"energy_pj_per_mac":40,"energy_standard_error_pj":0.5},
 "area":[{"unit":"vector_lane","part":"","total_um2":2000000},{"unit":"vector_lane","part":"bin_adder_tree","total_um2":1500000},
         {"unit":"sequencer","part":"","total_um2":1000000}],
 "energy":[{"unit":"vector_lane","part":"","pj_per_mac":30,"windows":4,"cycles":100},
           {"unit":"vector_lane","part":"bin_adder_tree","pj_per_mac":20,"windows":4,"cycles":100},
           {"unit":"vector_lane","part":"switching energy","pj_per_mac":18,"windows":4,"cycles":100},
           {"unit":"madam_update_lane","part":"","pj_per_mac":10,"windows":2,"cycles":50}],
 "not_included":["SRAM"]}
JSON
    ;;
esac
