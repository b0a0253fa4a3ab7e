#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tour.sh [nobody] - the tour shows what it promises, in time, and leaves
# nothing: as root over a TUN device, or as nobody over a veth pair
# (tests/cli/rootless.sh: where a machine permits no user namespace, that one
# is skipped).
# test-timeout: 120
set -u

estab=${ESTAB:?}
out=$(mktemp)
trap 'rm -f "$out"' EXIT

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

# shows COMMAND... - a whole tour, started so.
shows() {
	"$@" tour >"$out" 2>&1
	tell "$who: the tour ends well" $?
	both ESTABLISHED ESTAB && both FIN-WAIT-2 CLOSE-WAIT && both TIME-WAIT '$'
	tell "$who: states of both ends stand beside each other" $?
	grep -q '^equal: 67108864 bytes' "$out"
	tell "$who: the checksums agree" $?
	grep -q 'TIME-WAIT ended by hand' "$out"
	tell "$who: TIME-WAIT is ended with a word about it" $?
	! grep -q 'will not see this process' "$out"
	tell "$who: whoever runs it can ask what it does" $?
	[ "$(wc -l <"$out")" -lt 300 ]
	tell "$who: 45,000 segments are not drawn one by one" $?
}

# stops COMMAND... - the same, interrupted.
stops() {
	: >"$out"
	"$@" tour >"$out" 2>&1 &
	tour=$!
	until grep -q 'Half of it' "$out" || ! kill -0 $tour 2>/dev/null; do
		sleep 0.1
	done
	# From outside of its namespaces.
	words=$("$@" ss | grep -c '^ESTAB .*"nc",pid=')
	[ "$words" = 1 ]
	tell "$who: estab ss sees the connection" $?
	children=$(cat /proc/$tour/task/$tour/children)
	kill -INT $tour
	wait $tour
	[ $? = 130 ]
	tell "$who: interrupted, it says so" $?
	sleep 0.2
	left=0
	for child in $children; do
		[ -d "/proc/$child" ] && left=1
	done
	[ -n "$children" ] && [ $left = 0 ]
	tell "$who: interrupted, it leaves no program behind" $?
}

who=${1-root}
if [ $who != root ]; then
	:
elif [ -w /dev/net/tun ] && unshare -n true 2>/dev/null; then
	shows "$estab"
	grep -q 'Over a TUN device' "$out"
	tell "root: it says that it is a TUN device" $?
	stops "$estab"
else
	echo "skip root: no TUN device in a namespace of our own"
fi

[ $who = nobody ] || exit $failed

# A copy, since nobody may not look everywhere.
folder=$(mktemp -d)
trap 'rm -rf "$out" "$folder"' EXIT
chmod 755 "$folder"
cp "$estab" "$folder/estab"
nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
cd "$folder"
if ! $nobody true 2>/dev/null; then
	echo "skip nobody: only root can become nobody"
elif ! $nobody unshare -Urn true 2>/dev/null; then
	echo "skip nobody: user namespaces are not permitted here"
elif $nobody test -w /dev/net/tun; then
	echo "skip nobody: /dev/net/tun is everybody's here"
else
	shows $nobody "$folder/estab"
	grep -q 'No TUN device (.*): over a veth pair and a packet socket' "$out"
	tell "nobody: it says that it is a veth pair, and why" $?
	stops $nobody "$folder/estab"
fi
exit $failed
