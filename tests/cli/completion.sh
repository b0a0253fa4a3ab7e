#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# completion.sh - what bash and zsh complete is what the commands take: the
# options of each --help, and no others.
set -u
estab=${ESTAB_DEBUG:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# check NAME - whether "$seen" is "$expected".
check() {
	if [ "$seen" = "$expected" ]; then
		echo "ok $1"
	else
		echo "expected: $expected"
		echo "seen:     $seen"
		echo "not ok $1"
		failed=1
	fi
}

# options - the options in a text of --help, one a line.
options() {
	sed '/^ *Mandatory/,$d' | grep -oE '(^ +|, )--?[a-z0-9?][a-z-]*' |
		grep -oE -- '--?[a-z0-9?][a-z-]*' | sort -u
}

"$estab" completion bash >"$dir/bash"
"$estab" completion zsh >"$dir/zsh"
# shellcheck disable=SC1091
. "$dir/bash"

# complete_words WORD... - what bash offers for the last of them.
complete_words() {
	# shellcheck disable=SC2034
	COMP_WORDS=(estab "$@") COMP_CWORD=$#
	_estab
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

commands=$("$estab" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' |
	grep -v '^help$' | grep -v '^estab$' | sort -u)
expected=$(printf '%s\n' $commands --help --version help | sort -u)
seen=$(complete_words "")
check "bash completes the commands"

expected="nc
nstat"
seen=$(complete_words n)
check "bash completes what was begun"

PATH=$(dirname "$estab"):$PATH
expected=$("$estab" lab --list | cut -d' ' -f1 | grep ^o7 | sort)
seen=$(complete_words lab o7)
check "bash completes the names of scenarios"
expected="bash
zsh"
seen=$(complete_words completion "" | grep -v ^-)
check "bash completes the shells"
expected="en
zh"
seen=$(complete_words lab --lang "")
check "bash completes the values of an option"
seen=$(complete_words lab --lang =)
check "bash completes the values behind an equals sign"
expected=zh
seen=$(complete_words lab --lang = z)
check "bash completes what was begun behind an equals sign"
expected=""
seen=$(complete_words nc --pcap "")
check "bash leaves the file of an option to itself"
expected=new
seen=$(complete_words keys cookies.keys n)
check "bash completes what is done to keys"
seen=$(grep -c -- "--lang=\[.*:(zh en)'" "$dir/zsh")
expected=1
check "zsh has the values of an option"
expected=all
seen=$(complete_words ss a)
check "bash completes whose connections"

bash_bad="" zsh_bad=""
for command in $commands; do
	expected=$("$estab" "$command" --help | options)
	seen=$( (complete_words "$command" --; complete_words "$command" -) |
		grep '^-' | sort -u)
	[ "$seen" = "$expected" ] ||
		bash_bad="$bash_bad $command: $(diff <(echo "$expected") \
			<(echo "$seen"))"
	seen=$(sed -n "/^\t$command) _arguments/,/;;\$/p" "$dir/zsh" |
		grep -oE "'--?[a-z0-9?][a-z-]*=?\[" | tr -d "'=[" | sort -u)
	[ "$seen" = "$expected" ] ||
		zsh_bad="$zsh_bad $command: $(diff <(echo "$expected") \
			<(echo "$seen"))"
done
expected=""
seen=$bash_bad
check "bash completes every option of every command, and no other"
seen=$zsh_bad
check "zsh completes every option of every command, and no other"

if command -v zsh >/dev/null; then
	expected=_estab
	# shellcheck disable=SC2016
	seen=$(HOME=$dir zsh -f -c 'autoload -U compinit && compinit -u -D &&
		. "$1" && echo $_comps[estab]' zsh "$dir/zsh" 2>&1)
	check "zsh takes the script"
	# What a person at a terminal sees after a tab.
	expected="estab lab o1-to-c6-a-whole-life"
	# shellcheck disable=SC2016
	seen=$(python3 - "$dir" <<'PY'
import os, pty, re, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ["HOME"] = sys.argv[1]
    os.environ["PS1"] = "> "
    os.execvp("zsh", ["zsh", "-f"])
def until(text, seconds=30):
    seen, end = "", time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            seen += os.read(fd, 65536).decode("utf-8", "replace")
    return seen
os.write(fd, b"autoload -U compinit; compinit -u -D; . $HOME/zsh; "
         b"echo rea''dy\n")
until("ready")
os.write(fd, b"estab lab o1-to\t")
seen = until("a-whole-life")
if "bad option" in seen:
    print(seen)
print("estab lab " + (re.findall(r"o1-to-c6-a-whole-life", re.sub(
    r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)) or ["none"])[0])
os.close(fd)
PY
)
	check "zsh completes the names of scenarios"
else
	echo "skip zsh takes the script: zsh is not installed"
fi

seen=$("$estab" completion fish 2>&1 >/dev/null | head -1; "$estab" \
	completion fish >/dev/null 2>&1; echo $?)
expected="estab completion: fish: bash or zsh is wanted
2"
check "another shell is wrong usage"
exit $failed
