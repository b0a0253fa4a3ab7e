/* SPDX-License-Identifier: BSD-2-Clause
 *
 * neighbour.c - the neighbours on our Ethernet links and what is known of
 * them (RFC 4861 7.2 and 7.3, for IPv4 as well).
 *
 *     INCOMPLETE  all are asked, three times, a second each; one packet waits
 *     REACHABLE   it answered, or a connection through it made progress, in
 *                 the last 15 to 45 s
 *     STALE       it may have moved; the next packet to it makes it ...
 *     DELAY       ... in doubt: 5 s for a connection to make progress
 *     PROBE       it alone is asked, three times, a second each; then all are
 *     FAILED      nobody answered; what is sent to it is undeliverable, and
 *                 after 3 s asks anew
 *     STATIC      given by hand
 *
 * Two rules keep strangers from steering us, beyond the RFC
 * (docs/deviations.md): only what we asked for changes the MAC of a neighbour
 * that we have used, and a claim to the contrary makes us ask the known one;
 * and strangers that ask for us displace nobody but each other.
 */
#include "host/host.h"

#include "base/mem.h"
#include "wire/frame.h"

#define TRIES_MAX 3u                /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_ */
#define RETRANSMIT_NS ESTAB_SECOND  /* RETRANS_TIMER */
#define DELAY_NS (5 * ESTAB_SECOND) /* DELAY_FIRST_PROBE_TIME */
#define REACHABLE_NS (30 * ESTAB_SECOND) /* times 0.5 to 1.5, by chance */
#define FAILED_NS (3 * ESTAB_SECOND)

/* ---- States ---- */

static void
tell(struct estab_host *host, const struct neighbour *n,
    enum estab_reason reason)
{
	duplicate_record(host, reason, NULL, &n->address, n->mac);
}

/* Ask all, or it alone, once more. */
static void
ask(struct estab_host *host, struct neighbour *n)
{
	const bool alone = n->state == ESTAB_NEIGHBOUR_PROBE;

	n->tries++;
	n->due = host->tcp.now + RETRANSMIT_NS;
	neighbour_enter(host, n, (enum estab_neighbour_state)n->state,
	    alone ? NEIGHBOUR_PROBED : NEIGHBOUR_ASKED);
	tell(host, n,
	    alone ? ESTAB_REASON_NEIGHBOUR_PROBED :
	            ESTAB_REASON_NEIGHBOUR_ASKED);
	solicit_ask(host, n->on_link, &n->address, alone ? n->mac : NULL);
}

static void
begin_asking(struct estab_host *host, struct neighbour *n)
{
	memset(n->mac, 0, sizeof n->mac);
	n->state = ESTAB_NEIGHBOUR_INCOMPLETE;
	n->tries = 0;
	ask(host, n);
}

static void
begin_probing(struct estab_host *host, struct neighbour *n)
{
	n->state = ESTAB_NEIGHBOUR_PROBE;
	n->tries = 0;
	ask(host, n);
}

static void
reachable(struct estab_host *host, struct neighbour *n,
    enum estab_reason reason)
{
	const uint64_t chance = tcp_draw(&host->tcp) >> 32;

	n->due = host->tcp.now + REACHABLE_NS / 2 +
	    (int64_t)(chance * (uint64_t)REACHABLE_NS >> 32);
	neighbour_enter(host, n, ESTAB_NEIGHBOUR_REACHABLE, NEIGHBOUR_IDLE);
	tell(host, n, reason);
}

void
neighbour_release(struct estab_host *host, struct neighbour *n)
{
	gate_open(&host->tcp, neighbour_gate(host, n));
	if (!n->waiting)
		return;
	pending_unhold(host, n->waiting);
	pending_push_to(host, n->waiting, n->mac,
	    ip_is_v4(&n->address) ? ETHERNET_V4 : ETHERNET_V6);
	n->waiting = 0;
}

static void
undeliverable(struct estab_host *host, const struct estab_frame *packet)
{
	out_dropped(host, packet);
	out_undeliverable(host, packet, ESTAB_REASON_NEIGHBOUR_FAILED,
	    ESTAB_EHOSTUNREACH);
}

/* Connections that wait try again, and hear of it then. */
static void
fail(struct estab_host *host, struct neighbour *n)
{
	count(&host->tcp, ESTAB_COUNT_NeighbourFails);
	n->due = host->tcp.now + FAILED_NS;
	neighbour_drop_waiting(host, n);
	neighbour_enter(host, n, ESTAB_NEIGHBOUR_FAILED, NEIGHBOUR_STRANGERS);
	tell(host, n, ESTAB_REASON_NEIGHBOUR_FAILED);
	gate_open(&host->tcp, neighbour_gate(host, n));
}

/* Of all that wait the oldest gives way: SYNs forged from addresses where
 * nobody is would take all places for three seconds, and who is there answers
 * at once. */
static struct pending *
new_waiting(struct estab_host *host, uint8_t link, uint32_t *ref)
{
	struct pending *p = pending_new(host, link, PENDING_WAITS, ref);
	const struct pending *oldest =
	    arena_at(&host->tcp.arena, host->pending_held.head);

	if (p || !host->pending_held.head)
		return p;
	neighbour_drop_waiting(host,
	    neighbour_at(&host->tcp.arena, oldest->neighbour));
	return pending_new(host, link, PENDING_WAITS, ref);
}

/* Keep a packet until the answer comes; the newest one is kept (7.2.2), unless
 * it is of a connection, which keeps it itself. */
static void
wait(struct estab_host *host, struct neighbour *n,
    const struct estab_frame *packet)
{
	struct pending *p;

	if (out_held(host, packet, neighbour_gate(host, n)))
		return;
	neighbour_drop_waiting(host, n);
	p = estab_frame_bytes(packet) <= PENDING_BYTES_MAX ?
	    new_waiting(host, packet->link, &n->waiting) :
	    NULL;
	if (p) {
		p->bytes =
		    frame_gather(packet, p->packet, host->tcp.config.copy_sum);
		pending_hold(host, n->waiting, arena_ref(&host->tcp.arena, n));
		return;
	}
	n->waiting = 0;
	out_dropped(host, packet);
}

static uint32_t
progress_of(const struct tcb *t)
{
	return t->snd.una + t->rcv.nxt;
}

/* It is in doubt while it is used: a connection may settle that. */
static void
begin_delay(struct estab_host *host, struct neighbour *n,
    const struct estab_frame *packet)
{
	struct segment seg;
	const struct tcb *t = out_tcb_of(host, packet, 0, &seg);

	n->conn = t ? conn_handle(&host->tcp, &t->head) : 0;
	n->progress = t ? progress_of(t) : 0;
	n->due = host->tcp.now + DELAY_NS;
	neighbour_enter(host, n, ESTAB_NEIGHBOUR_DELAY, NEIGHBOUR_DELAYED);
}

/* 7.3.1: text of ours was acknowledged, or new text of theirs came. */
static bool
has_made_progress(const struct estab_host *host, const struct neighbour *n)
{
	const struct conn_head *head = tcp_find(&host->tcp, n->conn);

	return head && head->kind == ESTAB_KIND_TCB &&
	    progress_of((const struct tcb *)(const void *)head) != n->progress;
}

/* ---- A packet leaves ---- */

/* Whether a packet may go to n now; else it waits, or is dropped. */
static bool
use(struct estab_host *host, struct neighbour *n,
    const struct estab_frame *packet)
{
	switch ((enum estab_neighbour_state)n->state) {
	case ESTAB_NEIGHBOUR_STATIC:
	case ESTAB_NEIGHBOUR_DELAY:
	case ESTAB_NEIGHBOUR_PROBE:
		return true;
	case ESTAB_NEIGHBOUR_REACHABLE:
		if (host->tcp.now >= n->due)
			begin_delay(host, n, packet);
		return true;
	case ESTAB_NEIGHBOUR_STALE:
		begin_delay(host, n, packet);
		return true;
	case ESTAB_NEIGHBOUR_FAILED:
		if (host->tcp.now < n->due) {
			undeliverable(host, packet);
			return false;
		}
		begin_asking(host, n);
		break;
	case ESTAB_NEIGHBOUR_INCOMPLETE:
		break;
	}
	wait(host, n, packet);
	return false;
}

bool
neighbour_mac(struct estab_host *host, const struct estab_frame *packet,
    const struct estab_address *to, uint8_t *mac)
{
	const struct estab_address *hop =
	    address_next_hop(host, packet->link, to);
	struct neighbour *n = neighbour_find(host, packet->link, hop);

	if (!n) {
		n = neighbour_make(host, packet->link, hop, false);
		if (!n) {
			out_dropped(host, packet);
			return false;
		}
		begin_asking(host, n);
	}
	if (!use(host, n, packet))
		return false;
	memcpy(mac, n->mac, ETHERNET_MAC);
	return true;
}

/* ---- A message arrives ---- */

/* Somebody claims another MAC for a neighbour than the one we know.  If that
 * still answers, nothing has changed. */
static void
doubt(struct estab_host *host, struct neighbour *n, const uint8_t *mac)
{
	switch ((enum estab_neighbour_state)n->state) {
	case ESTAB_NEIGHBOUR_REACHABLE:
	case ESTAB_NEIGHBOUR_STALE:
	case ESTAB_NEIGHBOUR_DELAY:
		duplicate_record(host, ESTAB_REASON_NEIGHBOUR_DOUBTED, NULL,
		    &n->address, mac);
		begin_probing(host, n);
		return;
	case ESTAB_NEIGHBOUR_INCOMPLETE:
	case ESTAB_NEIGHBOUR_PROBE:
	case ESTAB_NEIGHBOUR_FAILED:
	case ESTAB_NEIGHBOUR_STATIC:
		return;
	}
}

/* 7.2.5, and RFC 826 for what was asked. */
void
neighbour_answers(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message, bool asked)
{
	struct neighbour *n = neighbour_find(host, link, &message->about);
	const bool same =
	    n && (!message->has_mac || ethernet_same(message->mac, n->mac));

	if (n && asked &&
	    ((n->state == ESTAB_NEIGHBOUR_INCOMPLETE && message->has_mac) ||
	        (n->state == ESTAB_NEIGHBOUR_PROBE && same))) {
		count(&host->tcp, ESTAB_COUNT_NeighbourInAnswers);
		if (message->has_mac)
			memcpy(n->mac, message->mac, ETHERNET_MAC);
		reachable(host, n, ESTAB_REASON_NEIGHBOUR_FOUND);
		neighbour_release(host, n);
		return;
	}
	count(&host->tcp, ESTAB_COUNT_NeighbourInIgnored);
	if (n && !same && n->list != NEIGHBOUR_STRANGERS)
		doubt(host, n, message->mac);
}

static void
learn(struct estab_host *host, struct neighbour *n, const uint8_t *mac,
    enum neighbour_list list)
{
	memcpy(n->mac, mac, ETHERNET_MAC);
	neighbour_enter(host, n, ESTAB_NEIGHBOUR_STALE, list);
}

/* Who asks for us will be answered, and most likely wants to talk: where it is
 * is worth to be known, if there is room (7.2.3). */
void
neighbour_asks(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message)
{
	struct neighbour *n = neighbour_find(host, link, &message->other);

	if (!message->has_mac ||
	    !address_is_on_link(host, link, &message->other) ||
	    address_is_for_many(host, &message->other))
		return;
	if (!n) {
		n = neighbour_make(host, link, &message->other, true);
		if (n)
			learn(host, n, message->mac, NEIGHBOUR_STRANGERS);
	} else if (n->list == NEIGHBOUR_STRANGERS) {
		learn(host, n, message->mac, NEIGHBOUR_STRANGERS);
	} else if (n->state == ESTAB_NEIGHBOUR_INCOMPLETE) {
		learn(host, n, message->mac, NEIGHBOUR_IDLE);
		neighbour_release(host, n);
	} else if (!ethernet_same(n->mac, message->mac)) {
		doubt(host, n, message->mac);
	}
}

/* ---- Time-outs ---- */

/* The first of a list, if its time has come. */
static struct neighbour *
due_in(const struct estab_host *host, enum neighbour_list list)
{
	struct neighbour *n =
	    neighbour_at(&host->tcp.arena, host->neighbours.list[list].head);

	return n && n->due <= host->tcp.now ? n : NULL;
}

void
neighbour_timeouts(struct estab_host *host)
{
	struct neighbour *n;

	while ((n = due_in(host, NEIGHBOUR_DELAYED)) != NULL) {
		if (has_made_progress(host, n))
			reachable(host, n, ESTAB_REASON_NEIGHBOUR_CONFIRMED);
		else
			begin_probing(host, n);
	}
	while ((n = due_in(host, NEIGHBOUR_PROBED)) != NULL) {
		if (n->tries < TRIES_MAX)
			ask(host, n);
		else
			begin_asking(host, n);
	}
	while ((n = due_in(host, NEIGHBOUR_ASKED)) != NULL) {
		if (n->tries < TRIES_MAX)
			ask(host, n);
		else
			fail(host, n);
	}
}

estab_time
neighbour_deadline(const struct estab_host *host)
{
	estab_time at = ESTAB_NEVER;

	for (uint32_t list = NEIGHBOUR_ASKED; list < NEIGHBOUR_LISTS; list++) {
		const struct neighbour *n = neighbour_at(&host->tcp.arena,
		    host->neighbours.list[list].head);

		if (n && n->due < at)
			at = n->due;
	}
	return at;
}
