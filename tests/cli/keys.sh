#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# keys.sh - estab keys: a file through its life, who may read it, and that no
# key is ever printed.  Needs no privilege.
set -u
estab=${ESTAB_DEBUG:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
file=$dir/cookie.keys
umask 022

is() { # NAME, and whether the command after it succeeds
	name=$1
	shift
	if "$@"; then echo "ok $name"; else
		cat "$dir/out" "$dir/err" 2>/dev/null
		echo "not ok $name"
		failed=1
	fi
}

# keys STATUS ACTION... - whether that ends so; all it printed is kept.
keys() {
	wanted=$1
	shift
	"$estab" keys "$file" "$@" >"$dir/out" 2>"$dir/err"
	seen=$?
	cat "$dir/out" "$dir/err" >>"$dir/printed"
	[ -e "$file" ] && sed -n 's/.* //p' "$file" >>"$dir/secret"
	[ "$seen" = "$wanted" ]
}

uses() { [ "$(sed 's/ .*//' "$file" | tr '\n' ' ')" = "$1" ]; }
says() { grep -q -- "$1" "$dir/err"; }
key() { sed -n "s/^$1 //p" "$file"; }
mode() { [ "$(stat -c %a "$file")" = "$1" ]; }
alone() { [ "$(ls "$dir" | grep -c '^cookie')" = 1 ]; }

is "a new file" keys 0 new --shared
is "is its owner's alone" mode 600
is "holds a stamp and one key" uses "shared stamp sign "
is "a second is not made over it" keys 1 new
is "and says so" says "there is a file already"
is "two draws differ" [ "$(key stamp)" != "$(key sign)" ]
old=$(key sign) stamp=$(key stamp)
is "one key cannot be promoted" keys 1 promote
is "nor the only one removed" keys 1 remove
is "a key is added to verify" keys 0 add
is "beside the other" uses "shared stamp sign verify "
is "which signs as before" [ "$(key sign)" = "$old" ]
new=$(key verify)
is "a third has no place" keys 1 add
is "two are exchanged" keys 0 promote
is "the new one signs" [ "$(key sign)" = "$new" ]
is "the old one verifies" [ "$(key verify)" = "$old" ]
is "the old one is removed" keys 0 remove
is "and gone" uses "shared stamp sign "
is "the new one signs still" [ "$(key sign)" = "$new" ]
is "the stamp never changed" [ "$(key stamp)" = "$stamp" ]
is "its mode neither" mode 600
is "fingerprints are shown" keys 0 show
is "a line a key" [ "$(wc -l <"$dir/out")" = 3 ]
before=$(cat "$dir/out")
keys 0 add
keys 0 show
is "of the same key the same" [ "$(grep -v verify "$dir/out")" = "$before" ]
is "nothing lies about" alone
is "no key was printed" \
	[ "$(sort -u "$dir/secret" | grep -c -i -F -f - "$dir/printed")" = 0 ]
is "there were some to look for" [ "$(sort -u "$dir/secret" | wc -l)" -ge 4 ]

for bits in 640 604 620; do
	chmod $bits "$file"
	is "mode $bits is refused" keys 1 show
	is "and what to do is said" says "chmod 600"
done
chmod 600 "$file"
ln -s cookie.keys "$dir/link"
is "through a symbolic link" "$estab" keys "$dir/link" promote
is "the link stays one" test -L "$dir/link"
cp "$file" "$dir/kept"
is "a descriptor" sh -c '"$0" keys fd:3 show 3<"$1" >/dev/null' \
	"$estab" "$file"
is "a pipe" sh -c 'cat "$1" | "$0" keys fd:0 show >/dev/null' \
	"$estab" "$file"

echo sign 00 >"$file"
is "what is no file of keys is none" keys 1 add
is "and is told" says "no file of cookie keys"
is "and stays" [ "$(cat "$file")" = "sign 00" ]
rm "$file"
is "a file that is not there" keys 1 show
file=$dir/nowhere/cookie.keys
is "a folder that is not there" keys 1 new
is "is named" says "nowhere/cookie.keys: No such file"
is "no action" keys 2
is "a word that is none" keys 2 promot
is "the nearest is named" says "did you mean promote"
is "too many words" keys 2 add add
is "--shared is for new" keys 2 add --shared
exit $failed
