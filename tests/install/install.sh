#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# install.sh - the library as others meet it: installed below a prefix, staged
# by DESTDIR, without the libraries that only its Linux rooms need, and as
# another project's Meson subproject.  test-timeout: 600
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0
export CC=gcc
unset DESTDIR PKG_CONFIG_PATH

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

# setup FOLDER OPTION... - configured to be compiled soon rather than well.
setup() {
	folder=$1
	shift
	meson setup "$folder" "$top" -Doptimization=0 -Ddebug=false \
		-Dtests=disabled -Dbench=disabled --libdir lib "$@"
}

says() {
	"$@" | grep -qx hello
}

# compile OUTPUT FLAG... - the example, by what pkg-config says.
compile() {
	output=$1
	shift
	# shellcheck disable=SC2046,SC2086 # lists
	gcc -std=c11 -Wall -Werror -o "$output" "$top/examples/hello.c" \
		$(pkg-config --cflags --libs $pkg_config_kind estab) "$@"
}

left_in() {
	[ -z "$(find "$1" -mindepth 1 2>/dev/null)" ]
}

# ---- All of it, below a prefix ---------------------------------------------

prefix=$dir/prefix
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
pkg_config_kind=
may "all of it is configured" setup all --prefix "$prefix"
may "all of it is installed" meson install -C all --quiet
may "a program outside finds the shared library" compile shared
may "and runs with it" says env LD_LIBRARY_PATH="$prefix/lib" ./shared
needed() {
	readelf -d "$1" | grep -q "NEEDED.*\\[$2\\]"
}
version=$(pkg-config --modversion estab)
may "by the name that belongs to its version" \
	needed shared "libestab.so.${version%.*}"
may "its names are those of its headers" \
	"$top/tools/checks/symbols" "$prefix/lib" "$prefix/include"

completes() {
	bash --norc -c ". '$1' && complete -p estab"
}
may "bash completes the installed program" \
	completes "$prefix/share/bash-completion/completions/estab.bash"
may "zsh finds how to" grep -q '^#compdef estab' \
	"$prefix/share/zsh/site-functions/_estab"

documents=$prefix/share/doc/estab
# The pages and headers name files as docs/NAME and examples/NAME.
names_what_is_there() {
	names=$(grep -rhoE '(docs|examples)/[a-z0-9.-]+\.(md|c|h)' \
		"$prefix/share/man" "$prefix/include" | sort -u)
	# shellcheck disable=SC2086 # a list
	[ -n "$names" ] && (cd "$documents" && ls -d $names)
}
may "every file that the manual names is installed" names_what_is_there
links_lead_somewhere() {
	# shellcheck disable=SC2046
	(cd "$documents" && ls -d $(grep -hoE '\]\([^):]*\)' README*.md |
		tr -d ']()'))
}
may "and every one that README links to" links_lead_somewhere
build_example() {
	# shellcheck disable=SC2046
	(cd "$documents/examples" && gcc -std=gnu11 -Wall -Werror \
		-o "$dir/server" server.c up.c \
		$(pkg-config --cflags --libs estab))
}
may "an installed example is compiled as libestab(3) says" build_example

cat >native.cc <<'TXT'
#include <estab/link.h>
#include <estab/sim.h>
#include <estab/trace.h>
int
main()
{
	estab_crypto crypto = estab_crypto_native();
	return crypto.siphash && estab_clock() > 0 ? 0 : 1;
}
TXT
native() {
	# shellcheck disable=SC2046
	g++ -std=c++11 -Wall -Werror -o native native.cc \
		$(pkg-config --cflags --libs estab) &&
		LD_LIBRARY_PATH=$prefix/lib ./native
}
may "a program in C++ includes, links and runs" native

# What the linker would take first is hidden: only the archive is left.
rm "$prefix"/lib/libestab.so*
pkg_config_kind=--static
may "a program outside finds the static library" compile static
may "and runs without any other" says ./static
is_alone() {
	! needed static 'libestab.*'
}
may "for which nothing of estab is loaded" is_alone
# static_of EXAMPLE FLAG... - linked without any shared library, nor pkg-config,
# which names libraries of devices that have no archive.
static_of() {
	example=$1
	shift
	gcc -std=gnu11 -static -o "$example" "$top/examples/$example.c" \
		-I"$prefix/include" -L"$prefix/lib" -lestab "$@"
}
may "what needs no library is linked with none" static_of many
may "what takes random bytes only, with libsodium" static_of pair -lsodium
may "and runs" says ./pair
cat >loop.c <<'TXT'
#include <estab/loop.h>
int
main(void)
{
	struct estab_loop *loop = NULL;

	return estab_loop_create(&loop, NULL, 0) == 0 &&
	    estab_loop_start(loop) == 0;
}
TXT
static_loop() {
	gcc -std=gnu11 -static -o loop loop.c -I"$prefix/include" \
		-L"$prefix/lib" -lestab -lsodium -pthread
}
may "a loop without our devices wants no libmnl" static_loop
(cd all && ninja uninstall) >uninstalled 2>&1
may "uninstalling leaves nothing" left_in "$prefix"

# ---- Staged ----------------------------------------------------------------

may "the prefix is changed" meson configure all --prefix /usr
may "it is staged" env DESTDIR="$dir/stage" meson install -C all --quiet
export PKG_CONFIG_SYSROOT_DIR=$dir/stage
export PKG_CONFIG_PATH=$dir/stage/usr/lib/pkgconfig
pkg_config_kind=
may "a program is compiled from the stage" compile staged
may "and runs from it" says env LD_LIBRARY_PATH="$dir/stage/usr/lib" ./staged
names_no_place() {
	! grep -rqF "$dir" "$dir/stage"
}
may "no file of the stage knows where it was built" names_no_place
unset PKG_CONFIG_SYSROOT_DIR

# ---- The core alone --------------------------------------------------------

prefix=$dir/core
may "without libsodium and libmnl it is configured" \
	env PKG_CONFIG_LIBDIR="$dir/nowhere" PKG_CONFIG_PATH= \
	meson setup alone "$top" -Doptimization=0 -Ddebug=false \
	--libdir lib --prefix "$prefix" -Ddefault_library=static
may "and installed" meson install -C alone --quiet
export PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig PKG_CONFIG_PATH=
may "a program is linked to it and nothing else" compile single -static
may "and runs" says ./single
has_no_devices() {
	[ ! -e "$prefix/include/estab/link.h" ] &&
		[ ! -e "$prefix/bin/estab" ]
}
may "the header of what is not there is not there" has_no_devices
may "the others declare what is" \
	"$top/tools/checks/symbols" "$prefix/lib" "$prefix/include"
unset PKG_CONFIG_LIBDIR
wants_link() {
	! env PKG_CONFIG_LIBDIR="$dir/nowhere" meson setup wanted "$top" \
		-Dlink=enabled
}
may "a room that is asked for must be had" wants_link

# ---- A subproject ----------------------------------------------------------

mkdir -p outer/subprojects
ln -s "$top" outer/subprojects/estab
cp "$top/examples/hello.c" outer/
cat >outer/meson.build <<'TXT'
project('outer', 'c', default_options: ['c_std=c11'])
estab = dependency('estab', fallback: 'estab')
executable('hello', 'hello.c', dependencies: estab)
TXT
may "as a subproject it is configured" meson setup outer-build outer \
	-Doptimization=0 -Ddebug=false --wrap-mode forcefallback
may "and built" ninja -C outer-build
may "and runs" says outer-build/hello
builds_no_tests() {
	! ninja -C outer-build -t targets all | grep -qE 'tests_|src/estab:'
}
may "and brings neither tests nor program" builds_no_tests
exit $failed
