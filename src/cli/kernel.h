/* SPDX-License-Identifier: BSD-2-Clause
 *
 * kernel.h - the part of the tour that has the Linux kernel as peer.
 */
#ifndef CLI_KERNEL_H
#define CLI_KERNEL_H

/* curl fetches 64 MiB from estab nc -l, in this network namespace.  Returns
 * the exit status. */
int kernel_tour(void);

#endif
