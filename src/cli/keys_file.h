/* SPDX-License-Identifier: BSD-2-Clause
 *
 * keys_file.h - a file of cookie keys, which is its owner's alone.
 */
#ifndef CLI_KEYS_FILE_H
#define CLI_KEYS_FILE_H

#include <estab/link.h>

#include <stdbool.h>

/* Read the keys of name: a path, or fd:N, a descriptor that was handed down.
 * A regular file that others may read is refused.  False: it has said why,
 * and *keys is as before. */
bool keys_file_read(const char *speaker, const char *name,
    struct estab_cookie_keys *keys);

/* Write them to path, whole or not at all: who reads meanwhile sees the old
 * keys or the new ones.  fresh: nothing may be there.  False: it has said why,
 * and what was there is there still. */
bool keys_file_write(const char *speaker, const char *path,
    const struct estab_cookie_keys *keys, bool fresh);

#endif
