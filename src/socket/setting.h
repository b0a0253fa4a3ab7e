/* SPDX-License-Identifier: BSD-2-Clause
 *
 * setting.h - options whose value is one number: kept with the socket, and
 * put upon its connection as soon as there is one.
 */
#ifndef SOCKET_SETTING_H
#define SOCKET_SETTING_H

#include <estab/estab.h>

#include <sys/time.h>

enum setting {
	SETTING_REUSEADDR,
	SETTING_KEEPALIVE,
	SETTING_OOBINLINE,
	SETTING_SNDBUF,
	SETTING_RCVBUF,
	SETTING_NODELAY,
	SETTING_CORK,
	SETTING_QUICKACK,
	SETTING_MAXSEG,
	SETTING_LINGER2,
	SETTING_KEEPIDLE,
	SETTING_KEEPINTVL,
	SETTING_KEEPCNT,
	SETTING_USER_TIMEOUT,
	SETTING_DEFER_ACCEPT,
	SETTING_TTL,
	SETTING_TOS,
	SETTING_V6ONLY,
	SETTING_COUNT,
};

struct settings {
	uint32_t chosen; /* a bit each: the program has set it */
	int32_t value[SETTING_COUNT];
	bool linger;
	int32_t linger_s;
	struct timeval receive_wait, send_wait; /* 0: for ever */
};

/* The setting of a level and name, or -1. */
int setting_find(int level, int name);

/* What a value of the program's becomes: clamped, or -1 with EINVAL. */
int setting_check(enum setting setting, int32_t *value);

/* Put a chosen one, or all, upon a connection.  Returns 0 or ESTAB_E... */
int setting_apply(const struct settings *settings, enum setting setting,
    struct estab_host *host, estab_conn conn);
void setting_apply_all(const struct settings *settings, struct estab_host *host,
    estab_conn conn);

/* What getsockopt says: of the connection, if there is one (else conn 0). */
int32_t setting_value(const struct settings *settings, enum setting setting,
    const struct estab_host *host, estab_conn conn);

#endif
