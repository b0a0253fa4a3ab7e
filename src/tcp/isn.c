/* SPDX-License-Identifier: BSD-2-Clause
 *
 * isn.c - initial sequence numbers.  Of an active open (RFC 9293 3.4.1): a
 * clock of 4 microseconds plus a keyed hash of the connection's identity, so
 * that a stranger can foretell none and a pair used again goes on higher.  Of
 * a passive open: a cookie (cookie.c).  The origin of our time stamps is
 * keyed likewise (RFC 7323 5.4), by a key that stays.
 */
#include "base/mem.h"
#include "tcp/tcp.h"

#define CLOCK_SHIFT 12 /* 4.096 microseconds a number */

struct identity {
	struct tuple tuple;
	uint32_t label;
};

static uint32_t
keyed(const struct tcp *tcp, const uint8_t key[16], const struct tuple *tuple,
    uint32_t label)
{
	struct identity id;

	memset(&id, 0, sizeof id);
	id.tuple.local = tuple->local;
	id.tuple.remote = tuple->remote;
	id.tuple.local_port = tuple->local_port;
	id.tuple.remote_port = tuple->remote_port;
	id.label = label;
	return (uint32_t)tcp->config.crypto.siphash(key, &id, sizeof id);
}

static bool
chosen(const struct tcp *tcp, const struct tuple *tuple, bool passive,
    uint32_t *iss)
{
	const struct estab_endpoint local = { tuple->local, tuple->local_port };
	const struct estab_endpoint remote = { tuple->remote,
		tuple->remote_port };

	return tcp->config.choose_iss &&
	    tcp->config.choose_iss(tcp->config.choose_iss_context, &local,
	        &remote, passive, iss);
}

uint32_t
isn_active(const struct tcp *tcp, const struct tuple *tuple)
{
	uint32_t iss;

	if (chosen(tcp, tuple, false, &iss))
		return iss;
	return (uint32_t)(tcp->now >> CLOCK_SHIFT) +
	    keyed(tcp, tcp->iss_key, tuple, 0);
}

uint32_t
isn_passive(const struct tcp *tcp, const struct tuple *tuple, uint32_t irs,
    const struct offer *offer)
{
	uint32_t iss;

	if (chosen(tcp, tuple, true, &iss))
		return iss;
	return cookie_make(tcp, tuple, irs, offer);
}

/* Machines that share keys show one clock: that of the wall. */
uint32_t
isn_ts_offset(const struct tcp *tcp, const struct tuple *tuple)
{
	const struct estab_cookie_keys *keys = tcp->config.cookie_keys;

	if (tcp->config.timestamps <= 0)
		return 0;
	return (uint32_t)(tcp->config.wall_ns / ESTAB_MS) +
	    keyed(tcp, keys ? keys->stamp : tcp->ts_key, tuple, 0);
}
