#!/usr/bin/env bash
# What the engine costs, in instructions: a measure that does not depend on the
# mood of the machine. Counts under callgrind two runs of each workload and
# divides the difference, so that neither the start nor the YAML counts.
#
#   benches/instructions.sh            compare with benches/instructions.txt
#   benches/instructions.sh --write    write that file anew
#
# Fails if a count is more than 3% above its baseline. Where the baseline was
# made does not matter much: the C library chooses its copies by the processor,
# but an event copies next to nothing. Without valgrind it says so and is fine.
set -euo pipefail
cd "$(dirname "$0")/.."

margin_percent=3
baseline=benches/instructions.txt

if ! command -v valgrind >/dev/null 2>&1; then
    echo "instruction counts: no valgrind here, not counted"
    exit 0
fi
program=$(cargo build --locked --profile counts --no-default-features --features instructions --bin instructions \
    --message-format=json |
    sed -n 's/.*"executable":"\([^"]*instructions[^"]*\)".*/\1/p' | tail -n 1)

# The instructions of one run.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# Name, smaller size, larger size, units between them, unit.
workloads="queue 1000 6000 5000 customer
hold 1 11 10000 wake-up
buffer 1002 6000 4998 item
fingerprint 1002 6000 4998 item
trace 1002 6000 4998 item
figures 20000 60000 40000 customer
sketch 20000 60000 40000 customer
network 100 600 10000 visit
customers 1000 6000 5000 customer
short 91 637 546 run
philosophers 8 12 298136 transition"

counted=$(while read -r name small large units unit; do
    echo "$name $(( ($(count "$name" "$large") - $(count "$name" "$small")) / units )) $unit"
done <<<"$workloads")

if [[ "${1:-}" == --write ]]; then
    echo "$counted" >"$baseline"
    echo "$counted"
    exit 0
fi

failed=0
while read -r name now unit; do
    before=$(sed -n "s/^$name \([0-9]*\) .*/\1/p" "$baseline")
    echo "$name: $now instructions per $unit, the baseline is ${before:-missing}"
    if [[ -z "$before" ]] || (( now * 100 > before * (100 + margin_percent) )); then
        failed=1
    fi
done <<<"$counted"
if (( failed )); then
    echo "More than $margin_percent% above the baseline. If that is what the change is worth, run" \
        "benches/instructions.sh --write and commit $baseline."
    exit 1
fi
