/* SPDX-License-Identifier: BSD-2-Clause
 *
 * option.c - options of a connection, or of a listener, whose children
 * inherit them.
 */
#include "host/host.h"

static struct conn_options *
options_of(const struct estab_host *host, estab_conn conn, struct tcb **t)
{
	struct conn_head *head = tcp_find(&host->tcp, conn);

	*t = NULL;
	if (!head)
		return NULL;
	if (head->kind == ESTAB_KIND_LISTENER)
		return &((struct listener *)(void *)head)->options;
	if (head->kind != ESTAB_KIND_TCB)
		return NULL;
	*t = (struct tcb *)(void *)head;
	if ((*t)->orphan || !(*t)->accepted) /* nobody holds it */
		return NULL;
	return &(*t)->options;
}

/* Where a listener keeps ESTAB_DEFER, which nobody inherits; NULL: this is
 * none. */
static bool *
defer_of(const struct estab_host *host, estab_conn conn)
{
	struct conn_head *head = tcp_find(&host->tcp, conn);

	return head && head->kind == ESTAB_KIND_LISTENER ?
	    &((struct listener *)(void *)head)->defer :
	    NULL;
}

static bool
is_bool(int64_t value)
{
	return value == 0 || value == 1;
}

static bool
set_u8(uint8_t *field, int64_t value, int64_t least)
{
	if (value < least || value > UINT8_MAX)
		return false;
	*field = (uint8_t)value;
	return true;
}

static bool
set_bytes(uint32_t *field, int64_t value)
{
	if (value < 1 || value > 1 << 29)
		return false;
	*field = (uint32_t)value;
	return true;
}

static bool
set_ms(uint32_t *field, int64_t ns, bool may_be_off)
{
	if (may_be_off && ns == ESTAB_OFF) {
		*field = 0;
		return true;
	}
	if (ns < 1 || ns > INT64_C(1440) * ESTAB_MINUTE)
		return false;
	*field = (uint32_t)((ns + ESTAB_MS - 1) / ESTAB_MS);
	return true;
}

static bool
set_mss(uint16_t *field, int64_t value)
{
	if (value < 88 || value > 65495 || (*field && value > *field))
		return false;
	*field = (uint16_t)value;
	return true;
}

/* How long the first time-outs of a SYN+ACK take. */
static int64_t
period_of(const struct tcp *tcp, uint8_t tries)
{
	int64_t sum = 0;

	for (uint8_t n = 0; n < tries; n++)
		sum += rtt_backed_off(tcp->config.rto_initial_ns, n,
		    tcp->config.rto_max_ns);
	return sum;
}

static bool
set_defer(const struct tcp *tcp, uint8_t *tries, int64_t ns)
{
	*tries = 0;
	while (ns > period_of(tcp, *tries) && *tries < HALF_OPEN_TRIES - 1)
		++*tries;
	return ns == ESTAB_OFF || ns >= 1;
}

/* What stands in o when it fails is not to be used. */
static bool
set(const struct tcp *tcp, struct conn_options *o, enum estab_option option,
    int64_t value)
{
	switch (option) {
	case ESTAB_NODELAY:
		o->nodelay = value == 1;
		return is_bool(value);
	case ESTAB_ACK_POLICY:
		o->ack_policy = (uint8_t)(value & 3) & 3u;
		return value >= ESTAB_ACK_SECOND && value <= ESTAB_ACK_EVERY;
	case ESTAB_SEND_BYTES:
		return set_bytes(&o->send_limit, value);
	case ESTAB_RECEIVE_BYTES:
		return set_bytes(&o->receive_limit, value);
	case ESTAB_KEEPALIVE:
		o->keepalive = value == 1;
		return is_bool(value);
	case ESTAB_KEEPALIVE_IDLE_NS:
		return set_ms(&o->keepalive_idle_ms, value, false);
	case ESTAB_KEEPALIVE_INTERVAL_NS:
		return set_ms(&o->keepalive_interval_ms, value, false);
	case ESTAB_KEEPALIVE_PROBES:
		return set_u8(&o->keepalive_probes, value, 1);
	case ESTAB_USER_TIMEOUT_NS:
		return set_ms(&o->user_timeout_ms, value, true);
	case ESTAB_MSS:
		return set_mss(&o->mss_limit, value);
	case ESTAB_TTL:
		return set_u8(&o->ttl, value, 1);
	case ESTAB_TOS:
		return (value & 3) == 0 && set_u8(&o->tos, value, 0);
	case ESTAB_FIN_WAIT_2_NS:
		return set_ms(&o->fin_wait_2_ms, value, true);
	case ESTAB_CORK:
		o->cork = value == 1;
		return is_bool(value);
	case ESTAB_REUSE:
		o->reuse = value == 1;
		return is_bool(value);
	case ESTAB_V6ONLY:
		o->v6only = value == 1;
		return is_bool(value);
	case ESTAB_DEFER_ACCEPT_NS:
		return set_defer(tcp, &o->defer_tries, value);
	case ESTAB_DEFER:   /* defer_of() */
	case ESTAB_BACKLOG: /* no connection has one */
	case ESTAB_OPTION_COUNT:
		return false;
	}
	return false;
}

/* A time of 0 is the host's default. */
static int64_t
or_default(const struct tcp *tcp, enum estab_option option, int64_t value)
{
	const struct estab_config *c = &tcp->config;
	int64_t preset = 0;

	if (value != 0)
		return value;
	if (option == ESTAB_KEEPALIVE_IDLE_NS)
		preset = c->keepalive_idle_ns;
	else if (option == ESTAB_KEEPALIVE_INTERVAL_NS)
		preset = c->keepalive_interval_ns;
	else if (option == ESTAB_USER_TIMEOUT_NS)
		preset = c->user_timeout_ns ? c->user_timeout_ns : ESTAB_OFF;
	else if (option == ESTAB_FIN_WAIT_2_NS)
		preset = c->fin_wait_2_ns ? c->fin_wait_2_ns : ESTAB_OFF;
	return preset;
}

/* What must happen at once on a live connection. */
static void
apply(struct tcp *tcp, struct tcb *t, enum estab_option option)
{
	const int64_t idle = t->options.keepalive_idle_ms * ESTAB_MS;

	if (option == ESTAB_MSS && !tcb_opening(t))
		tcb_set_mss(tcp, t);
	if (option == ESTAB_KEEPALIVE || option == ESTAB_KEEPALIVE_IDLE_NS)
		tcb_timer(t, TIMER_KEEPALIVE,
		    t->options.keepalive && !tcb_opening(t) ? t->heard + idle :
		                                              ESTAB_NEVER);
	if (option == ESTAB_USER_TIMEOUT_NS)
		tcb_timer(t, TIMER_USER, ESTAB_NEVER);
	if (option == ESTAB_NODELAY || option == ESTAB_CORK)
		tcb_owes(tcp, t);
	if (option == ESTAB_RECEIVE_BYTES && t->snd.nxt == t->snd.iss)
		tcb_set_receive_limit(t);
	else if (option == ESTAB_RECEIVE_BYTES && !tcb_opening(t))
		ack_room(tcp, t);
	if (option == ESTAB_ACK_POLICY && t->timer[TIMER_ACK] != ESTAB_NEVER) {
		t->ack_now = true;
		tcb_owes(tcp, t);
	}
	tcb_settle(tcp, t);
}

static int
set_backlog(struct listener *l, int64_t value)
{
	if (value < 0 || value > UINT32_MAX)
		return ESTAB_EINVAL;
	l->backlog = value > 0 ? (uint32_t)value : 1;
	return 0;
}

/* What bind asks of is counted beside the records. */
static void
note_ports(struct tcp *tcp, estab_conn conn, const struct conn_options *before,
    const struct conn_options *after)
{
	const struct conn_head *head = tcp_find(tcp, conn);

	if (before->reuse != after->reuse)
		ports_set_reuse(tcp, head, before->reuse, after->reuse);
	if (before->v6only != after->v6only)
		ports_set_v6only(tcp, head, after->v6only);
}

int
estab_set(struct estab_host *host, estab_conn conn, enum estab_option option,
    int64_t value)
{
	const struct tcp *tcp = &host->tcp;
	struct tcb *t;
	struct conn_options *o = options_of(host, conn, &t);
	struct conn_options changed;

	if (!o)
		return ESTAB_ESTALE;
	if (option == ESTAB_DEFER) {
		bool *const defer = defer_of(host, conn);

		if (!defer || !is_bool(value))
			return ESTAB_EINVAL;
		*defer = value == 1;
		return 0;
	}
	if (option == ESTAB_BACKLOG && !t)
		return set_backlog((struct listener *)(void *)tcp_find(tcp,
		                       conn),
		    value);
	changed = *o;
	if (!set(tcp, &changed, option, or_default(tcp, option, value)))
		return ESTAB_EINVAL;
	note_ports(&host->tcp, conn, o, &changed);
	*o = changed;
	if (t && t->head.in_table)
		apply(&host->tcp, t, option);
	return 0;
}

static int64_t
ns_of(uint32_t ms)
{
	return ms ? ms * ESTAB_MS : ESTAB_OFF;
}

int
estab_get(const struct estab_host *host, estab_conn conn,
    enum estab_option option, int64_t *value)
{
	struct tcb *t;
	const struct conn_options *o = options_of(host, conn, &t);

	if (!o)
		return ESTAB_ESTALE;
	if (option == ESTAB_DEFER) {
		const bool *const defer = defer_of(host, conn);

		*value = defer && *defer;
		return defer ? 0 : ESTAB_EINVAL;
	}
	switch (option) {
	case ESTAB_NODELAY:
		*value = o->nodelay;
		return 0;
	case ESTAB_ACK_POLICY:
		*value = o->ack_policy;
		return 0;
	case ESTAB_SEND_BYTES:
		*value = o->send_limit;
		return 0;
	case ESTAB_RECEIVE_BYTES:
		*value = o->receive_limit;
		return 0;
	case ESTAB_KEEPALIVE:
		*value = o->keepalive;
		return 0;
	case ESTAB_KEEPALIVE_IDLE_NS:
		*value = ns_of(o->keepalive_idle_ms);
		return 0;
	case ESTAB_KEEPALIVE_INTERVAL_NS:
		*value = ns_of(o->keepalive_interval_ms);
		return 0;
	case ESTAB_KEEPALIVE_PROBES:
		*value = o->keepalive_probes;
		return 0;
	case ESTAB_USER_TIMEOUT_NS:
		*value = ns_of(o->user_timeout_ms);
		return 0;
	case ESTAB_MSS:
		*value = o->mss_limit ? o->mss_limit : t ? t->snd.mss : 0;
		return 0;
	case ESTAB_TTL:
		*value = o->ttl;
		return 0;
	case ESTAB_TOS:
		*value = o->tos;
		return 0;
	case ESTAB_FIN_WAIT_2_NS:
		*value = ns_of(o->fin_wait_2_ms);
		return 0;
	case ESTAB_DEFER: /* defer_of() */
		break;
	case ESTAB_CORK:
		*value = o->cork;
		return 0;
	case ESTAB_REUSE:
		*value = o->reuse;
		return 0;
	case ESTAB_V6ONLY:
		*value = o->v6only;
		return 0;
	case ESTAB_DEFER_ACCEPT_NS:
		*value = o->defer_tries ?
		    period_of(&host->tcp, o->defer_tries) :
		    ESTAB_OFF;
		return 0;
	case ESTAB_BACKLOG:
		if (t)
			break;
		*value =
		    ((const struct listener *)(const void *)tcp_find(&host->tcp,
		         conn))
		        ->backlog;
		return 0;
	case ESTAB_OPTION_COUNT:
		break;
	}
	return ESTAB_EINVAL;
}
