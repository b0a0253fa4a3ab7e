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
#include "wire/bytes.h"

#define CLOCK_SHIFT 12 /* 4.096 microseconds a number */

static uint32_t
put_address(uint8_t *at, const struct estab_address *address)
{
	const uint32_t skip = ip_is_v4(address) ? 12 : 0;

	memcpy(at, address->byte + skip, 16 - skip);
	return 16 - skip;
}

uint32_t
isn_identity(const struct tuple *tuple, uint32_t irs,
    uint8_t who[IDENTITY_MAX + 4])
{
	uint32_t n = put_address(who, &tuple->remote);

	n += put_address(who + n, &tuple->local);
	put16(who + n, tuple->remote_port);
	put16(who + n + 2, tuple->local_port);
	put32(who + n + 4, irs);
	return n + 4;
}

uint32_t
isn_keyed(const struct tcp *tcp, const uint8_t key[16],
    const struct identity *id)
{
	return (uint32_t)tcp->config.crypto.siphash(key, id->who, id->n);
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
	uint8_t who[IDENTITY_MAX + 4];
	const struct identity id = { who, isn_identity(tuple, 0, who) };
	uint32_t iss;

	if (chosen(tcp, tuple, false, &iss))
		return iss;
	return (uint32_t)(tcp->now >> CLOCK_SHIFT) +
	    isn_keyed(tcp, tcp->iss_key, &id);
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

const uint8_t *
isn_stamp_key(const struct tcp *tcp)
{
	const struct estab_cookie_keys *keys = tcp->config.cookie_keys;

	return keys ? keys->stamp : tcp->ts_key;
}

/* Machines that share keys show one clock: that of the wall. */
uint32_t
isn_ts_origin(const struct tcp *tcp)
{
	return (uint32_t)(tcp->config.wall_ns / ESTAB_MS);
}

uint32_t
isn_ts_offset(const struct tcp *tcp, const struct tuple *tuple)
{
	uint8_t who[IDENTITY_MAX + 4];
	const struct identity id = { who, isn_identity(tuple, 0, who) };

	if (tcp->config.timestamps <= 0)
		return 0;
	return isn_ts_origin(tcp) + isn_keyed(tcp, isn_stamp_key(tcp), &id);
}
