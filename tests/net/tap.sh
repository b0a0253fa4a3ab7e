#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tap.sh - estab nc over a TAP device, the kernel its neighbour: both streams
# whole, IPv4 and IPv6, and the capture one of Ethernet; and what is said where
# another has our address, over packet too.
# test-timeout: 120
set -u

if [ "${IN_NAMESPACE:-}" = "" ]; then
	if ! unshare -n true 2>/dev/null || [ ! -w /dev/net/tun ]; then
		echo "SKIP: no network namespace with a TAP device (root)"
		exit 0
	fi
	IN_NAMESPACE=1 exec unshare -n sh "$0"
fi
estab=${ESTAB:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
head -c 3000000 /dev/urandom >"$work/in"

# carry NAME OWN/BITS KERNEL OWN
carry() {
	timeout 60 "$estab" nc -l --link tap:estabtap1 --addr "$2" \
		--gateway "$3" --pcap "$work/seen.pcap" 5000 \
		<"$work/in" >"$work/got" 2>"$work/words" &
	nc=$!
	python3 - "$4" "$work" <<'PY'
import socket, sys, threading, time
data = open(sys.argv[2] + '/in', 'rb').read()
for _ in range(100):
    try:
        s = socket.create_connection((sys.argv[1], 5000), timeout=20)
        break
    except OSError:
        time.sleep(0.1)
def send():
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
open(sys.argv[2] + '/back', 'wb').write(b''.join(iter(lambda: s.recv(65536), b'')))
PY
	if wait $nc && cmp "$work/in" "$work/got" &&
		cmp "$work/in" "$work/back" &&
		[ "$(od -An -tu4 -j20 -N4 "$work/seen.pcap" | tr -d ' ')" = 1 ]
	then
		echo "ok $1"
	else
		cat "$work/words"
		echo "not ok $1"
		failed=1
	fi
}

# wire KIND - estabtap2, and where the kernel's addresses are: $theirs.
wire() {
	theirs=estabtap2
	if [ "$1" = tap ]; then
		ip tuntap add dev estabtap2 mode tap
		return
	fi
	theirs=estabtap3
	ip link add estabtap2 type veth peer name estabtap3
	ip link set estabtap2 up
	ip link set estabtap3 up
	# what leaves before the carrier is known is lost
	until ip link show estabtap2 | grep -q 'state UP' &&
		ip link show estabtap3 | grep -q 'state UP'
	do
		sleep 0.01
	done
}

# taken KIND NAME ADDRESS/BITS GATEWAY COMMAND...
# Whoever asks once (the default) may ask before the kernel's end listens, on a
# busy machine: then again.
taken() {
	kind=$1 name=$2 own=$3 gateway=$4
	shift 4
	for _ in 1 2 3; do
		wire "$kind"
		ip address add "$own" dev $theirs nodad
		timeout 10 "$estab" "$@" --link "$kind:estabtap2" --addr "$own" \
			--gateway "$gateway" >"$work/got" 2>"$work/words" </dev/null
		status=$?
		ip link delete estabtap2
		[ $status = 1 ] && break
	done
	said="$kind:estabtap2: another host has ${own%/*} already"
	if [ $status = 1 ] && [ "$(grep -c "$said" "$work/words")" = 1 ]; then
		echo "ok $name"
	else
		cat "$work/words"
		echo "not ok $name: exit status $status"
		failed=1
	fi
}

for kind in tap packet; do
	taken $kind who_waits_at_anothers_address_is_told_${kind}_v4 \
		10.9.0.2/24 10.9.0.1 nc -l 5000
	taken $kind who_waits_at_anothers_address_is_told_${kind}_v6 \
		fd00:9::2/64 fd00:9::1 nc -l 5000
	taken $kind who_calls_from_anothers_address_is_told_${kind}_v4 \
		10.9.0.2/24 10.9.0.1 nc 10.9.0.1 5000
	taken $kind who_calls_from_anothers_address_is_told_${kind}_v6 \
		fd00:9::2/64 fd00:9::1 nc fd00:9::1 5000
	taken $kind who_serves_at_anothers_address_is_told_$kind \
		10.9.0.2/24 10.9.0.1 echo 5000
done
carry both_streams_are_whole_over_tap_v4 10.9.0.2/24 10.9.0.1 10.9.0.2
carry both_streams_are_whole_over_tap_v6 fd00:9::2/64 fd00:9::1 fd00:9::2
exit $failed
