#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# core.sh - estab's core and lwIP's in the same place: two ends back to back
# in memory (core.c, peer/lwip.c).  One JSON object a line; `./x bench core`
# prints them as a table.
#
# Instructions a unit are the difference of two runs of different length under
# callgrind, so that start-up cancels; they hardly vary, so once is enough.
# Rates are medians of runs taken in turns, and only information.  A ratio
# above 1 says that estab is the better one.  An aim that is missed is said,
# and is no error.
set -eu
cd "$(dirname "$0")/.."
built=${ESTAB_BUILD:-build}/release/bench
rounds=5
segment_aim=2500

# Each end of lwIP is a file of its own (peer/lwip.c).
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
library=$(pkg-config --variable=libdir lwip)/liblwip.so.0
cp "$library" "$scratch/a.so"
cp "$library" "$scratch/b.so"
estab=$built/bench_core_c
lwip="$built/bench_peer_lwip_c $scratch/a.so $scratch/b.so"
version=$(dpkg-query -W -f '${Version}' liblwip-dev 2>/dev/null |
	sed 's/[+-].*//')
peer="lwip ${version:-?} (Debian)"

# Without these, glibc uses `rep movsb`, which callgrind counts once a byte.
whole="glibc.cpu.x86_rep_movsb_threshold=1000000000"
whole="$whole:glibc.cpu.x86_rep_stosb_threshold=1000000000"

counted() {
	GLIBC_TUNABLES=$whole valgrind --tool=callgrind \
		--callgrind-out-file=/dev/null "$@" 2>&1
}

# instructions PROGRAM MODE FEW MANY [ARG...] - a unit.
instructions() {
	program=$1 mode=$2 few=$3 many=$4
	shift 4
	{
		counted $program "$mode" "$few" "$@"
		counted $program "$mode" "$many" "$@"
	} | awk '
		$1 == "units" { units[++n] = $2 }
		/ Collected :/ { count[n] = $4 }
		END {
			if (!count[1] || !count[2])
				exit 1
			printf "%.0f\n",
				(count[2] - count[1]) / (units[2] - units[1])
		}'
}

# rate FACTOR PROGRAM ARG... - of one run: units a second, times FACTOR.
rate() {
	factor=$1
	shift
	"$@" | awk -v factor="$factor" '$1 == "units" && $3 == "seconds" {
		rate = $2 / $4 * factor
		printf rate < 1000 ? "%.3f\n" : "%.0f\n", rate }'
}

# median FILE - of its lines.
median() {
	sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# line NAME VALUE UNIT PEER PEER_VALUE RATIO
line() {
	ratio=$(awk "BEGIN { printf \"%.2f\", $6 }")
	printf '{"name": "%s", "value": %s, "unit": "%s", "peer": "%s", ' \
		"$1" "$2" "$3" "$4"
	printf '"peer_value": %s, "ratio": %s}\n' "$5" "$ratio"
}

# fewer NAME PEER VALUE PEER_VALUE - a line of instructions.
fewer() {
	line "$1" "$3" instructions "$2" "$4" "$4 / $3"
}

# faster NAME UNIT FACTOR ARG... - a line of rates.
faster() {
	name=$1 unit=$2 factor=$3
	shift 3
	: >"$scratch/own"
	: >"$scratch/other"
	for round in $(seq "$rounds"); do
		rate "$factor" $estab "$@" >>"$scratch/own"
		rate "$factor" $lwip "$@" >>"$scratch/other"
	done
	own=$(median "$scratch/own")
	other=$(median "$scratch/other")
	line "$name" "$own" "$unit" "$peer" "$other" "$own / $other"
}

segment=$(instructions $estab bulk 8 24)
stamped=$(instructions $estab bulk 8 24 ts)
other=$(instructions "$lwip" bulk 8 24)
fewer core.segment_instructions "$peer" "$segment" "$other"
fewer core.segment_instructions_ts "$peer, no time stamps" "$stamped" "$other"

own=$(instructions $estab rr 1000 3000 1)
other=$(instructions "$lwip" rr 1000 3000 1)
fewer core.round_trip_instructions "$peer" "$own" "$other"

# Few: lwIP walks its list of TIME-WAITs, so that more would flatter us.
own=$(instructions $estab conn 100 300)
other=$(instructions "$lwip" conn 100 300)
fewer core.connection_instructions "$peer" "$own" "$other"

faster core.bulk_gbit_s Gbit/s 1168e-8 bulk 128 # 1460 bytes a unit
faster core.round_trips_s 1/s 1 rr 50000 1
faster core.connections_s 1/s 1 conn 1000

[ "$segment" -le "$segment_aim" ] ||
	echo "core.segment_instructions: $segment; the aim, $segment_aim," \
		"is missed" >&2
