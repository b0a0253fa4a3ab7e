#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tour.sh - the tour shows what it promises, in time, and leaves nothing.
# test-timeout: 120
set -u

estab=${ESTAB:?}
out=$(mktemp)
trap 'rm -f "$out"' EXIT

if ! [ -w /dev/net/tun ] || ! unshare -n true 2>/dev/null; then
	echo "skip tour: no TUN device in a namespace of our own (root is needed)"
	exit 77
fi

# tell NAME STATUS - 0 is ok.
tell() {
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		cat "$out"
		echo "not ok $1"
		failed=1
	fi
}
failed=0

# Both columns of a table row, as a pattern.
both() {
	grep -q "^  $1 .*| *$2" "$out"
}

before=$(date +%s)
"$estab" tour >"$out" 2>&1
tell "the tour ends well" $?
[ $(($(date +%s) - before)) -lt 60 ]
tell "in less than a minute" $?
both ESTABLISHED ESTAB && both FIN-WAIT-2 CLOSE-WAIT && both TIME-WAIT '$'
tell "states of both ends stand beside each other" $?
grep -q '^equal: 67108864 bytes' "$out"
tell "the checksums agree" $?
grep -q 'TIME-WAIT ended by hand' "$out"
tell "TIME-WAIT is ended with a word about it" $?
[ "$(wc -l <"$out")" -lt 300 ]
tell "45,000 segments are not drawn one by one" $?

"$estab" tour >"$out" 2>&1 &
tour=$!
until grep -q 'Half of it' "$out" || ! kill -0 $tour 2>/dev/null; do
	sleep 0.1
done
children=$(cat /proc/$tour/task/$tour/children)
kill -INT $tour
wait $tour
[ $? = 130 ]
tell "interrupted, it says so" $?
sleep 0.2
left=0
for child in $children; do
	[ -d "/proc/$child" ] && left=1
done
[ -n "$children" ] && [ $left = 0 ]
tell "interrupted, it leaves no program behind" $?
exit $failed
