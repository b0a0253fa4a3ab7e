/* SPDX-License-Identifier: BSD-2-Clause
 *
 * namespace.h - a network namespace for this process and its children.
 */
#ifndef CLI_NAMESPACE_H
#define CLI_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>

/* Enter a new one, in which TUN devices can be made: as root, or as root of a
 * user namespace.  It has no name and ends with the last of its processes.
 * False: why, and what would help. */
bool namespace_enter(char *why, size_t room);

#endif
