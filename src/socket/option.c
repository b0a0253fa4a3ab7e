/* SPDX-License-Identifier: BSD-2-Clause
 *
 * option.c - setsockopt and getsockopt.
 */
#include "socket/option.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define MSS_DEFAULT 536
#define CONTROL "reno" /* NewReno by the name Linux gives it */

/* ---- set ---------------------------------------------------------------- */

static int
set_linger(struct socket *k, const void *value, socklen_t length)
{
	struct linger linger;

	if (length < sizeof linger)
		return sockets_fail(EINVAL);
	memcpy(&linger, value, sizeof linger);
	k->settings.linger = linger.l_onoff != 0;
	k->settings.linger_s = linger.l_linger > 0 ? linger.l_linger : 0;
	return 0;
}

static int
set_wait(struct timeval *wait, const void *value, socklen_t length)
{
	struct timeval asked;

	if (length < sizeof asked)
		return sockets_fail(EINVAL);
	memcpy(&asked, value, sizeof asked);
	if (asked.tv_usec < 0 || asked.tv_usec >= 1000000)
		return sockets_fail(EDOM);
	if (asked.tv_sec < 0) /* as Linux: wait not at all */
		asked = (struct timeval){ 0, 1 };
	*wait = asked;
	return 0;
}

static int
set_control(const void *value, socklen_t length)
{
	char name[16] = "";

	if (length < 1)
		return sockets_fail(EINVAL);
	memcpy(name, value,
	    length < sizeof name - 1 ? length : sizeof name - 1);
	return strcmp(name, CONTROL) == 0 ? 0 : sockets_fail(ENOENT);
}

/* What cannot be changed any more. */
static bool
is_late(const struct socket *k, enum setting setting)
{
	return setting == SETTING_V6ONLY &&
	    (k->bound || k->state != SOCKET_FRESH);
}

/* Linux pushes what a cork holds when the delay is switched off. */
static void
push(struct estab_sockets *sockets, const struct socket *k)
{
	if (!k->settings.value[SETTING_CORK] ||
	    !k->settings.value[SETTING_NODELAY])
		return;
	(void)estab_set(sockets->host, k->conn, ESTAB_CORK, 0);
}

static int
set_number(struct estab_sockets *sockets, struct socket *k,
    enum setting setting, int32_t value)
{
	const struct settings before = k->settings;
	int error;

	if (setting_check(setting, &value) < 0)
		return -1;
	if (is_late(k, setting))
		return sockets_fail(EINVAL);
	k->settings.value[setting] = value;
	k->settings.chosen |= 1u << setting;
	k->binding.reuse = k->settings.value[SETTING_REUSEADDR] != 0;
	if (!k->conn)
		return 0;
	error = setting_apply(&k->settings, setting, sockets->host, k->conn);
	if (error) {
		k->settings = before;
		return sockets_errno(error);
	}
	if (setting == SETTING_NODELAY)
		push(sockets, k);
	return 0;
}

int
estab_socket_setsockopt(struct estab_sockets *sockets, int fd, int level,
    int name, const void *value, socklen_t length)
{
	struct socket *k = sockets_find(sockets, fd);
	const int setting = setting_find(level, name);
	int32_t number;

	if (!k)
		return -1;
	if (!value)
		return sockets_fail(EFAULT);
	if (level == SOL_SOCKET && name == SO_LINGER)
		return set_linger(k, value, length);
	if (level == SOL_SOCKET && name == SO_RCVTIMEO)
		return set_wait(&k->settings.receive_wait, value, length);
	if (level == SOL_SOCKET && name == SO_SNDTIMEO)
		return set_wait(&k->settings.send_wait, value, length);
	if (level == IPPROTO_TCP && name == TCP_CONGESTION)
		return set_control(value, length);
	if (setting < 0 || (level == IPPROTO_IPV6 && k->family != AF_INET6))
		return sockets_fail(ENOPROTOOPT);
	if (level == IPPROTO_IP && length >= 1 && length < sizeof number) {
		number = *(const uint8_t *)value; /* BSD's one byte */
	} else {
		if (length < sizeof number)
			return sockets_fail(EINVAL);
		memcpy(&number, value, sizeof number);
	}
	return set_number(sockets, k, (enum setting)setting, number);
}

/* ---- get ---------------------------------------------------------------- */

static int
give(void *to, socklen_t *length, const void *value, size_t bytes)
{
	if (*length > INT32_MAX)
		return sockets_fail(EINVAL);
	if (*length > bytes)
		*length = (socklen_t)bytes;
	memcpy(to, value, *length);
	return 0;
}

/* Numbers that are read only; false: no such option. */
static bool
get_number(struct estab_sockets *sockets, struct socket *k, int name,
    int32_t *value)
{
	switch (name) {
	case SO_ERROR:
		(void)sockets_look(sockets, k);
		*value = sockets_take_error(k);
		return true;
	case SO_TYPE:
		*value = SOCK_STREAM;
		return true;
	case SO_PROTOCOL:
		*value = IPPROTO_TCP;
		return true;
	case SO_DOMAIN:
		*value = k->family;
		return true;
	case SO_ACCEPTCONN:
		*value = k->state == SOCKET_LISTENING;
		return true;
	default:
		return false;
	}
}

static int
get_info(struct estab_sockets *sockets, const struct socket *k, void *value,
    socklen_t *length)
{
	struct estab_status status;
	unsigned char info[INFO_BYTES];

	if (!k->conn || estab_status(sockets->host, k->conn, &status) != 0)
		memset(&status, 0, sizeof status);
	return give(value, length, info, info_fill(info, &status));
}

static int
get_structure(struct estab_sockets *sockets, const struct socket *k, int level,
    int name, void *value, socklen_t *length)
{
	const struct linger linger = { k->settings.linger,
		k->settings.linger_s };
	const char control[16] = CONTROL;

	if (level == SOL_SOCKET && name == SO_LINGER)
		return give(value, length, &linger, sizeof linger);
	if (level == SOL_SOCKET && name == SO_RCVTIMEO)
		return give(value, length, &k->settings.receive_wait,
		    sizeof k->settings.receive_wait);
	if (level == SOL_SOCKET && name == SO_SNDTIMEO)
		return give(value, length, &k->settings.send_wait,
		    sizeof k->settings.send_wait);
	if (level == IPPROTO_TCP && name == TCP_CONGESTION)
		return give(value, length, control, sizeof control);
	if (level == IPPROTO_TCP && name == TCP_INFO)
		return get_info(sockets, k, value, length);
	return sockets_fail(ENOPROTOOPT);
}

/* TCP_MAXSEG is what a segment carries: once it is open, of the connection;
 * before that what was asked for, or what every host takes (RFC 9293 3.7.1). */
static int32_t
number_of(const struct estab_sockets *sockets, const struct socket *k,
    enum setting setting)
{
	struct estab_status status;

	if (setting == SETTING_MAXSEG && k->conn &&
	    k->state != SOCKET_LISTENING &&
	    estab_status(sockets->host, k->conn, &status) == 0)
		return (int32_t)status.mss;
	if (setting == SETTING_MAXSEG && k->settings.value[setting] == 0)
		return MSS_DEFAULT;
	return setting_value(&k->settings, setting, sockets->host, k->conn);
}

int
estab_socket_getsockopt(struct estab_sockets *sockets, int fd, int level,
    int name, void *value, socklen_t *length)
{
	struct socket *k = sockets_find(sockets, fd);
	const int setting = setting_find(level, name);
	int32_t number;

	if (!k)
		return -1;
	if (!value || !length)
		return sockets_fail(EFAULT);
	if (setting >= 0 && (level != IPPROTO_IPV6 || k->family == AF_INET6))
		number = number_of(sockets, k, (enum setting)setting);
	else if (level != SOL_SOCKET || !get_number(sockets, k, name, &number))
		return get_structure(sockets, k, level, name, value, length);
	return give(value, length, &number, sizeof number);
}
