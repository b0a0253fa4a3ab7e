#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# outside.sh - the examples, compiled as a program outside the tree is: public
# headers and the library alone; and run.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
library=$(dirname "${ESTAB:-$top/build/release/src/estab}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# may NAME COMMAND... - the command succeeds.
may() {
	name=$1
	shift
	if "$@" >"$dir/said" 2>&1; then
		echo "ok $name"
	else
		echo "failed: $*"
		tail -30 "$dir/said"
		echo "not ok $name"
		failed=1
	fi
}

# compile NAME FILE... - examples/FILE
compile() {
	program=$1
	shift
	(cd "$top/examples" && gcc -std=gnu11 -Wall -Wextra -Werror \
		-I"$top/include" -o "$dir/$program" "$@" \
		-L"$library" -lestab -Wl,-rpath,"$library")
}

says() {
	words=$1
	shift
	"$@" | grep -qx "$words"
}

may "a pair by hand is compiled" compile pair pair.c
may "and carries a word" says hello "$dir/pair"
# Nothing but the board's functions and what a freestanding compiler asks for.
wants() {
	gcc -std=c11 -O2 -Wall -Wextra -Werror -ffreestanding -I"$top/include" \
		-c -o "$dir/bare.o" "$top/examples/bare.c" &&
		ld -r -o "$dir/all.o" "$dir/bare.o" "$library/libestab.a" &&
		nm -u "$dir/all.o" | awk '{ print $2 }' | sort | tr '\n' ' ' \
			>"$dir/wanted"
	cat "$dir/wanted"
	! tr ' ' '\n' <"$dir/wanted" | grep -vxE \
		'board_.*|mem(cpy|move|set|cmp)|_GLOBAL_OFFSET_TABLE_|'
}
may "what needs no system asks for its board alone" wants
board() {
	gcc -std=c11 -Wall -Wextra -Werror -I"$top/include" \
		-I"$top/examples" -o "$dir/bare" "$dir/bare.o" \
		"$top/tests/examples/board.c" "$library/libestab.a"
}
may "a board is compiled" board
may "and what it was sent came back" \
	says "100000 bytes came back" "$dir/bare"
may "ten thousand connections are compiled" compile many many.c
may "and all are open and answer" \
	says "10000 connections are open, 10000 answers came" "$dir/many"
may "a server is compiled" compile server server.c up.c
may "a client is compiled" compile client client.c up.c

may "an echo server is compiled" compile echo echo.c up.c

# with_kernel PROGRAM SCRIPT - in a namespace of its own.
if ! unshare -n true 2>/dev/null; then
	for name in "the server answers the kernel" \
		"what a peer reads late comes back whole" \
		"the kernel answers the client" \
		"ten thousand connections of the kernel are answered"
	do
		echo "skip $name: no network namespace without root"
	done
	exit $failed
fi

serve() {
	unshare -n sh -c '
		"$0" >/dev/null 2>&1 &
		server=$!
		python3 - <<-P
			import socket, time
			for n in range(100):
			    try:
			        s = socket.create_connection(("10.9.0.2", 7), 5)
			        break
			    except OSError:
			        time.sleep(0.05)
			s.sendall(b"hello")
			assert s.recv(5, socket.MSG_WAITALL) == b"hello"
			s.shutdown(socket.SHUT_WR)
			assert s.recv(1) == b""
		P
		result=$?
		kill $server
		exit $result' "$dir/server"
}

call() {
	unshare -n sh -c '
		ip link set lo up
		ip address add 10.9.0.1/32 dev lo
		python3 - <<-P &
			import socket
			l = socket.create_server(("10.9.0.1", 7))
			s, _ = l.accept()
			s.sendall(s.recv(5, socket.MSG_WAITALL))
			s.recv(1)
		P
		sleep 1
		"$0" | grep -qx hello' "$dir/client"
}

# The kernel opens ten thousand, all stay open, each says something of its own.
crowd() {
	unshare -n sh -c '
		"$0" &
		server=$!
		python3 - <<-P
			import resource, socket, time
			most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
			resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
			at = ("10.9.0.2", 7)
			for n in range(100):
			    try:
			        crowd = [socket.create_connection(at, 60)]
			        break
			    except OSError:
			        time.sleep(0.1)
			while len(crowd) < 10000:
			    crowd.append(socket.create_connection(at, 60))
			for n, s in enumerate(crowd):
			    s.sendall(b"%05d" % n)
			for n, s in enumerate(crowd):
			    assert s.recv(5, socket.MSG_WAITALL) == b"%05d" % n
			print(len(crowd), "are open and were answered")
		P
		kill $server' "$dir/echo"
}

# A peer that sends 4 MB before it reads any.
late() {
	unshare -n sh -c '
		"$0" >/dev/null 2>&1 &
		server=$!
		python3 - <<-P
			import os, socket, threading, time
			for n in range(100):
			    try:
			        s = socket.create_connection(("10.9.0.2", 7), 60)
			        break
			    except OSError:
			        time.sleep(0.1)
			text = os.urandom(4000000)
			def say():
			    s.sendall(text)
			    s.shutdown(socket.SHUT_WR)
			sayer = threading.Thread(target=say, daemon=True)
			sayer.start()
			sayer.join(1)
			came = b"".join(iter(lambda: s.recv(1 << 16), b""))
			assert came == text, len(came)
		P
		result=$?
		kill $server
		exit $result' "$dir/echo"
}

may "the server answers the kernel" serve
may "what a peer reads late comes back whole" late
may "the kernel answers the client" call
name="ten thousand connections of the kernel are answered"
most=$(ulimit -Hn)
if [ "$most" = unlimited ] || [ "$most" -ge 10050 ]; then
	may "$name" says "10000 are open and were answered" crowd
else
	echo "skip $name: $most descriptors are allowed, 10,050 are needed"
fi
exit $failed
