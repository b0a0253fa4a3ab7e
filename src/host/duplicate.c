/* SPDX-License-Identifier: BSD-2-Clause
 *
 * duplicate.c - is an address of ours another host's too?
 *
 * Duplicate address detection (RFC 4862 5.4) for IPv6, and the same for IPv4
 * (RFC 5227 2.1 with fewer probes): config.address_probes questions, a second
 * each; who answers, or asks the same, has it.  Then all are told that it is
 * ours.  A claim that comes later is noted, and nothing else (RFC 5227 2.4 a
 * would give the address up; a stranger must not have that in his hand).
 */
#include "host/host.h"

#include "base/mem.h"

#define PROBE_NS ESTAB_SECOND /* RetransTimer */

/* Places in the IP headers. */
#define V4_FROM 12
#define V6_FROM 8

void
duplicate_record(struct estab_host *host, enum estab_reason reason,
    const struct estab_address *ours, const struct estab_address *neighbour,
    const uint8_t *mac)
{
	struct estab_trace *trace = host->tcp.config.trace;
	struct estab_record *record;

	if (!trace)
		return;
	record = trace_append(trace, ESTAB_RECORD_NEIGHBOUR, host->tcp.now);
	record->host = host->tcp.config.trace_id;
	record->reason = (uint16_t)reason;
	if (ours)
		record->local.address = *ours;
	if (neighbour)
		record->remote.address = *neighbour;
	if (mac)
		memcpy(record->mac, mac, ETHERNET_MAC);
}

static void
settle(struct estab_host *host, struct host_address *mine,
    enum estab_address_state state, const uint8_t *mac)
{
	mine->state = (uint8_t)state;
	gate_open(&host->tcp, GATE_ADDRESSES);
	duplicate_record(host,
	    state == ESTAB_ADDRESS_OURS ? ESTAB_REASON_ADDRESS_OURS :
	                                  ESTAB_REASON_ADDRESS_DUPLICATE,
	    &mine->address, NULL, mac);
}

void
duplicate_begin(struct estab_host *host, struct host_address *mine)
{
	mine->state = ESTAB_ADDRESS_OURS;
	if (!host->tcp.link[mine->link].ethernet ||
	    host->tcp.config.address_probes == 0)
		return;
	mine->state = ESTAB_ADDRESS_TENTATIVE;
	mine->tries = 0;
	mine->due = host->tcp.now;
	host->doubtful_count++;
}

void
duplicate_claimed(struct estab_host *host, struct host_address *mine,
    const uint8_t *mac)
{
	if (mine->state == ESTAB_ADDRESS_TENTATIVE) {
		count(&host->tcp, ESTAB_COUNT_AddressDuplicates);
		settle(host, mine, ESTAB_ADDRESS_DUPLICATE, mac);
	} else if (mine->state == ESTAB_ADDRESS_OURS) {
		count(&host->tcp, ESTAB_COUNT_AddressClaims);
		duplicate_record(host, ESTAB_REASON_ADDRESS_CLAIMED,
		    &mine->address, NULL, mac);
	}
}

bool
duplicate_stops(struct estab_host *host, const struct estab_frame *packet)
{
	const uint8_t *ip = packet->span[0].data;
	struct estab_address from = { { [10] = 0xff, [11] = 0xff } };

	if (ip[0] >> 4 == 4)
		memcpy(from.byte + 12, ip + V4_FROM, 4);
	else
		memcpy(from.byte, ip + V6_FROM, sizeof from.byte);
	if (address_is_ours(host, &from))
		return false;
	if (estab_address_state(host, &from) == ESTAB_ADDRESS_TENTATIVE &&
	    out_held(host, packet, GATE_ADDRESSES))
		return true;
	out_dropped(host, packet);
	if (estab_address_state(host, &from) == ESTAB_ADDRESS_DUPLICATE)
		out_undeliverable(host, packet, ESTAB_REASON_ADDRESS_DUPLICATE,
		    ESTAB_EDUPLICATE);
	return true;
}

static void
ask_or_take(struct estab_host *host, struct host_address *mine)
{
	if (mine->tries >= host->tcp.config.address_probes) {
		host->doubtful_count--;
		settle(host, mine, ESTAB_ADDRESS_OURS, NULL);
		solicit_announce(host, mine);
		return;
	}
	mine->due = host->tcp.now + PROBE_NS;
	if (solicit_probe(host, mine))
		mine->tries++;
}

void
duplicate_timeouts(struct estab_host *host)
{
	if (host->doubtful_count == 0)
		return;
	for (uint32_t i = 0; i < host->address_count; i++) {
		struct host_address *mine = &host->address[i];

		if (mine->state == ESTAB_ADDRESS_TENTATIVE &&
		    mine->due <= host->tcp.now)
			ask_or_take(host, mine);
	}
}

estab_time
duplicate_deadline(const struct estab_host *host)
{
	estab_time at = ESTAB_NEVER;

	if (host->doubtful_count == 0)
		return at;
	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *mine = &host->address[i];

		if (mine->state == ESTAB_ADDRESS_TENTATIVE && mine->due < at)
			at = mine->due;
	}
	return at;
}
