#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tap.sh - estab nc over a TAP device, the kernel its neighbour: both streams
# whole, IPv4 and IPv6, and the capture one of Ethernet.
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

# taken NAME ADDRESS/BITS GATEWAY COMMAND...
taken() {
	name=$1 own=$2 gateway=$3
	shift 3
	ip tuntap add dev estabtap2 mode tap
	ip address add "$own" dev estabtap2 nodad
	timeout 20 "$estab" "$@" --link tap:estabtap2 --addr "$own" \
		--gateway "$gateway" >"$work/got" 2>"$work/words" </dev/null
	status=$?
	ip link delete estabtap2
	said="tap:estabtap2: another host has ${own%/*} already"
	if [ $status = 1 ] && [ "$(grep -c "$said" "$work/words")" = 1 ]; then
		echo "ok $name"
	else
		cat "$work/words"
		echo "not ok $name: exit status $status"
		failed=1
	fi
}

taken who_waits_at_anothers_address_is_told_v4 10.9.0.2/24 10.9.0.1 nc -l 5000
taken who_waits_at_anothers_address_is_told_v6 fd00:9::2/64 fd00:9::1 nc -l 5000
taken who_calls_from_anothers_address_is_told_v4 10.9.0.2/24 10.9.0.1 \
	nc 10.9.0.1 5000
taken who_calls_from_anothers_address_is_told_v6 fd00:9::2/64 fd00:9::1 \
	nc fd00:9::1 5000
taken who_serves_at_anothers_address_is_told 10.9.0.2/24 10.9.0.1 echo 5000
carry both_streams_are_whole_over_tap_v4 10.9.0.2/24 10.9.0.1 10.9.0.2
carry both_streams_are_whole_over_tap_v6 fd00:9::2/64 fd00:9::1 fd00:9::2
exit $failed
