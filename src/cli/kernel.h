/* SPDX-License-Identifier: BSD-2-Clause
 *
 * kernel.h - the part of the tour that has the Linux kernel as peer.
 */
#ifndef CLI_KERNEL_H
#define CLI_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

/* Enter a network namespace of our own, as root or as its own little root.
 * False: why, and what would help. */
bool kernel_permitted(char *why, size_t room);

/* curl fetches 64 MiB from estab nc -l.  Returns the exit status. */
int kernel_tour(void);

#endif
