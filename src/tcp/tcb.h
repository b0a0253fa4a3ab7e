/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tcb.h - what is remembered of a connection (RFC 9293 3.3.1).
 *
 * Four kinds of record share one head and one table: a listener, a half-open
 * connection (SYN-RECEIVED of a passive open), a TCB, and a TIME-WAIT.  A
 * record names others by ref (base/arena.h).
 */
#ifndef TCP_TCB_H
#define TCP_TCB_H

#include <estab/trace.h>

#include "base/list.h"
#include "base/wheel.h"
#include "tcp/congestion.h"
#include "tcp/rtt.h"

#define WSCALE_MAX 14u
#define MSS_DEFAULT_V4 536u /* RFC 9293 3.7.1, MUST-15 */
#define MSS_DEFAULT_V6 1220u
#define MSS_MIN 64u /* an MSS option below is not believed */

/* The two ends of a segment, seen from here. */
struct tuple {
	struct estab_address local, remote;
	uint16_t local_port, remote_port;
};

/* The head: four-tuple, state, generation.  48 bytes. */
struct conn_head {
	uint32_t chain;      /* next record in its bucket of the table */
	uint32_t generation; /* 0: not in use */
	uint8_t state;       /* enum estab_state; conn_enter() writes it */
	uint8_t kind;        /* enum estab_kind */
	uint16_t local_port, remote_port;
	bool in_table : 1;
	bool sack : 1, ecn : 1; /* half-open: its SYN offered them */
	bool has_port : 1;      /* is counted in a claim of ports.h */
	uint8_t challenged : 4; /* no TCB: in which challenge_interval_ns,
	                         * modulo 15, plus 1; 0: never */
	uint8_t link;           /* by which it reaches its peer */
	struct estab_address local, remote; /* a listener's remote is :: */
};

/* What a connection's program chose; a listener's are inherited. */
struct conn_options {
	uint32_t send_limit, receive_limit; /* bytes */
	uint32_t user_timeout_ms;           /* 0: never */
	uint32_t fin_wait_2_ms;             /* 0: never */
	uint32_t keepalive_idle_ms, keepalive_interval_ms;
	uint16_t mss_limit; /* 0: none */
	uint8_t keepalive_probes;
	uint8_t ttl, tos;
	uint8_t ack_policy : 2;
	bool nodelay : 1;
	bool keepalive : 1;
	bool cork : 1;
	bool reuse : 1;
	bool v6only : 1;     /* of a listener at :: */
	uint8_t defer_tries; /* of a listener: time-outs of a SYN+ACK that its
	                      * ACK waits for text */
};

struct listener {
	struct conn_head head;
	struct conn_options options;
	struct list accept; /* TCBs whose handshake has ended */
	uint32_t accept_count, backlog;
	uint32_t half_open_count;
	struct list_link event_link;
	bool in_events;
	bool defer; /* its program answers each SYN (ESTAB_DEFER) */
};

/* A passive open between its SYN and the third segment.  80 bytes: what the
 * SYN said, and when to answer it again.  The listener is found by its port,
 * the peer's time stamp offset by the keyed hash of the tuple. */
struct half_open {
	struct conn_head head;
	struct list_link link; /* in the queue of its try */
	uint32_t irs, iss;
	uint32_t ts_recent;
	uint32_t due_ms; /* when the SYN+ACK is sent again */
	uint32_t shadow; /* the TIME-WAIT it is to replace, or 0 */
	uint16_t mss;    /* the peer's option, or the default; of one that ended
	                  * before its program answered: the error, positive */
	uint16_t wscale : 4;
	uint16_t tries : 4;     /* retransmissions of the SYN+ACK so far, or,
	                         * while it is deferred, of the SYN */
	uint16_t rcv_shift : 4; /* of our windows, as the SYN+ACK said */
	uint16_t has_wscale : 1;
	uint16_t has_ts : 1;
	uint16_t deferred : 1; /* its program has not answered yet */
	uint16_t told : 1;     /* it knows of it, and hears of its end */
};

/* A connection that both sides have ended, kept 2 MSL (RFC 9293 3.6.1).
 * 80 bytes. */
struct time_wait {
	struct conn_head head;
	struct list_link link; /* oldest first */
	uint32_t snd_nxt, rcv_nxt;
	uint32_t ts_recent;
	uint32_t due_ms;
	uint32_t shell; /* the TCB its program still holds, or 0 */
	uint16_t wnd;   /* the window last advertised, as on the wire */
	bool has_ts : 1;
	bool reuse : 1;
	bool shadowed : 1; /* a half-open connection stands in its place */
	uint8_t ts_ahead;  /* of our time stamps beyond isn_ts_offset(), in
	                    * units of 256 ms */
};

/* A stretch of the stream that was sent: the retransmission queue. */
struct sent {
	uint32_t next;
	uint32_t first, end; /* positions; SYN and FIN take one each */
	uint16_t times;      /* sent so often; 0: refused, it never left */
	bool syn, fin;
	bool lost;          /* to be sent again, not in flight */
	estab_time sent_at; /* the last time */
};

/* The send half (RFC 9293 3.3.1).  check_tcb() asserts after every event:
 *
 *     iss <= una <= nxt <= buffer_end + 1 (the FIN)
 *     flight == bytes of [una, nxt) that are not marked lost
 */
struct send_space {
	uint32_t iss;
	uint32_t una;        /* oldest number not acknowledged */
	uint32_t nxt;        /* next number to send; it never goes back */
	uint32_t wnd;        /* the peer's window, scaled, from una on */
	uint32_t wl1, wl2;   /* SEG.SEQ and SEG.ACK of the last window update */
	uint32_t up;         /* end of urgent data, when urgent */
	uint32_t wnd_max;    /* largest window the peer ever offered */
	uint32_t buffer_end; /* first number the program has not written */
	uint32_t chunk_first, chunk_last, chunk_next; /* next: where nxt is */
	uint32_t sent_first, sent_last;               /* retransmission queue */
	uint32_t sent_count;
	uint32_t flight;
	uint32_t reserved; /* bytes the program may be writing behind the end */
	uint16_t mss;      /* text bytes of a full segment now */
	uint16_t mss_peer; /* the peer's option */
	uint8_t wnd_shift; /* of windows we receive */
	bool fin_queued;   /* CLOSE: the FIN's number is buffer_end */
	bool urgent;
};

/* The receive half.  Asserted after every event:
 *
 *     read <= nxt <= edge;   edge - read <= limit, to a window's granularity
 *     fin_taken implies fin_known and nxt == fin_seq + 1
 */
struct receive_space {
	uint32_t irs;
	uint32_t nxt;  /* next number expected; what we acknowledge */
	uint32_t edge; /* first number beyond the window we promised; it
	                      * only moves right (3.8.6, SHLD-14) */
	uint32_t read; /* next number the program reads */
	uint32_t up;   /* end of urgent data, when urgent */
	uint32_t fin_seq;
	uint32_t acked; /* the last RCV.NXT we sent: Last.ACK.sent */
	uint32_t chunk_first, chunk_last;
	uint32_t held; /* text beyond a hole: sorted ranges */
	uint16_t held_count;
	uint16_t mss;      /* the largest text the peer sent: "full-sized" */
	uint8_t wnd_shift; /* of windows we send */
	bool fin_known, fin_taken, urgent;
};

/* Deadlines of a connection; ESTAB_NEVER: not set. */
enum timer {
	TIMER_RETRANSMIT, /* RTO; with a closed window: the probe; with a window
	                   * too small for sense: the silly-window override */
	TIMER_ACK,
	TIMER_KEEPALIVE,
	TIMER_FIN_WAIT_2,
	TIMER_USER,
	TIMER_COUNT,
};

struct tcb {
	struct conn_head head;
	struct send_space snd;
	struct receive_space rcv;

	/* Time stamps (RFC 7323) */
	uint32_t ts_recent;
	uint32_t ts_recent_ms; /* when it was taken */
	uint32_t ts_offset;    /* ours; keyed by the tuple */
	bool ts_on, wscale_on;
	uint8_t wnd_shift_offered; /* RCV's wnd_shift, as our SYN says it */

	/* Loss, round trips, congestion */
	bool in_recovery;
	uint8_t backoff; /* the RTO is doubled so often */
	uint8_t duplicate_acks;
	uint8_t tries;    /* time-outs, or keep-alives, since the last answer */
	uint32_t recover; /* RFC 6582: SND.NXT when loss was found */
	uint32_t lost_count; /* records to be sent again */
	struct congestion congestion;
	struct rtt rtt;

	/* What is owed; output.c decides what leaves */
	bool ack_now, window_owed, probe_owed, keepalive_owed, silly_now;
	bool in_output, in_events, orphan;
	bool accepted : 1;
	bool passive : 1;      /* came from a listener */
	bool counted : 1;      /* among its source's connections */
	bool opened_again : 1; /* its SYN followed a reset (syn_sent.c) */
	uint8_t events;        /* what happened since estab_event gave it */
	uint8_t why;  /* enum estab_reason for the next retransmission */
	uint8_t gate; /* it stood at last, in_output; 0: at none */
	int16_t error;

	uint16_t path_mtu;
	estab_time challenged; /* when the last challenge ACK went out */
	estab_time progress;   /* when SND.UNA last moved, or sending began */
	estab_time heard;      /* when the last segment came: keep-alive */
	estab_time timer[TIMER_COUNT];
	struct wheel_entry wheel;
	struct list_link output_link, event_link, accept_link;
	uint32_t listener;     /* while in its accept queue */
	uint32_t time_wait;    /* its record, once this is an empty shell */
	uint32_t buffer_bytes; /* chunks held, both halves */
	struct conn_options options;

	uint64_t bytes_sent, bytes_retransmitted, bytes_acked, bytes_received;
	uint32_t segments_out, segments_in, retransmits;
};

/* Nominal sizes, the same on machines of 32 and 64 bits. */
#define TCB_BYTES 464u
#define SENT_BYTES 32u

_Static_assert(sizeof(struct tcb) <= TCB_BYTES, "a TCB fits its record");
_Static_assert(sizeof(struct sent) <= SENT_BYTES, "so does struct sent");
_Static_assert(sizeof(struct half_open) == 80, "compact");
_Static_assert(sizeof(struct time_wait) == 80, "compact");

#endif
