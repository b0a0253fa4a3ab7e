/* SPDX-License-Identifier: BSD-2-Clause
 *
 * trace.h - everything that happens, as fixed-size records in a ring.
 *
 * The creator gives the ring; several hosts and a world may write into one,
 * so that their records stand in one order.  When it is full the oldest are
 * overwritten: written - capacity of them are gone.  Without a ring nothing
 * is recorded and nothing but a branch is paid.
 */
#ifndef ESTAB_TRACE_H
#define ESTAB_TRACE_H

#include <estab/estab.h>

#ifdef __cplusplus
extern "C" {
#endif

enum estab_record_type {
	ESTAB_RECORD_NONE,
	ESTAB_RECORD_CALL,  /* a program's call; reason says which */
	ESTAB_RECORD_STATE, /* before -> after, because of reason */
	ESTAB_RECORD_IN,    /* a segment arrived; reason is the verdict.  Comes
	                      * after the state changes it caused */
	ESTAB_RECORD_OUT,   /* a segment leaves; reason says why */
	ESTAB_RECORD_TIMER, /* a time-out ran; reason says which */
	ESTAB_RECORD_LOSS,  /* recovery begun or ended, cwnd and ssthresh */
	ESTAB_RECORD_ICMP,  /* an ICMP message about a connection; reason */
	ESTAB_RECORD_WIRE,  /* a simulated wire took a frame; see fate.  Comes
	                      * right after the OUT record it belongs to */
	ESTAB_RECORD_DROP,  /* a packet the host dropped before TCP; reason */
	ESTAB_RECORD_NEIGHBOUR, /* about a neighbour (remote) or an address of
	                          * ours (local) on Ethernet; reason */
};

/* What a simulated wire did to a frame; several may hold at once. */
#define ESTAB_FATE_LOST 0x01u
#define ESTAB_FATE_QUEUE_FULL 0x02u
#define ESTAB_FATE_TOO_BIG 0x04u
#define ESTAB_FATE_DUPLICATED 0x08u
#define ESTAB_FATE_REORDERED 0x10u
#define ESTAB_FATE_CORRUPTED 0x20u
#define ESTAB_FATE_HELD 0x40u   /* until released; arrival is ESTAB_NEVER */
#define ESTAB_FATE_FORGED 0x80u /* no host sent it */

/* Segment flags in a record, as on the wire (RFC 9293 3.1). */
#define ESTAB_FIN 0x01u
#define ESTAB_SYN 0x02u
#define ESTAB_RST 0x04u
#define ESTAB_PSH 0x08u
#define ESTAB_ACK 0x10u
#define ESTAB_URG 0x20u
#define ESTAB_ECE 0x40u
#define ESTAB_CWR 0x80u

/* Options present in a record's segment. */
#define ESTAB_HAS_MSS 0x01u
#define ESTAB_HAS_WSCALE 0x02u
#define ESTAB_HAS_TS 0x04u
#define ESTAB_HAS_SACK_OK 0x08u
#define ESTAB_HAS_SACK 0x10u
#define ESTAB_HAS_OTHER 0x20u

struct estab_record {
	estab_time time;
	estab_conn conn; /* 0: no record of the table was involved */
	struct estab_endpoint local, remote; /* seen from the host */
	uint8_t type;                        /* enum estab_record_type */
	uint8_t host;          /* config.trace_id of the host, or the sender */
	uint8_t before, after; /* enum estab_state around it */
	uint16_t reason;       /* enum estab_reason */
	uint8_t flags;         /* of the segment */
	uint8_t options;       /* ESTAB_HAS_... */
	uint32_t seq, ack;
	uint32_t wnd; /* as on the wire, unscaled */
	uint32_t text_bytes;
	uint16_t segment_count; /* of a super-segment, else 1 */
	uint16_t mss;
	uint16_t up; /* urgent pointer */
	uint8_t wscale;
	uint8_t fate; /* ESTAB_FATE_... (WIRE) */
	uint32_t tsval, tsecr;
	uint32_t frame;        /* its number on the wire (IN, ICMP, WIRE) */
	uint32_t memory_bytes; /* this connection's record and buffers after */
	uint32_t cwnd_bytes, ssthresh_bytes;
	estab_time arrival;           /* WIRE: when it will arrive */
	uint8_t mac[ESTAB_MAC_BYTES]; /* NEIGHBOUR: the other's, if known */
};

/* Why: name, clause, sentence.  A clause is the number of its RFC, the
 * section, and perhaps the step or the requirement meant: "9293 3.10.7.4
 * fifth", "9293 3.1 MUST-3". */
#define ESTAB_REASONS(X)                                                        \
	X(NONE, "", "")                                                         \
	/* calls */                                                             \
	X(CALL_LISTEN, "9293 3.10.1", "OPEN, passive: a listener waits")        \
	X(CALL_CONNECT, "9293 3.10.1",                                          \
	    "OPEN, active: a TCB is made, SYN sent")                            \
	X(CALL_LISTEN_CONNECT, "9293 3.10.1",                                   \
	    "OPEN, active, on a listener: it becomes the connection")           \
	X(CALL_SEND, "9293 3.10.2", "SEND")                                     \
	X(CALL_RECEIVE, "9293 3.10.3", "RECEIVE")                               \
	X(CALL_CLOSE, "9293 3.10.4", "CLOSE: no more text after this")          \
	X(CALL_CLOSE_UNSENT, "9293 3.10.4",                                     \
	    "CLOSE: the FIN waits behind text not sent yet")                    \
	X(CALL_ABORT, "9293 3.10.5", "ABORT: reset, queues thrown away")        \
	X(CALL_RELEASE, "9293 3.6.1", "the program let go of the connection")   \
	X(CALL_RELEASE_UNREAD, "9293 3.6.1",                                    \
	    "the program left with text unread: reset, so that the peer knows") \
	X(CALL_ACCEPT, "9293 3.9.1", "the program accepted a connection")       \
	X(CALL_FORGET, "9293 3.4.3", "TIME-WAIT ended by hand, before 2 MSL")   \
	X(CALL_ANSWER_ACCEPT, "9293 3.10.7.2",                                  \
	    "the program takes the opening: SYN+ACK")                           \
	X(CALL_ANSWER_REFUSE, "9293 3.5.2", "the program refuses: RST")         \
	X(CALL_ANSWER_UNREACHABLE, "1122 3.2.2.1",                              \
	    "the program cannot get there: ICMP says so")                       \
	X(CALL_ANSWER_NONE, "9293 3.10.7.2",                                    \
	    "the program leaves the SYN without an answer")                     \
	/* time-outs */                                                         \
	X(TIMEOUT_RETRANSMIT, "6298 5.4", "RTO ran out: sent again")            \
	X(TIMEOUT_SYN, "6298 5.7", "no answer to the SYN in time: sent again")  \
	X(TIMEOUT_SYN_ACK, "9293 3.10.8", "no ACK of the SYN+ACK: sent again")  \
	X(TIMEOUT_PROBE, "9293 3.8.6.1", "zero-window probe")                   \
	X(TIMEOUT_ACK, "9293 3.8.6.3",                                          \
	    "delayed ACK: it has waited long enough")                           \
	X(TIMEOUT_SILLY, "9293 3.8.6.2.1",                                      \
	    "silly-window override: what fits is sent")                         \
	X(TIMEOUT_KEEPALIVE, "9293 3.8.4", "keep-alive probe of an idle peer")  \
	X(TIMEOUT_USER, "9293 3.10.8", "user time-out: the peer is gone")       \
	X(TIMEOUT_TRIES, "9293 3.8.3", "too many tries: the peer is gone")      \
	X(TIMEOUT_SYN_TRIES, "9293 3.8.3", "no answer to any SYN: given up")    \
	X(TIMEOUT_HALF_OPEN, "9293 3.10.8",                                     \
	    "half-open too long: the record is dropped, back to LISTEN")        \
	X(TIMEOUT_DEFERRED, "9293 3.8.3",                                       \
	    "the SYN did not come again: its sender has given up")              \
	X(TIMEOUT_KEEPALIVE_DEAD, "9293 3.8.4", "no answer to any keep-alive")  \
	X(TIMEOUT_ORPHAN, "9293 3.8.3",                                         \
	    "an orphan's data was never acknowledged")                          \
	X(TIMEOUT_FIN_WAIT_2, "9293 3.6",                                       \
	    "an orphan waited for the peer's FIN long enough")                  \
	X(TIMEOUT_2MSL, "9293 3.10.8", "2 MSL have passed")                     \
	/* segments: no connection, LISTEN, half-open */                        \
	X(NO_CONNECTION, "9293 3.10.7.1", "nobody is there: answered RST")      \
	X(NO_CONNECTION_RST, "9293 3.10.7.1", "RST for nobody: ignored")        \
	X(NOT_UNICAST, "9293 3.10.7 MUST-57", "SYN not to one host: ignored")   \
	X(LISTEN_RST, "9293 3.10.7.2", "LISTEN: RST ignored")                   \
	X(LISTEN_ACK, "9293 3.10.7.2",                                          \
	    "LISTEN: an ACK of nothing, answered RST")                          \
	X(LISTEN_NO_SYN, "9293 3.10.7.2",                                       \
	    "LISTEN: neither SYN nor ACK, ignored")                             \
	X(LISTEN_SYN_FIN, "9293 3.10.7.2", "LISTEN: SYN with FIN, ignored")     \
	X(LISTEN_SYN, "9293 3.10.7.2",                                          \
	    "SYN taken: a small half-open record, SYN+ACK")                     \
	X(LISTEN_SYN_DEFERRED, "9293 3.10.7.2",                                 \
	    "SYN taken: its answer waits for the program")                      \
	X(LISTEN_QUEUE_FULL, "9293 3.10.7.2", "SYN queue full: SYN dropped")    \
	X(LISTEN_BACKLOG_FULL, "9293 3.9.1", "accept queue full: SYN dropped")  \
	X(LISTEN_SYN_COOKIE, "4987 3.6",                                        \
	    "SYN answered with a cookie: nothing is kept")                      \
	X(LISTEN_COOKIE, "4987 3.6",                                            \
	    "the ACK brings our cookie: a connection is made from it")          \
	X(LISTEN_COOKIE_UNSURE, "4987 3.6",                                     \
	    "text that may belong to a cookie whose ACK is late: dropped")      \
	X(LISTEN_SOURCE_RATE, "4987 3",                                         \
	    "too many SYNs from one source: dropped")                           \
	X(LISTEN_SOURCE_FULL, "4987 3",                                         \
	    "too many connections from one source: dropped")                    \
	X(LISTEN_SYN_ACK_RATE, "4987 3",                                        \
	    "too many SYN+ACKs to one address: dropped")                        \
	X(HALF_OPEN_EVICTED, "4987 3.5",                                        \
	    "the oldest half-open record makes room for a new one")             \
	X(HALF_OPEN_SYN_AGAIN, "9293 3.10.7.4",                                 \
	    "the same SYN again: the same SYN+ACK again")                       \
	X(DEFERRED_SYN_AGAIN, "9293 3.10.7.4",                                  \
	    "the same SYN again: the program has not answered yet")             \
	X(DEFERRED_IGNORED, "9293 3.10.7.2",                                    \
	    "nothing of ours has left: ignored")                                \
	X(HALF_OPEN_RST, "9293 3.10.7.4 second",                                \
	    "RST at RCV.NXT: half-open record dropped, back to LISTEN")         \
	X(HALF_OPEN_ACK_BAD, "9293 3.10.7.4 fifth",                             \
	    "the ACK is not of our SYN: answered RST")                          \
	X(HALF_OPEN_BACKLOG_FULL, "9293 3.9.1",                                 \
	    "accept queue full: ACK not taken, the record stays")               \
	X(HALF_OPEN_NO_TEXT, "9293 3.9.1",                                      \
	    "the listener waits for text: ACK not taken, the record stays")     \
	X(HALF_OPEN_NO_MEMORY, "9293 3.10.7.4",                                 \
	    "no memory for a TCB: ACK not taken")                               \
	/* SYN-SENT */                                                          \
	X(SYN_SENT_ACK_BAD, "9293 3.10.7.3 first",                              \
	    "SYN-SENT: ACK is not x+1, answered RST")                           \
	X(SYN_SENT_RST, "9293 3.10.7.3 second", "RST with ack=x+1: refused")    \
	X(SYN_SENT_RST_BAD, "9293 3.10.7.3 second",                             \
	    "RST without ack=x+1: ignored")                                     \
	X(SYN_SENT_SYN_ACK, "9293 3.10.7.3 fourth",                             \
	    "SYN+ACK with ack=x+1: open")                                       \
	X(SYN_SENT_SYN, "9293 3.10.7.3 fourth",                                 \
	    "the SYNs crossed: simultaneous open")                              \
	X(SYN_SENT_NO_SYN, "9293 3.10.7.3 fifth",                               \
	    "neither SYN nor RST: dropped")                                     \
	X(SYN_SENT_FIN, "9293 3.10.7.3 fifth", "SYN-SENT: FIN, dropped")        \
	/* the eight checks */                                                  \
	X(PAWS, "7323 5.3",                                                     \
	    "time stamp older than what we hold: dropped, acknowledged")        \
	X(TS_MISSING, "7323 3.2", "time stamp agreed on but missing: dropped")  \
	X(SEQ_UNACCEPTABLE, "9293 3.10.7.4 first",                              \
	    "outside the window: dropped, acknowledged")                        \
	X(SEQ_KEEPALIVE, "9293 3.8.4", "keep-alive probe: acknowledged")        \
	X(RST_TAKEN, "9293 3.10.7.4 second",                                    \
	    "RST at RCV.NXT: connection reset")                                 \
	X(RST_REFUSED, "9293 3.10.7.4 second", "RST at RCV.NXT: refused")       \
	X(RST_CHALLENGED, "5961 3.2", "RST inside the window: challenge ACK")   \
	X(RST_OUTSIDE, "9293 3.10.7.4 second",                                  \
	    "RST outside the window: ignored")                                  \
	X(SYN_CHALLENGED, "5961 4.2",                                           \
	    "SYN on an open connection: challenge ACK")                         \
	X(CHALLENGE_LIMITED, "5961 7",                                          \
	    "challenge ACK owed but one went out just now")                     \
	X(ACK_MISSING, "9293 3.10.7.4 fifth", "no ACK bit: dropped")            \
	X(ACK_NOT_OF_SYN, "9293 3.10.7.4 fifth",                                \
	    "SYN-RECEIVED: ACK is not y+1, answered RST")                       \
	X(ACK_OLD, "5961 5.2",                                                  \
	    "ACK of long ago or of nothing we sent: challenge ACK")             \
	X(ACK_BEYOND, "9293 3.10.7.4 fifth",                                    \
	    "ACK of what was never sent: acknowledged")                         \
	X(ACK_OF_SYN, "9293 3.10.7.4 fifth", "ACK of our SYN: ESTABLISHED")     \
	X(ACK_OF_FIN, "9293 3.10.7.4 fifth", "ACK of our FIN")                  \
	X(ACK_ADVANCES, "9293 3.10.7.4 fifth", "ACK of new data")               \
	X(ACK_DUPLICATE, "5681 2", "duplicate ACK")                             \
	X(ACK_REPEATED, "9293 3.10.7.4 fifth", "nothing new")                   \
	X(ACK_WINDOW, "9293 3.10.7.4 fifth", "window update")                   \
	X(TEXT_TAKEN, "9293 3.10.7.4 seventh", "text in order")                 \
	X(TEXT_HELD, "9293 3.10.7.4 seventh", "text beyond a hole: held")       \
	X(TEXT_FILLS, "9293 3.10.7.4 seventh", "text fills a hole")             \
	X(TEXT_TRIMMED, "9293 3.10.7.4 seventh",                                \
	    "text partly old or beyond the window: cut")                        \
	X(TEXT_NO_MEMORY, "9293 3.8.6", "no memory for the text: not taken")    \
	X(TEXT_NOT_EXPECTED, "9293 3.10.7.4 seventh",                           \
	    "text after the peer's FIN: ignored")                               \
	X(TEXT_ORPHAN, "9293 3.6.1",                                            \
	    "text for a program that has left: reset")                          \
	X(ORPHAN_NO_MEMORY, "9293 3.6.1",                                       \
	    "no memory, and its program has left: reset")                       \
	X(FIN_TAKEN, "9293 3.10.7.4 eighth", "FIN taken")                       \
	X(FIN_HELD, "9293 3.10.7.4 eighth", "FIN beyond a hole: remembered")    \
	/* TIME-WAIT */                                                         \
	X(TIME_WAIT_FIN, "9293 3.10.7.4 eighth",                                \
	    "the peer's FIN again: acknowledged, 2 MSL starts anew")            \
	X(TIME_WAIT_RST, "1337 3", "RST in TIME-WAIT: ignored")                 \
	X(TIME_WAIT_OLD, "9293 3.10.7.4 first",                                 \
	    "old segment in TIME-WAIT: acknowledged")                           \
	X(TIME_WAIT_REUSED, "6191 2", "a newer SYN: the pair is used again")    \
	X(TIME_WAIT_SYN_OLD, "6191 2", "a SYN not newer: acknowledged")         \
	X(TIME_WAIT_ACK, "9293 3.10.7.4",                                       \
	    "plain ACK in TIME-WAIT: nothing to do")                            \
	X(TIME_WAIT_EVICTED, "9293 3.4.3",                                      \
	    "too many TIME-WAITs: the oldest ends early")                       \
	/* why a segment leaves */                                              \
	X(OUT_SYN, "9293 3.10.1", "opens the connection")                       \
	X(OUT_SYN_ACK, "9293 3.10.7.2", "answers the SYN")                      \
	X(OUT_ACK, "9293 3.8.6.3", "acknowledges")                              \
	X(OUT_ACK_NOW, "5681 4.2", "acknowledges at once")                      \
	X(OUT_TEXT, "9293 3.10.2", "text")                                      \
	X(OUT_FIN, "9293 3.10.4", "no more text from here")                     \
	X(OUT_RST, "9293 3.10.5", "resets the connection")                      \
	X(OUT_RST_REPLY, "9293 3.5.2", "resets what is not known here")         \
	X(OUT_CHALLENGE, "5961 3.2",                                            \
	    "challenge ACK: say it again if you mean it")                       \
	X(OUT_RETRANSMIT, "6298 5.4", "sent again: RTO ran out")                \
	X(OUT_FAST_RETRANSMIT, "5681 3.2", "sent again: three duplicate ACKs")  \
	X(OUT_PARTIAL, "6582 3.2", "sent again: partial ACK")                   \
	X(OUT_PROBE, "9293 3.8.6.1", "asks whether the window has opened")      \
	X(OUT_KEEPALIVE, "9293 3.8.4", "asks whether the peer lives")           \
	X(OUT_WINDOW, "9293 3.8.6.2.2", "window update")                        \
	X(OUT_RESEGMENT, "1191 6.5", "sent again: the path takes less")         \
	/* loss and congestion */                                               \
	X(LOSS_FAST, "6582 3.2", "three duplicate ACKs: fast recovery")         \
	X(LOSS_TIMEOUT, "5681 3.1", "time-out: one segment, slow start")        \
	X(LOSS_RECOVERED, "6582 3.2",                                           \
	    "all that was outstanding is acknowledged")                         \
	/* ICMP and packets */                                                  \
	X(ICMP_HARD_SYN_SENT, "5927 4",                                         \
	    "unreachable, and our SYN is meant: given up")                      \
	X(ICMP_SOFT, "5927 4",                                                  \
	    "it may pass, or the connection is open: noted")                    \
	X(ICMP_TOO_BIG, "5927 7.2", "the path takes less: smaller segments")    \
	X(ICMP_IGNORED, "5927 4", "not about anything in flight: ignored")      \
	X(DROP_CHECKSUM, "9293 3.1 MUST-3", "wrong checksum: dropped")          \
	X(DROP_MALFORMED, "9293 3.1", "impossible header: dropped")             \
	/* neighbours and addresses on Ethernet */                              \
	X(ADDRESS_OURS, "4862 5.4", "no other host has the address: ours now")  \
	X(ADDRESS_DUPLICATE, "4862 5.4.5",                                      \
	    "another host has the address: it is not used")                     \
	X(ADDRESS_CLAIMED, "5227 2.4",                                          \
	    "another host claims an address of ours: noted")                    \
	X(NEIGHBOUR_ASKED, "4861 7.2.2", "all are asked who has the address")   \
	X(NEIGHBOUR_FOUND, "4861 7.2.5", "the neighbour answered")              \
	X(NEIGHBOUR_PROBED, "4861 7.3.3", "asked whether it is still there")    \
	X(NEIGHBOUR_CONFIRMED, "4861 7.3.1",                                    \
	    "a connection made progress: the neighbour is there")               \
	X(NEIGHBOUR_DOUBTED, "4861 7.3.3",                                      \
	    "another MAC was claimed: the known one is asked")                  \
	X(NEIGHBOUR_FAILED, "4861 7.2.2", "no neighbour answers: unreachable")  \
	X(INVARIANT, "", "an invariant failed: the connection is aborted")      \
	X(OUT_HELD, "4861 7.2.2",                                               \
	    "there is no way to the neighbour yet: it counts as not sent")      \
	X(OUT_SYN_AGAIN, "9293 3.5.1",                                          \
	    "opens again: the reset has ended what the peer still held")        \
	X(SYN_SUPERSEDED, "9293 3.10.7.3 fourth",                               \
	    "SYN+ACK with ack=x+1: the SYN before it was not the peer's")       \
	X(RST_NOT_OF_SYN, "9293 3.10.7.4 second",                               \
	    "RST without ack=x+1: the SYN was not the peer's")

enum estab_reason {
#define ESTAB_X(name, clause, text) ESTAB_REASON_##name,
	ESTAB_REASONS(ESTAB_X)
#undef ESTAB_X
	    ESTAB_REASON_COUNT
};

/* "LISTEN_SYN"; static storage. */
const char *estab_reason_name(enum estab_reason reason);
/* "9293 3.10.7.2"; static storage. */
const char *estab_reason_clause(enum estab_reason reason);
/* "SYN taken: ..."; static storage. */
const char *estab_reason_text(enum estab_reason reason);

struct estab_trace {
	struct estab_record *record; /* capacity of them, the creator's */
	uint32_t capacity;           /* a power of two */
	uint32_t frame;              /* stamped into IN records: set by whoever
	                              * gives the host its frames */
	uint64_t written;            /* ever; the newest is (written - 1) %
	                              * capacity */
};

/* The n-th record ever written, or NULL when it is gone or not there yet. */
const struct estab_record *estab_trace_get(const struct estab_trace *trace,
    uint64_t n);

#ifdef __cplusplus
}
#endif
#endif
