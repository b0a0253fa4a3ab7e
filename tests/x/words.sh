#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# words.sh - ./x answers words it knows and words it does not.
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# expect NAME EXIT PATTERN COMMAND... - what it exits with, and says.
expect() {
	name=$1 code=$2 pattern=$3
	shift 3
	"$@" >"$folder/said" 2>&1
	got=$?
	if [ $got = "$code" ] && grep -q -- "$pattern" "$folder/said"; then
		echo "ok $name"
	else
		echo "exit code $got, said:"
		cat "$folder/said"
		echo "not ok $name"
	fi
}

expect help_lists_the_words 0 '^  test \[FILTER' ./x help
expect no_word_is_help 0 '^  check \[NAME' ./x
expect a_word_mistyped_suggests_the_nearest 2 "mean 'check'" ./x chekc
expect an_unknown_word_is_an_error 2 "no word 'frobnicate'" ./x frobnicate
expect an_unknown_check_is_an_error 2 "no check 'nonsense'" \
	tools/check nonsense
expect checks_are_listed 0 '^seq .*seq.h' tools/check --list
expect a_filter_that_matches_nothing_is_an_error 2 'no test is named so' \
	tools/run-tests "$folder" no-such-test
expect an_unknown_flavour_is_an_error 2 'no flavour' tools/build nonsense

# Missing packages: without root and sudo the exact command is printed.
mkdir "$folder/bin"
for tool in sh dirname id grep cat; do
	ln -s "$(command -v $tool)" "$folder/bin/$tool"
done
printf '#!/bin/sh\nexit 1\n' >"$folder/bin/dpkg-query"
printf '#!/bin/sh\necho 1000\n' >"$folder/bin/id.new"
rm "$folder/bin/id"
mv "$folder/bin/id.new" "$folder/bin/id"
chmod +x "$folder/bin/id" "$folder/bin/dpkg-query"
expect who_may_not_install_is_told_the_command 1 \
	'^apt-get update && apt-get install .* gcc .*meson' \
	env PATH="$folder/bin" ESTAB_BUILD="$folder/b" ./x build
