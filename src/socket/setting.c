/* SPDX-License-Identifier: BSD-2-Clause
 *
 * setting.c - options whose value is one number.
 */
#include "socket/setting.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define NONE ESTAB_OPTION_COUNT /* the socket's alone */
#define FLAG INT32_MIN          /* least: any number, of which 0 is off */
#define BYTES_MAX (1 << 29)

/* How a setting's number becomes the connection's: times unit.  A value
 * outside is EINVAL, or where clamped, the nearest inside. */
static const struct row {
	int level, name;
	enum estab_option option;
	int32_t least, most;
	int32_t unit;
	bool clamped;
} rows[SETTING_COUNT] = {
	[SETTING_REUSEADDR] = { SOL_SOCKET, SO_REUSEADDR, ESTAB_REUSE, FLAG },
	[SETTING_KEEPALIVE] = { SOL_SOCKET, SO_KEEPALIVE, ESTAB_KEEPALIVE,
	    FLAG },
	[SETTING_OOBINLINE] = { SOL_SOCKET, SO_OOBINLINE, NONE, FLAG },
	[SETTING_SNDBUF] = { SOL_SOCKET, SO_SNDBUF, ESTAB_SEND_BYTES, 4608,
	    BYTES_MAX, 1, true },
	[SETTING_RCVBUF] = { SOL_SOCKET, SO_RCVBUF, ESTAB_RECEIVE_BYTES, 2304,
	    BYTES_MAX, 1, true },
	[SETTING_NODELAY] = { IPPROTO_TCP, TCP_NODELAY, ESTAB_NODELAY, FLAG },
	[SETTING_CORK] = { IPPROTO_TCP, TCP_CORK, ESTAB_CORK, FLAG },
	[SETTING_QUICKACK] = { IPPROTO_TCP, TCP_QUICKACK, ESTAB_ACK_POLICY,
	    FLAG },
	[SETTING_MAXSEG] = { IPPROTO_TCP, TCP_MAXSEG, ESTAB_MSS, 88, 32767, 1 },
	[SETTING_LINGER2] = { IPPROTO_TCP, TCP_LINGER2, ESTAB_FIN_WAIT_2_NS,
	    INT32_MIN, 120, ESTAB_SECOND, true },
	[SETTING_KEEPIDLE] = { IPPROTO_TCP, TCP_KEEPIDLE,
	    ESTAB_KEEPALIVE_IDLE_NS, 1, 32767, ESTAB_SECOND },
	[SETTING_KEEPINTVL] = { IPPROTO_TCP, TCP_KEEPINTVL,
	    ESTAB_KEEPALIVE_INTERVAL_NS, 1, 32767, ESTAB_SECOND },
	[SETTING_KEEPCNT] = { IPPROTO_TCP, TCP_KEEPCNT, ESTAB_KEEPALIVE_PROBES,
	    1, 127, 1 },
	[SETTING_USER_TIMEOUT] = { IPPROTO_TCP, TCP_USER_TIMEOUT,
	    ESTAB_USER_TIMEOUT_NS, 0, INT32_MAX, ESTAB_MS },
	[SETTING_DEFER_ACCEPT] = { IPPROTO_TCP, TCP_DEFER_ACCEPT,
	    ESTAB_DEFER_ACCEPT_NS, INT32_MIN, INT32_MAX, ESTAB_SECOND },
	[SETTING_TTL] = { IPPROTO_IP, IP_TTL, ESTAB_TTL, 1, 255, 1 },
	[SETTING_TOS] = { IPPROTO_IP, IP_TOS, ESTAB_TOS, INT32_MIN, INT32_MAX,
	    1 },
	[SETTING_V6ONLY] = { IPPROTO_IPV6, IPV6_V6ONLY, ESTAB_V6ONLY, FLAG },
};

int
setting_find(int level, int name)
{
	/* What IPv6 calls by a name of its own. */
	if (level == IPPROTO_IPV6 && name == IPV6_UNICAST_HOPS)
		return SETTING_TTL;
	if (level == IPPROTO_IPV6 && name == IPV6_TCLASS)
		return SETTING_TOS;
	for (int i = 0; i < SETTING_COUNT; i++)
		if (rows[i].level == level && rows[i].name == name)
			return i;
	return -1;
}

static bool
is_flag(const struct row *row)
{
	return row->unit == 0;
}

int
setting_check(enum setting setting, int32_t *value)
{
	const struct row *row = &rows[setting];

	if (is_flag(row)) {
		*value = *value != 0;
		return 0;
	}
	if (setting == SETTING_TOS) { /* the ECN bits are ours */
		*value &= 0xfc;
		return 0;
	}
	/* 0 takes a limit back; so does -1 of what IP has. */
	if ((setting == SETTING_MAXSEG && *value == 0) ||
	    (setting == SETTING_TTL && *value == -1)) {
		*value = 0;
		return 0;
	}
	/* A size below nothing is, without a sign, more than there is. */
	if ((setting == SETTING_SNDBUF || setting == SETTING_RCVBUF) &&
	    *value < 0)
		*value = row->most;
	if (row->clamped && *value < row->least)
		*value = row->least;
	if (row->clamped && *value > row->most)
		*value = row->most;
	if (*value >= row->least && *value <= row->most)
		return 0;
	errno = EINVAL;
	return -1;
}

int
setting_apply(const struct settings *settings, enum setting setting,
    struct estab_host *host, estab_conn conn)
{
	const struct row *row = &rows[setting];
	int64_t value = settings->value[setting];

	if (row->option == NONE || !(settings->chosen >> setting & 1))
		return 0;
	if (value == 0 && (setting == SETTING_MAXSEG || setting == SETTING_TTL))
		return 0;
	if (setting == SETTING_QUICKACK)
		value = value ? ESTAB_ACK_EVERY : ESTAB_ACK_SECOND;
	else if (setting == SETTING_DEFER_ACCEPT && value <= 0)
		value = ESTAB_OFF;
	else if (setting == SETTING_LINGER2 && value < 0)
		value = 1; /* as good as nothing: a nanosecond */
	else if (!is_flag(row))
		value *= row->unit;
	return estab_set(host, conn, row->option, value);
}

void
setting_apply_all(const struct settings *settings, struct estab_host *host,
    estab_conn conn)
{
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		(void)setting_apply(settings, i, host, conn);
}

/* Rounded up, as Linux gives a period it keeps in time-outs. */
static int32_t
in_unit(const struct row *row, int64_t value)
{
	if (value == ESTAB_OFF)
		return 0;
	return (int32_t)((value + row->unit - 1) / row->unit);
}

int32_t
setting_value(const struct settings *settings, enum setting setting,
    const struct estab_host *host, estab_conn conn)
{
	const struct row *row = &rows[setting];
	const bool chosen = settings->chosen >> setting & 1;
	int64_t value;

	/* What the connection may know better: limits that were rounded,
	 * defaults of the host. */
	if (conn == 0 || row->option == NONE || is_flag(row) ||
	    (chosen && setting != SETTING_DEFER_ACCEPT) ||
	    setting == SETTING_USER_TIMEOUT ||
	    estab_get(host, conn, row->option, &value) != 0)
		return settings->value[setting];
	return in_unit(row, value);
}
