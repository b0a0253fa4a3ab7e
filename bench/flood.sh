#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# flood.sh - what it costs to answer a SYN without a record (flood.c).  One
# JSON object a line; `./x bench flood` prints them as a table.
#
# Instructions are the difference of two runs under callgrind.  The rate is
# compared with the bare arithmetic - parse, two checksums, SipHash, build -
# measured in turns in the same run: medians of five.
set -eu
cd "$(dirname "$0")/.."
flood=${ESTAB_BUILD:-build}/release/bench/bench_flood_c
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
whole="glibc.cpu.x86_rep_movsb_threshold=1000000000"
whole="$whole:glibc.cpu.x86_rep_stosb_threshold=1000000000"

# instructions WHAT [v6] [ts] - a SYN.
instructions() {
	what=$1
	shift
	for count in 20000 60000; do
		GLIBC_TUNABLES=$whole valgrind --tool=callgrind \
			--callgrind-out-file=/dev/null \
			"$flood" "$what" $count "$@" 2>&1
	done | awk '
		$1 == "units" { units[++n] = $2 }
		/ Collected :/ { count[n] = $4 }
		END {
			if (!count[1] || !count[2])
				exit 1
			printf "%.0f\n",
				(count[2] - count[1]) / (units[2] - units[1])
		}'
}

# rates WHAT [v6] [ts] - a second, of one run.
rate() {
	"$flood" "$1" 2000000 | awk '$1 == "units" { printf "%.0f\n", $2 / $4 }'
}

median() {
	sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# line NAME VALUE UNIT PEER PEER_VALUE RATIO
line() {
	printf '{"name": "%s", "value": %s, "unit": "%s", "peer": "%s", ' \
		"$1" "$2" "$3" "$4"
	printf '"peer_value": %s, "ratio": %s}\n' "$5" \
		"$(awk "BEGIN { printf \"%.2f\", $6 }")"
}

# counted NAME AIM [v6] [ts]
counted() {
	name=$1 aim=$2
	shift 2
	own=$(instructions answer "$@")
	bare=$(instructions bare "$@")
	line "flood.$name" "$own" instructions "bare arithmetic" "$bare" \
		"$bare / $own"
	[ "$own" -le "$aim" ] ||
		echo "flood.$name: $own; the aim, $aim, is missed" >&2
}

counted syn_instructions 600
counted syn_instructions_v6 800 v6
counted syn_instructions_ts 800 ts

for round in 1 2 3 4 5; do
	rate answer >>"$scratch/own"
	rate bare >>"$scratch/bare"
done
own=$(median "$scratch/own")
bare=$(median "$scratch/bare")
line flood.syns_s "$own" 1/s "bare arithmetic" "$bare" "$own / $bare"
[ $((own * 2)) -ge "$bare" ] ||
	echo "flood.syns_s: less than half of the bare arithmetic" >&2
