#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# battery.sh - every row of docs/battery.md is tested, or waits for what is not
# there yet.
cd "$(dirname "$0")/../.." || exit 1
if tools/battery check; then
	echo "ok every_row_is_tested_or_waits"
else
	echo "not ok every_row_is_tested_or_waits"
	exit 1
fi
