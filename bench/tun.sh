#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tun.sh - estab's servers and lwIP behind a TUN device, the kernel's TCP as
# their peer; tun/run.py does the work.
exec python3 "$(dirname "$0")/tun/run.py" "$@"
