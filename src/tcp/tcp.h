/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tcp.h - the TCP of one host, and what its files call of each other.
 *
 * struct tcp stands at the front of the host's arena; everything else is a
 * record in it.  Files, in the order of a connection's life:
 *
 *     call.c      OPEN SEND RECEIVE CLOSE ABORT (3.10.1 .. 3.10.5)
 *     arrive.c    SEGMENT ARRIVES: which state's procedure (3.10.7)
 *     listen.c    ... in LISTEN, and the accept queue (3.10.7.2)
 *     flood.c     ... whether a SYN gets a record, an answer or nothing
 *     budget.c    ... and how much an address is told
 *     half_open.c ... in SYN-RECEIVED of a passive open (3.10.7.4)
 *     half_open_queue.c ... and waiting there
 *     deferred.c  ... while the program has not said whether it takes it
 *     syn_sent.c  ... in SYN-SENT (3.10.7.3)
 *     ladder.c    ... in all other states: the eight checks (3.10.7.4)
 *     content.c   ... of them the last three, which take text and FIN
 *     judge.c     the verdicts the checks ask for
 *     time_wait.c ... in TIME-WAIT
 *     predict.c   the fast path before the ladder
 *     timeout.c   time-outs (3.10.8)
 *     path.c      the path's MTU changes (3.7.2)
 *     squeeze.c   memory for text, or a place, is short
 *     output.c    what leaves
 *     usable.h    ... and how much of it
 *     gate.c      ... and cannot yet
 *     conn.c      birth, change of state, death
 *     ports.c     which local ports are in use
 */
#ifndef TCP_TCP_H
#define TCP_TCP_H

#include "base/trace.h"
#include "tcp/flood.h"
#include "tcp/ports.h"
#include "tcp/reply.h"
#include "tcp/seq.h"
#include "tcp/table.h"
#include "tcp/tcb.h"
#include "wire/segment.h"

enum record_kind { /* of slabs */
	SLAB_LISTENER,
	SLAB_HALF_OPEN,
	SLAB_TCB,
	SLAB_TIME_WAIT,
	SLAB_SENT,
	SLAB_HELD,
	SLAB_NEIGHBOUR, /* the host's */
	SLAB_PORT,
};

/* Half-open records stand in lists: one a retransmission of the SYN+ACK; those
 * whose program has not answered, one a repetition of the SYN; and those of
 * which a program is to hear. */
#define HALF_OPEN_TRIES 16u
#define HALF_OPEN_DEFERRED HALF_OPEN_TRIES
#define HALF_OPEN_EVENTS 32u /* HALF_OPEN_TRIES of each before it */
#define HALF_OPEN_LISTS 33u
#define TCP_LINKS 8u
#define GATES 64u /* gate.c; 0 is none */

/* A segment that arrived, and what its arrival leads to. */
struct arrival {
	struct tuple tuple;
	uint8_t link;
	uint8_t state;  /* of the record it found, before */
	bool multicast; /* not sent to one of our addresses alone */
	uint32_t sum;   /* of pseudo-header and header, so far */
	bool summed;    /* the checksum is known to be good */
	uint32_t rate;  /* of a SYN: how many its source sends a second */
	struct segment seg;
	enum estab_reason reason; /* the verdict, for the trace */
};

/* What output gives: a segment's meaning, and where its text is. */
struct departure {
	struct tuple tuple;
	struct segment seg;
	struct estab_span *text; /* the caller's room for SPANS_MAX - 1 */
	uint8_t text_count;
	uint8_t link, ttl, tos, state;
	uint16_t reason;
	estab_conn conn;
	uint32_t conn_ref; /* the TCB, 0: none */
	uint32_t train;    /* whole segments of new text that may follow */
	bool again;        /* counts as sent again: RetransSegs, not OutSegs */
};

struct tcp {
	struct arena arena;         /* first: its address is the base */
	struct estab_config config; /* every field set, defaults filled in */
	estab_time now;
	uint32_t now_ms;
	uint32_t generation; /* of the handle made last */
	uint8_t iss_key[16], ts_key[16], port_key[16], draw_key[16];
	uint64_t draws; /* numbers drawn from the last of them */

	struct table table;
	struct wheel wheel;
	/* TCBs that owe something: [0] those that may send, the others wait at
	 * a gate, until it opens or all do */
	struct list output[GATES];
	estab_time gates_due; /* when all open; ESTAB_NEVER: nobody waits */
	struct list events;   /* records with something for their program */
	struct list listeners_events;
	struct list time_waits;
	struct list half_opens[HALF_OPEN_LISTS];
	estab_time half_open_soonest; /* none is due before; may be early */
	uint32_t half_open_count, time_wait_count, listener_count;
	uint32_t bound_listener_count; /* of them, not at :: */
	uint32_t recent_listener;      /* made last, and still listening */
	uint32_t ports, recent_port;   /* ports.h: chains, and a claim */
	struct flood flood;

	uint32_t unsettled;   /* a TCB to settle when its batch is through */
	uint32_t replies;     /* ref of their blocks, one behind the other */
	uint32_t replies_max; /* what the blocks have room for */
	uint32_t reply_head, reply_count;

	int64_t buffer_bytes; /* chunks in use, all connections */
	uint32_t squeezed;    /* bucket at which squeeze() goes on */
	struct {
		uint32_t first, count; /* free chunks kept of each size */
	} spare[ARENA_ORDERS];
	uint32_t turn;      /* segments the head of the output list sent */
	struct budget told; /* RSTs and the like, and ICMP, of an address */

	struct {
		uint32_t mtu; /* 0: no such link */
		uint32_t segment_bytes_max;
		bool checksum_out;
		bool ethernet;
		uint8_t mac[ESTAB_MAC_BYTES];
	} link[TCP_LINKS];

	uint64_t counter[ESTAB_COUNTER_COUNT];
};

static inline void
count(struct tcp *tcp, enum estab_counter id)
{
	tcp->counter[id]++;
}

/* Compact records hold deadlines as milliseconds modulo 2^32, rounded up. */
static inline uint32_t
tcp_ms_of_time(const struct tcp *tcp, estab_time at)
{
	(void)tcp;
	return (uint32_t)((at + ESTAB_MS - 1) / ESTAB_MS);
}

static inline estab_time
tcp_time_of_ms(const struct tcp *tcp, uint32_t ms)
{
	const int64_t now = tcp->now / ESTAB_MS;

	return (now + (int32_t)(ms - (uint32_t)now)) * ESTAB_MS;
}

static inline struct tcb *
tcb_at(const struct tcp *tcp, uint32_t ref)
{
	return arena_at(&tcp->arena, ref);
}

static inline uint32_t
tcb_ref(const struct tcp *tcp, const struct tcb *t)
{
	return arena_ref(&tcp->arena, t);
}

static inline estab_conn
conn_handle(const struct tcp *tcp, const struct conn_head *head)
{
	return (estab_conn)head->generation << 32 |
	    arena_ref(&tcp->arena, head);
}

static inline void
conn_tuple(const struct conn_head *head, struct tuple *tuple)
{
	tuple->local = head->local;
	tuple->remote = head->remote;
	tuple->local_port = head->local_port;
	tuple->remote_port = head->remote_port;
}

/* Bytes of the IP header its packets have. */
static inline uint32_t
conn_ip_bytes(const struct conn_head *head)
{
	return ip_is_v4(&head->remote) ? 20u : 40u;
}

/* ---- conn.c: birth, states, death ---- */

/* Make a record of a kind for a tuple, born CLOSED or in the state of what
 * it is the child of or takes the place of; NULL: no memory. */
struct conn_head *conn_birth(struct tcp *tcp, enum record_kind slab,
    enum estab_state state, const struct tuple *tuple, uint8_t link);
/* Give it a handle nobody holds: handles given before are stale. */
void conn_name(struct tcp *tcp, struct conn_head *head);
/* Change the state, because of reason: checks the edge, tells the trace,
 * counts.  Nobody else writes head->state. */
void conn_enter(struct tcp *tcp, struct conn_head *head, enum estab_state state,
    enum estab_reason reason);
/* Whether RFC 9293 3.3.2 (and docs/deviations.md) know this edge. */
bool conn_edge_legal(enum estab_state from, enum estab_state to);
/* Free a record that is out of the table and every list. */
void conn_free(struct tcp *tcp, struct conn_head *head);
/* A TCB ends: CLOSED with this error (0: in the regular way).  What is left
 * is freed, or kept for its program until that releases it. */
void conn_end(struct tcp *tcp, struct tcb *t, enum estab_reason reason,
    int error);
/* Reset: RST to the peer, then conn_end. */
void conn_reset(struct tcp *tcp, struct tcb *t, enum estab_reason reason,
    int error);
/* Throw away what a TCB holds for sending / receiving. */
void conn_drop_send(struct tcp *tcp, struct tcb *t);
void conn_drop_receive(struct tcp *tcp, struct tcb *t);
/* Throw away what an ended TCB keeps for nobody; first of all, so that the
 * trace tells of what is left. */
void conn_drop_buffers(struct tcp *tcp, struct tcb *t);
/* A TCB is out of the table and asks nothing of the network any more. */
void conn_detach(struct tcp *tcp, struct tcb *t);
/* Bytes of memory a record commits: itself and its buffers. */
uint32_t conn_memory(const struct tcp *tcp, const struct conn_head *head);
/* A record in the trace about a connection, or NULL when nobody watches. */
struct estab_record *conn_record(struct tcp *tcp, uint8_t type,
    const struct conn_head *head, enum estab_reason reason);

/* ---- event.c ---- */
void event_tell(struct tcp *tcp, struct tcb *t, uint8_t bits);
void event_tell_listener(struct tcp *tcp, struct listener *l);
uint32_t event_ready(const struct tcp *tcp, const struct tcb *t);

/* ---- tcb.c: the TCB as a whole ---- */
struct tcb *tcb_new(struct tcp *tcp, enum estab_state state,
    const struct tuple *tuple, uint8_t link,
    const struct conn_options *options);
/* Its scale of windows, before the SYN says it. */
void tcb_set_receive_limit(struct tcb *t);
/* Give it its numbers: ISS, and an empty send buffer behind the SYN. */
void tcb_set_iss(struct tcb *t, uint32_t iss);
/* The scale with which a window of limit bytes fits 16 bits (RFC 7323 2.2). */
uint8_t tcb_window_shift(uint32_t limit);
/* A deadline; the wheel follows in tcb_settle(). */
static inline void
tcb_timer(struct tcb *t, enum timer timer, estab_time at)
{
	t->timer[timer] = at;
}
void tcb_owes(struct tcp *tcp, struct tcb *t); /* put in the output list */
/* After any event: invariants, the next deadline; t may be gone. */
void tcb_settle(struct tcp *tcp, struct tcb *t);
/* The same, once a batch of segments in or out: of t, which lives on, when
 * another one has its turn or tcb_settle_pending() is called. */
void tcb_settle_later(struct tcp *tcp, struct tcb *t);
void tcb_settle_pending(struct tcp *tcp);
static inline uint32_t
tcb_tsval(const struct tcp *tcp, const struct tcb *t)
{
	return tcp->now_ms + t->ts_offset;
}
void tcb_set_mss(struct tcp *tcp, struct tcb *t); /* from MTU, peer, options */
/* The MSS option we send (RFC 9293 3.7.1); options: NULL where none hold. */
uint16_t tcb_mss_offer(const struct tcp *tcp, uint8_t link, uint32_t ip_bytes,
    const struct conn_options *options);
static inline bool
tcb_outstanding(const struct tcb *t)
{
	return t->snd.una != t->snd.nxt;
}
/* Our SYN is not acknowledged yet. */
static inline bool
tcb_opening(const struct tcb *t)
{
	return t->snd.una == t->snd.iss;
}
/* Text bytes not sent yet.  Once the FIN is sent, SND.NXT stands behind the
 * buffer's end. */
static inline uint32_t
tcb_unsent(const struct tcb *t)
{
	return seq_lt(t->snd.nxt, t->snd.buffer_end) ?
	    seq_span(t->snd.nxt, t->snd.buffer_end) :
	    0;
}
/* The handshake has ended: windows open. */
void tcb_established(struct tcp *tcp, struct tcb *t, const struct segment *seg,
    enum estab_reason reason);
/* Options of SYN or SYN+ACK as both sides understand them. */
void tcb_take_syn_options(struct tcp *tcp, struct tcb *t,
    const struct segment *seg);
/* The SYN that came in SYN-SENT counts for nothing any more: what it said is
 * as unknown as before it.  Neither text nor FIN was taken with it. */
void tcb_forget_syn(struct tcp *tcp, struct tcb *t);

/* ---- check.c: run-time invariants ---- */
/* NULL when all hold, else the name of the one that failed. */
const char *check_tcb(const struct tcp *tcp, const struct tcb *t);

/* ---- isn.c ---- */
uint32_t isn_active(const struct tcp *tcp, const struct tuple *tuple);
/* Nothing may assume that these rise. */
uint32_t isn_passive(const struct tcp *tcp, const struct tuple *tuple,
    uint32_t irs, const struct offer *offer);
uint32_t isn_ts_offset(const struct tcp *tcp, const struct tuple *tuple);
/* Who a connection is between, in the bytes that stand so in each packet of
 * the peer, whatever machine looks: addresses and ports, the peer's first.
 * Behind them stands the number of the peer's SYN. */
#define IDENTITY_MAX 36u
struct identity {
	const uint8_t *who;
	uint32_t n; /* 12 or 36, without the number */
};
/* Write them; returns how many. */
uint32_t isn_identity(const struct tuple *tuple, uint32_t irs,
    uint8_t who[IDENTITY_MAX + 4]);
uint32_t isn_keyed(const struct tcp *tcp, const uint8_t key[16],
    const struct identity *id);
/* Of time stamps: the key of their offsets, and what is added to those. */
const uint8_t *isn_stamp_key(const struct tcp *tcp);
uint32_t isn_ts_origin(const struct tcp *tcp);

/* ---- arrive.c ---- */
/* A segment whose checksum is good.  found is the record for its tuple, or a
 * listener, or NULL. */
void arrive(struct tcp *tcp, struct conn_head *found, struct arrival *a);
void arrive_trace(struct tcp *tcp, const struct arrival *a,
    const struct conn_head *head, enum estab_state before);
/* A SYN that asks for a connection, whatever meets it. */
static inline bool
arrive_opens(const struct segment *seg)
{
	return seg->syn && !seg->has_ack && !seg->rst;
}
/* What a record says of a segment. */
void arrive_describe(struct estab_record *record, const struct tuple *tuple,
    const struct segment *seg);
/* 3.10.7.1, and wherever else a reset answers a segment (3.5.2).  False: it is
 * not to have one, or there is none to be had. */
bool arrive_reset(struct tcp *tcp, const struct arrival *a);

/* ---- procedures of the states ---- */
void listen_arrives(struct tcp *tcp, struct listener *l, struct arrival *a);
void half_open_arrives(struct tcp *tcp, struct half_open *h, struct arrival *a);
void syn_sent_arrives(struct tcp *tcp, struct tcb *t, struct arrival *a);
/* Whether it acknowledges our SYN, which has left, and nothing else. */
static inline bool
syn_sent_acked(const struct tcb *t, const struct segment *seg)
{
	return seg->has_ack && seg->ack == t->snd.iss + 1 &&
	    seg->ack == t->snd.nxt;
}
/* Whether it is the answer to our SYN, and the SYN that took t from SYN-SENT
 * to SYN-RECEIVED was another's. */
bool syn_sent_supersedes(const struct tcb *t, const struct segment *seg);
/* From SYN-RECEIVED back to SYN-SENT. */
void syn_sent_again(struct tcp *tcp, struct tcb *t, enum estab_reason reason);
void ladder_arrives(struct tcp *tcp, struct tcb *t, struct arrival *a);
/* Sixth to eighth check, for what came with a SYN+ACK. */
void ladder_finish(struct tcp *tcp, struct tcb *t, struct arrival *a);
void time_wait_arrives(struct tcp *tcp, struct time_wait *w, struct arrival *a);

/* ---- listen.c ---- */
struct listener *listen_find(const struct tcp *tcp,
    const struct estab_address *local, uint16_t port);
static inline bool
listen_backlog_full(const struct listener *l)
{
	return l->accept_count >= l->backlog;
}
/* A SYN for l; w: the TIME-WAIT whose pair it uses again, or NULL. */
void listen_take_syn(struct tcp *tcp, struct listener *l, struct arrival *a,
    struct time_wait *w);
/* What flood_judge() said of it is done. */
void listen_take(struct tcp *tcp, struct listener *l, struct arrival *a,
    struct time_wait *w, enum flood_verdict verdict);
void listen_queue(struct tcp *tcp, struct listener *l, struct tcb *t);
void listen_unqueue(struct tcp *tcp, struct tcb *t);
void listen_take_over(struct tcp *tcp, struct listener *l);
void listen_end(struct tcp *tcp, struct listener *l);

/* ---- half_open.c ---- */
/* A SYN for a listener: a record and a SYN+ACK.  w: the TIME-WAIT whose pair
 * is used again, or NULL. */
void half_open_begin(struct tcp *tcp, struct listener *l, struct arrival *a,
    struct time_wait *w);
void half_open_end(struct tcp *tcp, struct half_open *h,
    enum estab_reason reason);
/* A SYN answered without a record. */
void half_open_answer(struct tcp *tcp, struct listener *l, struct arrival *a);
/* An ACK for a listener that brings a cookie becomes a connection.  False:
 * it brings none. */
bool half_open_from_cookie(struct tcp *tcp, struct listener *l,
    struct arrival *a);

/* ---- half_open_queue.c ---- */
estab_time half_open_deadline(const struct tcp *tcp);
void half_open_timeouts(struct tcp *tcp);
/* Into and out of the list it belongs in; queueing sets when it is due. */
void half_open_queue(struct tcp *tcp, struct half_open *h);
void half_open_unqueue(struct tcp *tcp, struct half_open *h);
/* The oldest record goes; false: there is none. */
bool half_open_evict(struct tcp *tcp);

/* ---- deferred.c ---- */
int64_t deferred_patience(const struct tcp *tcp, const struct half_open *h);
void deferred_arrives(struct tcp *tcp, struct half_open *h, struct arrival *a);
/* One that its program knows has ended: kept until the program hears it. */
void deferred_ended(struct tcp *tcp, struct half_open *h,
    enum estab_reason reason);
/* The next one a program is to hear of.  False: none. */
bool deferred_event(struct tcp *tcp, struct estab_event *event);
/* The program's answer, but for what ICMP would say. */
void deferred_answer(struct tcp *tcp, struct half_open *h,
    enum estab_answer answer);

/* ---- syn_ack.c ---- */
/* h may be no record of the table: then its generation is 0.  How many leave
 * is the caller's business. */
void syn_ack_send(struct tcp *tcp, const struct half_open *h,
    enum estab_reason reason);
void syn_ack_ack(struct tcp *tcp, const struct half_open *h,
    enum estab_reason reason);
/* Options of a SYN, as both sides understand them. */
void syn_ack_take(struct half_open *h, const struct listener *l,
    const struct offer *offer);

/* ---- time_wait.c ---- */
/* t enters TIME-WAIT: a record takes its place; t ends, or stays as a shell
 * while its program holds it. */
void time_wait_begin(struct tcp *tcp, struct tcb *t, enum estab_reason reason);
void time_wait_end(struct tcp *tcp, struct time_wait *w,
    enum estab_reason reason);
estab_time time_wait_deadline(const struct tcp *tcp);
void time_wait_timeouts(struct tcp *tcp);

/* ---- predict.c ---- */
/* Header prediction: the next text in order or a plain ACK, nothing else
 * going on.  Takes text while it sums it, unless a->summed. */
enum prediction {
	PREDICT_NO,
	PREDICT_DONE,
	PREDICT_CORRUPT, /* the checksum was wrong: nothing was taken */
};
enum prediction predict(struct tcp *tcp, struct tcb *t, struct arrival *a);

/* ---- ack.c: what an ACK does to the send half, and what we acknowledge -- */
/* Fifth check, ESTABLISHED: una < SEG.ACK <= nxt. */
void ack_advance(struct tcp *tcp, struct tcb *t, const struct segment *seg);
void ack_duplicate(struct tcp *tcp, struct tcb *t);
void ack_window_moved(struct tcp *tcp, struct tcb *t, uint32_t wnd);
/* SND.WND only follows a segment newer than the one it came from. */
static inline void
ack_window(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const uint32_t wnd = seg->wnd << t->snd.wnd_shift;

	if (!seq_lt(t->snd.wl1, seg->seq) &&
	    !(t->snd.wl1 == seg->seq && seq_le(t->snd.wl2, seg->ack)))
		return;
	t->snd.wl1 = seg->seq;
	t->snd.wl2 = seg->ack;
	if (wnd != t->snd.wnd)
		ack_window_moved(tcp, t, wnd);
}
/* Text came in order: acknowledge now, or let it wait (3.8.6.3). */
void ack_text(struct tcp *tcp, struct tcb *t, const struct segment *seg);
/* An ACK that does not merge with others. */
void ack_reply(struct tcp *tcp, struct tcb *t, enum estab_reason reason);
/* RFC 5961 7: at most one in config.challenge_interval_ns. */
void ack_challenge(struct tcp *tcp, struct tcb *t, struct arrival *a,
    enum estab_reason reason);
/* SEG.WND for what we send now; moves the right edge. */
uint16_t ack_window_field(struct tcp *tcp, struct tcb *t, bool syn);
/* The program has read: is a window update owed (3.8.6.2.2)? */
void ack_room(struct tcp *tcp, struct tcb *t);

/* ---- sent.c: the retransmission queue ---- */
struct sent *sent_push(struct tcp *tcp, struct tcb *t, uint32_t end);
/* How many bytes more the record sent_push() gave may note, and to do so. */
uint32_t sent_room(const struct tcp *tcp, const struct sent *s);
void sent_grow(struct tcp *tcp, struct tcb *t, uint32_t n);
struct sent *sent_first_lost(const struct tcp *tcp, const struct tcb *t);
/* Cut a record so that it ends at or before end. */
void sent_split(struct tcp *tcp, struct tcb *t, struct sent *s, uint32_t end);
void sent_mark_lost(struct tcb *t, struct sent *s);
void sent_mark_first_lost(struct tcp *tcp, struct tcb *t);
void sent_mark_all_lost(struct tcp *tcp, struct tcb *t);
void sent_again(struct tcp *tcp, struct tcb *t, struct sent *s);
/* Whether the segment with this number, the last that left or was to, had left
 * before. */
bool sent_is_again(const struct tcp *tcp, const struct tcb *t, uint32_t seq);
/* What was noted last of [first, end) is taken back: it did not leave. */
void sent_take_back(struct tcp *tcp, struct tcb *t, uint32_t first,
    uint32_t end);
/* Everything before una is acknowledged.  *sample_ns: a round trip measured
 * by Karn's rule, or 0. */
void sent_acked(struct tcp *tcp, struct tcb *t, uint32_t una,
    int64_t *sample_ns);
void sent_clear(struct tcp *tcp, struct tcb *t);

/* ---- chunk.c, send_buffer.c, receive_buffer.c ---- */
int64_t send_buffer_write(struct tcp *tcp, struct tcb *t, const void *data,
    size_t n);
int send_buffer_reserve(struct tcp *tcp, struct tcb *t, size_t want,
    struct estab_span *span);
int64_t send_buffer_commit(struct tcp *tcp, struct tcb *t, size_t n);
void send_buffer_unreserve(struct tcp *tcp, struct tcb *t);
uint32_t send_buffer_room(const struct tcb *t);
/* Spans of [seq, seq + n); returns how many, *covered how many bytes. */
uint8_t send_buffer_spans(struct tcp *tcp, struct tcb *t, uint32_t seq,
    uint32_t n, struct estab_span *spans, uint8_t max, uint32_t *covered);
void send_buffer_acked(struct tcp *tcp, struct tcb *t);
void send_buffer_clear(struct tcp *tcp, struct tcb *t);

/* Copy text_len bytes from offset of the frame to seq, into holes only.
 * Returns false when memory ran out (what was placed stays). */
bool receive_buffer_put(struct tcp *tcp, struct tcb *t, uint32_t seq,
    uint32_t n, const struct estab_frame *frame, uint32_t offset);
/* The same for text at RCV.NXT, summing it; nothing counts as received until
 * the caller moves RCV.NXT.  False: no room in memory. */
bool receive_buffer_put_next(struct tcp *tcp, struct tcb *t, uint32_t n,
    const struct estab_frame *frame, uint32_t offset, uint32_t *sum);
/* What was put next is not to count after all. */
void receive_buffer_cancel(struct tcp *tcp, struct tcb *t);
int receive_buffer_peek(const struct tcp *tcp, const struct tcb *t,
    struct estab_span *spans, size_t max);
/* Copy up to n bytes from offset behind what is read; returns how many. */
size_t receive_buffer_copy(const struct tcp *tcp, const struct tcb *t,
    size_t offset, void *data, size_t n);
void receive_buffer_consume(struct tcp *tcp, struct tcb *t, uint32_t n);
void receive_buffer_clear(struct tcp *tcp, struct tcb *t);
/* All text beyond holes is given up. */
void receive_buffer_squeeze(struct tcp *tcp, struct tcb *t);

/* ---- squeeze.c ---- */
/* Somebody else gives up text for this one, for which there was no memory.
 * False: nobody was found. */
bool squeeze(struct tcp *tcp, const struct tcb *for_whom);
/* A connection that no program holds and no peer serves ends, for a new one.
 * False: nobody was found. */
bool squeeze_place(struct tcp *tcp);

/* ---- path.c ---- */
/* A router farther on takes mtu at the most. */
void path_narrows(struct tcp *tcp, struct tcb *t, uint32_t mtu);
/* A link takes mtu now: so do the paths over it, unless a router farther on
 * takes less. */
void path_link(struct tcp *tcp, uint8_t link, uint32_t mtu);

/* ---- timeout.c ---- */
void timeout_run(struct tcp *tcp, struct tcb *t);
estab_time timeout_next(const struct tcb *t);
void timeout_restart(struct tcp *tcp, struct tcb *t); /* RTO from now */

/* ---- output.c ---- */
/* The next segment to leave.  False: nothing is owed. */
bool output_next(struct tcp *tcp, struct departure *out);
/* Right after it: one more of the same, alike but for its number and text.
 * False: ask output_next(). */
bool output_train(struct tcp *tcp, struct departure *out);
/* A segment of t did not leave: it is owed again, and counts as never sent. */
void output_refused(struct tcp *tcp, struct tcb *t, const struct segment *seg);

/* ---- gate.c ---- */
/* What t sends cannot leave before this gate opens: it waits there. */
void gate_hold(struct tcp *tcp, struct tcb *t, uint8_t gate);
/* Those who wait there may try again. */
void gate_open(struct tcp *tcp, uint8_t gate);
/* Take one who owes something out of its list, wherever it stands. */
void gate_leave(struct tcp *tcp, struct tcb *t);
void gate_timeouts(struct tcp *tcp);

/* ---- call.c ---- */
int call_listen(struct tcp *tcp, estab_conn *conn,
    const struct estab_endpoint *local, uint32_t backlog);
int call_connect(struct tcp *tcp, estab_conn *conn, const struct tuple *tuple,
    uint8_t link, const struct conn_options *options, enum estab_reason reason);
int call_accept(struct tcp *tcp, struct listener *l, estab_conn *conn);
int64_t call_send(struct tcp *tcp, struct tcb *t, const void *data, size_t n,
    bool urgent);
int64_t call_receive(struct tcp *tcp, struct tcb *t, void *data, size_t n);
int64_t call_consume(struct tcp *tcp, struct tcb *t, size_t n);
void call_sent(struct tcp *tcp, struct tcb *t, size_t n);
int call_close(struct tcp *tcp, struct tcb *t);
int call_abort(struct tcp *tcp, struct tcb *t);
int call_release(struct tcp *tcp, struct tcb *t);
/* 0, or why t takes no more text. */
int call_may_write(const struct tcb *t);

/* ---- config.c ---- */
/* Fill what is unset with the default and check the rest; ESTAB_EINVAL. */
int config_fill(struct estab_config *config, uint64_t arena_bytes);

/* ---- tcp.c ---- */
/* The next number that nobody can foretell: a keyed hash of how many were
 * drawn.  The creator's random is asked at creation alone, so copies of a
 * host share no generator and draw alike. */
uint64_t tcp_draw(struct tcp *tcp);
/* Make a TCP at the front of an arena whose first front bytes are its and
 * the host's.  config is filled.  False: the arena is too small. */
bool tcp_init(struct tcp *tcp, uint64_t arena_bytes, uint32_t front,
    const struct estab_config *config, estab_time now);
void tcp_set_now(struct tcp *tcp, estab_time now);
estab_time tcp_deadline(const struct tcp *tcp);
void tcp_timeouts(struct tcp *tcp);
void tcp_default_options(const struct tcp *tcp, struct conn_options *options);
/* The record a handle names, or NULL. */
struct conn_head *tcp_find(const struct tcp *tcp, estab_conn conn);

#endif
