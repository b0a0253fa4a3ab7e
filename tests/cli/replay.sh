#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# replay.sh - a capture in the place of a device: the recorded peer finds its
# host again, the answers are the same each time, and bad files are told.
set -u

estab=${ESTAB_DEBUG:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0

# tell NAME STATUS - 0 is ok.
tell() {
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		cat words 2>/dev/null
		echo "not ok $1"
		failed=1
	fi
}

"$estab" lab --pcap v4.pcapng o1-to-c6 >/dev/null
"$estab" lab -6 --pcap v6.pcap o1-to-c6 >/dev/null
"$estab" nc -l --link pcap:v4.pcapng --addr 10.0.0.2/24 80 \
	</dev/null >got 2>words
if grep -q 'without libpcap' words; then
	echo "skip replay: built without libpcap"
	exit 77
fi

# replay IN ADDR OUT - serve the peer of IN, as nc -l.
replay() {
	"$estab" nc -l --link "pcap:$1,$3" --addr "$2" --pcap "$3.all" 80 \
		</dev/null >"$3.got" 2>words
}
replay v4.pcapng 10.0.0.2/24 a
tell "the recorded peer's connection lives again, to its end" $?
[ "$(wc -c <a.got)" = 1048576 ]
tell "all it sent is received" $?
replay v4.pcapng 10.0.0.2/24 b
cmp -s a b && cmp -s a.all b.all && cmp -s a.got b.got
tell "a second time every byte of it is the same" $?
replay v6.pcap 2001:db8::2/64 c
[ "$(wc -c <c.got)" = 1048576 ]
tell "IPv6 and the classic format do as well" $?

replay v4.pcapng 10.0.0.2/24 a.pcap
[ $? = 0 ] && [ "$(head -c 4 a.pcap | od -An -tx4 | tr -d ' ')" = a1b23c4d ] &&
	[ "$(head -c 4 a | od -An -tx4 | tr -d ' ')" = 0a0d0d0a ]
tell "the answers have the format their name asks for" $?
grep -aq 'LISTEN -> SYN-RECEIVED: SYN taken' a &&
	grep -aq 'FIN taken (RFC 9293 3.10.7.4 eighth)' a
tell "the answers say why, and what came before them" $?
cp v4.pcapng same.pcapng
replay same.pcapng 10.0.0.2/24 same.pcapng
[ $? = 1 ] && grep -q 'same.pcapng: this is the file that is read' words &&
	cmp -s v4.pcapng same.pcapng
tell "the file that is read is not written over" $?

head -c 5000 v4.pcapng >cut.pcapng
replay cut.pcapng 10.0.0.2/24 d
[ $? = 1 ] && grep -q 'pcap:cut.pcapng: the capture is damaged, or cut' words
tell "where a file was cut it says so" $?
replay v4.pcapng 10.0.0.9/24 e
[ $? = 1 ] && grep -q 'the capture has ended, and nothing more' words
tell "where nobody calls it ends with the capture" $?
echo 'GET / HTTP/1.1, and so on: this is no capture' >text
replay text 10.0.0.2/24 f
[ $? = 1 ] && grep -q 'unknown file format' words
tell "what is no capture is refused" $?
"$estab" nc -l --link pcap:v4.pcapng --addr 10.0.0.2/24 --gateway 10.0.0.1 \
	80 2>words
[ $? = 2 ] && grep -q 'there is none in a capture' words
tell "a gateway has no meaning there" $?
exit $failed
