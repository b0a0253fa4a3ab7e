#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# rootless.sh - the tour as nobody, who has no TUN device.
# test-timeout: 120
exec "$(dirname "$0")/../net/tour.sh" nobody
