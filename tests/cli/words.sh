#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# words.sh - what the program says when it is asked wrongly, and where: words
# on standard error, exit 2, the nearest word suggested.  Needs no privilege.
set -u
estab=${ESTAB_DEBUG:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# says NAME STATUS STREAM PATTERN ARGUMENTS... - the program, run with
# ARGUMENTS, ends with STATUS; STREAM (out or err) matches PATTERN and the
# other is empty.
says() {
	name=$1 status=$2 stream=$3 pattern=$4
	shift 4
	other=out
	[ "$stream" = err ] || other=err
	"$estab" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	seen=$?
	if [ $seen = "$status" ] && [ ! -s "$dir/$other" ] &&
		grep -q -- "$pattern" "$dir/$stream"; then
		echo "ok $name"
	else
		echo "estab $*: exit $seen, not $status, or not \"$pattern\":"
		cat "$dir/out" "$dir/err"
		echo "not ok $name"
		failed=1
	fi
}

# width COMMAND COLUMNS - how wide its help is, but for words that are wider;
# none of its examples is broken.
width() {
	COLUMNS=$2 "$estab" "$1" --help >"$dir/out"
	grep -v '^ *[^ ]*$' "$dir/out" | awk '{ if (n < length) n = length }
		END { print n + 0 }'
	sed '1,/^Examples:/d' "$dir/out" | grep -q '^[^ ]' && echo broken
}

link="--link tun:estab0 --addr 10.9.0.2/24 --gateway 10.9.0.1"

says "help goes to standard output" 0 out '^Examples:' --help
says "help of a command by either way" 0 out '^Examples:' help nc
says "the tour has help" 0 out '^Examples:' tour --help
says "the tour takes no argument" 2 err 'a: no argument is wanted' tour a
says "two shells" 2 err 'one argument too many' completion bash zsh
says "the version" 0 out '^estab [0-9]' --version
says "nothing asked is wrong usage" 2 err '^Usage:'
says "an unknown command, the nearest named" 2 err '"tour" meant' tuor
says "an unknown command far from all" 2 err 'estab --help lists' xyzzy
says "help of an unknown command" 2 err '"nc" meant' help ncc
says "a guess is no suggestion" 2 err 'no command "foo"; estab --help lists' \
	help foo
says "an unknown option, the nearest named" 2 err 'is --link meant' \
	nc --lnik tun:a
says "an unknown option far from all" 2 err 'unrecognized option' \
	nc --xyzzy
# shellcheck disable=SC2086
for command in $("$estab" completion bash | sed -n "s/.*help) words='//p" |
	tr -d "';"); do
	says "help of $command ends in examples" 0 out "^  .*estab $command" \
		$command --help
	[ "$(sed -n '/^Examples:/,$p' "$dir/out" | grep -c '^  .*estab ')" \
		-ge 2 ] || {
		echo "not ok help of $command has two examples"
		failed=1
	}
	for columns in 68 90 20 9999; do
		seen=$(width "$command" $columns)
		most=$((columns < 68 ? 67 : columns > 132 ? 131 : columns - 1))
		least=$((columns > 132 ? 60 : most * 2 / 3))
		if [ "$seen" -ge $least ] 2>/dev/null &&
			[ "$seen" -le $most ]; then
			echo "ok help of $command in $columns columns"
		else
			cat "$dir/out"
			echo "not ok help of $command in $columns: $seen"
			failed=1
		fi
	done
done
for command in echo discard chargen; do
	says "$command nowhere" 2 err '--link is missing' $command
	says "$command at two ports" 2 err 'one argument too many' \
		$command --link tun:a --addr 10.9.0.2/24 1 2
	says "$command at a port that is none" 2 err 'from 1 to 65535' \
		$command --link tun:a --addr 10.9.0.2/24 0
	says "$command for no connections" 2 err '-n 0: a number from 1' \
		$command --link tun:a --addr 10.9.0.2/24 -n 0
	says "$command in a family it does not have" 2 err 'no --addr is IPv6' \
		$command --link tun:a --addr 10.9.0.2/24 -6
done
own="--link tun:a --addr 10.9.0.2/24"
says "forward to nowhere" 2 err 'LISTEN and TARGET are wanted' \
	forward $own estab:80
says "forward within the kernel" 2 err "one of LISTEN and TARGET" \
	forward $own kernel:127.0.0.1:80 kernel:127.0.0.1:81
says "forward within estab" 2 err "one of LISTEN and TARGET" \
	forward $own estab:80 estab:10.9.0.1:81
says "an end of no kind, the nearest named" 2 err 'meant: kernel' \
	forward $own estab:80 kernal:127.0.0.1:80
says "an end that is a name" 2 err 'names are not looked up' \
	forward $own estab:80 kernel:localhost:80
says "an end without a port" 2 err 'from 1 to 65535' \
	forward $own estab:80 kernel:127.0.0.1:
says "an end at a port that is none" 2 err 'from 1 to 65535' \
	forward $own estab:http kernel:127.0.0.1:80
says "a target that is any" 2 err 'TARGET needs an address' \
	forward $own estab:80 kernel:80
says "a kernel's listener that is any" 2 err 'LISTEN needs an address' \
	forward $own kernel:80 estab:10.9.0.1:80
says "a target of a family estab does not have" 2 err 'TARGET is IPv6' \
	forward $own kernel:127.0.0.1:80 "estab:[fd00::1]:80"
says "a third end" 2 err 'one argument too many' \
	forward $own estab:80 kernel:127.0.0.1:80 kernel:127.0.0.1:81
# unwritten NAME COMMAND... - what cannot be written is said, and ends with 1.
unwritten() {
	name=$1
	shift
	for to in /dev/full closed; do
		if [ $to = closed ]; then
			"$estab" "$@" >&- 2>"$dir/err" </dev/null
		else
			"$estab" "$@" >$to 2>"$dir/err" </dev/null
		fi
		seen=$?
		if [ $seen = 1 ] && grep -q 'standard output: ' "$dir/err"; then
			echo "ok $name does not arrive: $to"
		else
			echo "estab $* >$to: exit $seen"
			cat "$dir/err"
			echo "not ok $name does not arrive: $to"
			failed=1
		fi
	done
	# A reader who has left (no signal tells it) is no news to anybody.
	exec 3<>"$dir/pipe" 4>"$dir/pipe" 3>&-
	(trap '' PIPE; "$estab" "$@" >&4 2>"$dir/err" </dev/null)
	seen=$?
	exec 4>&-
	if [ $seen = 1 ] && [ ! -s "$dir/err" ]; then
		echo "ok $name, and the reader has left"
	else
		echo "exit $seen"
		cat "$dir/err"
		echo "not ok $name, and the reader has left"
		failed=1
	fi
}
mkfifo "$dir/pipe"
says "a file that is not there" 1 err 'cannot read .*No such file' \
	lab "$dir/none.scenario"
says "a folder is no scenario" 1 err 'cannot read .*Is a directory' lab "$dir/"

# coloured NAME EXPECTED VARIABLE... - whether a terminal gets colours.
coloured() {
	name=$1 expected=$2
	shift 2
	env -u NO_COLOR TERM=xterm "$@" script -qec "'$estab' lab o4" \
		/dev/null >"$dir/out" 2>&1 </dev/null
	seen=$(grep -c "$(printf '\033')" "$dir/out")
	if grep -q ESTABLISHED "$dir/out" &&
		[ "$([ "$seen" = 0 ] && echo no || echo yes)" = "$expected" ]
	then
		echo "ok $name"
	else
		cat "$dir/out"
		echo "not ok $name"
		failed=1
	fi
}
coloured "a terminal has colours" yes LC_ALL=C.UTF-8
coloured "one that is dumb has none" no TERM=dumb
coloured "who wants no colours has none" no NO_COLOR=1
unwritten "a ladder" lab o4
unwritten "a list of scenarios" lab --list
unwritten "a trace" lab --json c9
unwritten "help" --help
unwritten "help of a command" nc --help
unwritten "a completion script" completion zsh

XDG_RUNTIME_DIR=$dir
export XDG_RUNTIME_DIR
says "nobody runs" 0 err 'no estab process of yours is running' nstat
if [ -e "$dir/estab" ]; then
	echo "not ok asking makes no folder"
	failed=1
else
	echo "ok asking makes no folder"
fi
says "a process that is none" 2 err 'number of a process is wanted' ss nc
for ask in nstat ss; do
	says "$ask of a process that is not estab's" 1 err \
		'no estab process of yours' $ask 1
done
says "no header where nobody answers" 0 err 'of yours is running' ss
says "a dump that cannot be written" 1 err 'No such file' \
	ss --diag "$dir/none/dump"
says "an option of ss misspelt" 2 err 'is --diag meant' ss --daig x
mkdir "$dir/other" && : >"$dir/other/estab"
XDG_RUNTIME_DIR=$dir/other
says "a folder of control sockets that is none" 1 err 'not a folder' nstat

# shellcheck disable=SC2086
{
says "no link" 2 err '--link is missing' nc 10.9.0.1 80
says "no address" 2 err '--addr is missing' nc --link tun:a 10.9.0.1 80
says "a link of a kind misspelt" 2 err 'did you mean packet:' \
	nc --link paket:eth0 --addr 1.2.3.4/24 1.2.3.5 80
says "a link without a name" 2 err 'pcap:IN or pcap:IN,OUT is wanted' \
	nc --link pcap: --addr 1.2.3.4/24 1.2.3.5 80
says "a link of no kind" 2 err 'written tun:NAME' nc --link eth0 1.2.3.4 80
says "an address without prefix" 2 err 'and its prefix' \
	nc --link tun:a --addr 10.9.0.2 10.9.0.1 80
says "an address that is none" 2 err '10.9.0.300 is not an address' \
	nc --link tun:a --addr 10.9.0.300/24 10.9.0.1 80
says "a prefix that is none" 2 err '33 is not a prefix' \
	nc --link tun:a --addr 10.9.0.2/33 10.9.0.1 80
says "a gateway elsewhere" 2 err 'in the prefix of no --addr' \
	nc --link tun:a --addr 10.9.0.2/24 --gateway 10.8.0.1 10.9.0.1 80
says "a gateway that is estab itself" 2 err 'two ends of a wire' \
	nc --link tun:a --addr 10.9.0.2/24 --gateway 10.9.0.2 10.9.0.1 80
says "a host that is a name" 2 err 'names are not looked up' \
	nc $link localhost 80
says "a port that is none" 2 err 'from 1 to 65535' nc $link 10.9.0.1 0
says "a port too large" 2 err 'from 1 to 65535' nc $link 10.9.0.1 65536
says "no port" 2 err 'HOST and PORT' nc $link 10.9.0.1
says "listening nowhere" 2 err '-l wants a PORT' nc $link -l
says "an argument too many" 2 err 'one argument too many' \
	nc $link 10.9.0.1 80 81
says "-k without -l" 2 err '-k goes with -l' nc $link -k 10.9.0.1 80
says "the other family" 2 err '10.9.0.1 is IPv4' nc $link -6 10.9.0.1 80
says "a family estab does not have" 2 err 'no --addr is IPv6' \
	nc $link -6 -l 80
says "a peer of a family estab does not have" 2 err 'and no --addr is' \
	nc $link fd00::1 80
says "a value out of its range" 2 err '^estab nc: --set: a value is out of' \
	nc $link --set ttl=400 10.9.0.1 80
# In range is what all settings together make of it: 90 s is beyond rto_max_ns.
says "a range that another setting widens" 1 err 'tun:' \
	nc --link tun:nowhere:0 --addr 10.9.0.2/24 --set rto_min_ns=90000000000 \
	--set rto_max_ns=100000000000 --set persist_max_ns=100000000000 \
	10.9.0.1 80
says "and without it" 2 err 'a value is out of' \
	nc $link --set rto_min_ns=90000000000 10.9.0.1 80
says "an impairment misspelt, from where" 2 err 'from "los=5%" on' \
	nc $link --impair dup=1%,los=5% 10.9.0.1 80
says "an MTU too small for IPv6" 2 err '1280 at the least' \
	nc --link tun:a --addr fd00::2/64 --mtu 1000 fd00::1 80
says "a time that is none" 2 err 'from 1 to' nc $link -w soon 10.9.0.1 80
says "a capture that cannot be written" 1 err 'No such file' \
	nc $link --pcap "$dir/none/x.pcap" 10.9.0.1 80
says "a device of an impossible name" 1 err 'tun:a/b: not a name' \
	nc --link tun:a/b --addr 10.9.0.2/24 10.9.0.1 80
}
exit $failed
