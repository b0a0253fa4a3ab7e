#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# flood.sh [PART...] - a server in a SYN flood.  One JSON object a line;
# `./x bench flood` prints them as a table, `./x bench flood:PART,PART` those of
# some parts:
#
#   count    instructions a SYN, by callgrind, beside the bare arithmetic:
#            parse, two checksums, SipHash, build (flood.c)
#   wall     a server on one core, generator and honest clients on another, by
#            the clock (flood/wall.c)
#   virtual  what needs no clock (flood/virtual.c)
#   live     over TUN and veth, beside the kernel (flood/live.py); as root
#
# What misses its aim is said on standard error.
set -eu
cd "$(dirname "$0")/.."
built=${ESTAB_BUILD:-build}/release/bench
flood=$built/bench_flood_c
seconds=10 # a load of wall
scratch=$(mktemp -d)
limit=/proc/sys/kernel/sched_rt_runtime_us
was=
trap 'rm -rf "$scratch"; [ -z "$was" ] || echo "$was" >"$limit"' EXIT
trap 'exit 130' INT TERM HUP
whole="glibc.cpu.x86_rep_movsb_threshold=1000000000"
whole="$whole:glibc.cpu.x86_rep_stosb_threshold=1000000000"

# instructions WHAT [v6] [ts] - a SYN: the difference of two runs.
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

# rate WHAT - a second, of one run.
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

count() {
	counted syn_instructions 600
	counted syn_instructions_v6 800 v6
	counted syn_instructions_ts 800 ts
}

# For the wall the server's thread comes before all other work, as far as root
# can do that, and nothing stops it: what the kernel allows such threads is put
# back at the end.
first() {
	[ -w "$limit" ] || return 0
	was=$(cat "$limit")
	echo -1 2>/dev/null >"$limit" || was=
}

# Both in turns, in the run that compares with them.
wall() {
	for round in 1 2 3 4 5; do
		rate answer >>"$scratch/own"
		rate bare >>"$scratch/bare"
	done
	own=$(median "$scratch/own")
	bare=$(median "$scratch/bare")
	line flood.syns_s "$own" 1/s "bare arithmetic" "$bare" "$own / $bare"
	first
	"$built/bench_flood_wall_c" "$seconds" "$bare"
}

virtual() {
	"$built/bench_flood_virtual_c"
}

live() {
	bench/flood/live.py
}

parts=
for word in "$@"; do
	case $word in
	count | wall | virtual | live) parts="$parts $word" ;;
	--json) ;;
	*)
		echo "flood: no part $word; there are count wall virtual live" >&2
		exit 2
		;;
	esac
done
for part in ${parts:-count virtual wall live}; do
	"$part"
done
