/* SPDX-License-Identifier: BSD-2-Clause
 *
 * mem.h - the four functions the core is linked with, declared here because
 * the core includes no libc header.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
