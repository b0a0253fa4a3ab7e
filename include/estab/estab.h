/* SPDX-License-Identifier: BSD-2-Clause
 *
 * estab.h - a host as a value: frames and time in, frames and events out.
 *
 * A host is an Internet host with a TCP in it.  It does no I/O and reads no
 * clock.  Its creator moves it with four verbs:
 *
 *     estab_input(host, frames, n, now)     frames that arrived
 *     estab_output(host, frames, max, now)  frames that leave; time-outs run here
 *     estab_deadline(host)                  when estab_output must be called next
 *     estab_event(host, &event)             what happened to which connection
 *
 * and its programs use connections with the calls of RFC 9293 3.9.1: OPEN
 * (estab_connect, estab_listen), SEND, RECEIVE, CLOSE, ABORT, STATUS.
 *
 * Conventions
 *   - A result is non-negative, or a negative ESTAB_E... (estab_strerror);
 *     where no more is said, 0 is success.  Errors are called EINVAL below,
 *     where ESTAB_EINVAL is meant; those of <errno.h> they are not.
 *   - A handle that names nothing is ESTALE, a listener in the place of a
 *     connection EOPNOTSUPP.  Pointers are not NULL unless it is said.
 *   - Time is estab_time: signed 64-bit nanoseconds of a clock that never runs
 *     back.  Names that end in _ns are durations, _bytes sizes, _count counts.
 *   - In a config struct a field left 0 means the documented default
 *     (docs/defaults.md); ESTAB_OFF means none, never, or zero.
 *   - A call uses the time of the last input or output.  estab_input(host,
 *     NULL, 0, now) only moves the clock.
 *   - A host belongs to one thread at a time.  Nothing here is global.
 *   - All memory of a host lies in the arena its creator gave.  Records name
 *     each other by offset, so a copy of the arena is a second host
 *     (estab_host_clone).
 */
#ifndef ESTAB_ESTAB_H
#define ESTAB_ESTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Values: time, addresses, states, errors ------------------------ */

typedef int64_t estab_time; /* an instant, nanoseconds */

#define ESTAB_NEVER INT64_MAX /* a deadline that does not come */
#define ESTAB_OFF (-1)        /* in a config: none, never, zero */

#define ESTAB_US INT64_C(1000)
#define ESTAB_MS INT64_C(1000000)
#define ESTAB_SECOND INT64_C(1000000000)
#define ESTAB_MINUTE (INT64_C(60) * ESTAB_SECOND)

/* An IPv6 address, or an IPv4 address as ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
 * All zero is "unspecified": any address of either family. */
struct estab_address {
	uint8_t byte[16];
};

struct estab_endpoint {
	struct estab_address address;
	uint16_t port; /* host byte order */
};

/* The states of RFC 9293 3.3.2. */
enum estab_state {
	ESTAB_CLOSED,
	ESTAB_LISTEN,
	ESTAB_SYN_SENT,
	ESTAB_SYN_RECEIVED,
	ESTAB_ESTABLISHED,
	ESTAB_FIN_WAIT_1,
	ESTAB_FIN_WAIT_2,
	ESTAB_CLOSE_WAIT,
	ESTAB_CLOSING,
	ESTAB_LAST_ACK,
	ESTAB_TIME_WAIT,
};
#define ESTAB_STATE_COUNT 11

/* "SYN-SENT", "FIN-WAIT-1": the RFC's spelling.  Static storage. */
const char *estab_state_name(enum estab_state state);

/* Errors: name, value, sentence.  The RFC's own wording where it has one. */
#define ESTAB_ERRORS(X)                                                        \
	X(EINVAL, 1, "an argument is not valid")                               \
	X(ESTALE, 2, "this handle names no connection (any more)")             \
	X(ENOMEM, 3, "insufficient resources: the host's memory is used up")   \
	X(EAGAIN, 4, "nothing to be had now; wait for an event")               \
	X(EADDRINUSE, 5, "this local address and port are in use")             \
	X(EADDRNOTAVAIL, 6, "no such local address, or no port left")          \
	X(ENETUNREACH, 7, "no route to this network")                          \
	X(EHOSTUNREACH, 8, "the host is unreachable: no neighbour answers")    \
	X(ECONNREFUSED, 9, "connection refused: nobody listens there")         \
	X(ECONNRESET, 10, "connection reset by the peer")                      \
	X(ECONNABORTED, 11, "connection aborted on this side")                 \
	X(ETIMEDOUT, 12, "connection aborted due to user timeout")             \
	X(ENOTCONN, 13, "the connection is not open")                          \
	X(EISCONN, 14, "connection already exists")                            \
	X(EPIPE, 15, "connection closing: this side has sent its FIN")         \
	X(EOPNOTSUPP, 16, "no listener can do this; or no such tunable")       \
	X(EMSGSIZE, 17, "a frame, span or arena has an impossible size")       \
	X(EINTERNAL, 18,                                                       \
	    "an invariant of estab failed; the connection was aborted")        \
	X(EDUPLICATE, 19, "another host on the link has this address")

enum estab_error {
#define ESTAB_X(name, value, text) ESTAB_##name = -(value),
	ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
};

/* A sentence for an error (or "no error" for a result >= 0); static storage. */
const char *estab_strerror(int error);

/* Read dotted IPv4 or any IPv6 form of RFC 4291 2.2.  Returns 0, or EINVAL:
 * not an address. */
int estab_address_parse(const char *text, struct estab_address *address);
/* Write it as RFC 5952 has it, into ESTAB_ADDRESS_TEXT bytes. */
#define ESTAB_ADDRESS_TEXT 46
void estab_address_text(const struct estab_address *address, char *text);
/* Whether it is an IPv4 address. */
bool estab_address_is_v4(const struct estab_address *address);

/* ---- Frames ------------------------------------------------------------ */

#define ESTAB_SPANS_MAX 8

struct estab_span {
	uint8_t *data; /* the host never writes into spans it is given */
	uint32_t length;
};

/* What a device knows of a transport checksum. */
enum estab_checksum {
	ESTAB_CHECKSUM_UNVERIFIED, /* in: nobody looked; out: complete */
	ESTAB_CHECKSUM_VERIFIED,   /* in: the device vouches for it */
	ESTAB_CHECKSUM_PARTIAL,    /* holds the pseudo-header sum only; whoever
	                            * copies the frame may complete it */
};

/* A packet: one IP datagram, in pieces.  It may be larger than the MTU: a
 * super-segment, which counts as segment_count segments wherever segments
 * are counted.  On an Ethernet link it begins with the 14 bytes of the
 * Ethernet header, whole in the first span. */
struct estab_frame {
	struct estab_span span[ESTAB_SPANS_MAX];
	uint8_t span_count;
	uint8_t link;           /* which link it came from or leaves by */
	uint8_t checksum;       /* enum estab_checksum */
	uint8_t ip_at;          /* in, PARTIAL: bytes before the IP header */
	uint16_t segment_bytes; /* text bytes a segment; 0: a plain packet */
	uint16_t segment_count; /* 0: a plain packet */
};

/* Bytes of all its spans. */
uint32_t estab_frame_bytes(const struct estab_frame *frame);

/* Copy a frame into one flat buffer of at least estab_frame_bytes(frame),
 * completing a partial checksum in the same pass.  Returns its bytes. */
uint32_t estab_frame_gather(const struct estab_frame *frame, void *flat);

/* Copy n bytes and return the 32-bit sum of their 16-bit words in memory
 * order (an odd last byte counts as if a zero followed), as the Internet
 * checksum wants it; any value congruent mod 0xffff will do, but 0 only when
 * all bytes are zero.  to == NULL: sum only, copy nothing.  Pieces that are
 * copied do not overlap; n may be 0. */
typedef uint32_t (*estab_copy_sum)(void *to, const void *from, size_t n);

/* One in portable C. */
uint32_t estab_copy_sum_portable(void *to, const void *from, size_t n);

/* The same with the creator's function (estab_copy_sum_best of link.h is a
 * fast one; NULL: portable C). */
uint32_t estab_frame_gather_with(const struct estab_frame *frame, void *flat,
    estab_copy_sum copy_sum);

/* ---- A host ------------------------------------------------------------ */

struct estab_host; /* lives in the creator's arena */
struct estab_trace;

/* A connection, listener or TIME-WAIT record, named so that a stale name is
 * an error and never another connection.  0 names nothing. */
typedef uint64_t estab_conn;

/* Messages of n bytes each, one every stride of bytes; n is less than stride,
 * and all of a stride may be read. */
struct estab_messages {
	const uint8_t *data;
	size_t n, stride, count;
};
typedef void (*estab_siphash_many)(const uint8_t key[16],
    const struct estab_messages *messages, uint64_t *hash);

/* How the connection table, ISS, ports and time-stamp offsets are keyed.
 * siphash is SipHash-2-4 of n bytes under a 16-byte key; siphash_many, if
 * there is one, puts the same of many messages into hash; random fills n
 * bytes that nobody can predict (in a simulation: seeded).  random is called
 * by estab_host_create alone: what a host draws later it makes of those bytes
 * with siphash, so context may go when the host is made, and a clone, which
 * draws alike, shares no generator with its original. */
struct estab_crypto {
	uint64_t (*siphash)(const uint8_t key[16], const void *data, size_t n);
	estab_siphash_many siphash_many;
	void (*random)(void *context, void *bytes, size_t n);
	void *context;
};

/* SipHash-2-4 of n bytes under a 16-byte key, in portable C: for creators who
 * have no library for it (estab_crypto_native of link.h takes libsodium's). */
uint64_t estab_siphash_portable(const uint8_t key[16], const void *data,
    size_t n);

/* The master keys of the cookies that a passive open's sequence numbers are
 * (docs/syn-flood.md): for machines that answer for one address together, or
 * to be known again after a restart.  The host reads them where they lie,
 * between two calls they may be changed, and it copies them nowhere: they
 * stand in no arena, clone or trace.  link.h reads them from a file.
 *
 * To change keys everywhere: add the new one to verify only, on every
 * machine; then sign with it, verifying with the old; after two epochs (64 s)
 * remove the old one. */
enum estab_key_use {
	ESTAB_KEY_NONE,
	ESTAB_KEY_VERIFY, /* cookies made with it are honoured */
	ESTAB_KEY_SIGN,   /* and new ones are made with it: one slot */
};
struct estab_cookie_keys {
	uint8_t key[2][16];
	uint8_t use[2];    /* enum estab_key_use */
	uint8_t stamp[16]; /* time-stamp offsets; it never changes */
	bool shared; /* with other machines: always honoured, and their clock
	              * may differ by an epoch (32 s) */
};

/* When a SYN is answered without a record. */
enum estab_cookies {
	ESTAB_COOKIES_WHEN_FULL = 1, /* when the SYN cache is full */
	ESTAB_COOKIES_ALWAYS,
};
/* What becomes of the SYNs of a source above its rate. */
enum estab_source_policy {
	ESTAB_SOURCE_DEMOTE = 1, /* answered without a record */
	ESTAB_SOURCE_DROP,
};

/* For lessons and tests: chooses the initial sequence number instead of RFC
 * 9293 3.4.1.  Returns false to leave the choice to the host. */
typedef bool (*estab_choose_iss)(void *context,
    const struct estab_endpoint *local, const struct estab_endpoint *remote,
    bool passive, uint32_t *iss);

/* A host's tunables.  Zero means the default in the comment. */
struct estab_config {
	struct estab_crypto crypto; /* required */
	estab_copy_sum copy_sum;    /* portable C */
	struct estab_trace *trace;  /* none; see trace.h */
	uint8_t trace_id;           /* 0: the host's name in records */
	estab_choose_iss choose_iss;
	void *choose_iss_context;

	/* Limits */
	uint32_t connections_max; /* 1,000,000 TCBs */
	uint32_t half_open_max;   /* 4,096 records, all listeners together */
	uint32_t neighbours_max;  /* 512 of 64 bytes, all Ethernet links */
	uint32_t time_wait_max;   /* 262,144 records, then oldest evicted */
	int64_t
	    buffer_bytes_max; /* half of the arena: all send and receive text */
	int64_t send_bytes;   /* 1 MiB a connection */
	int64_t receive_bytes; /* 1 MiB a connection: the largest window */
	uint32_t reorder_ranges_max;     /* 64 holes a connection, at most 64 */
	uint32_t retransmit_records_max; /* 1,024 a connection */

	/* Times, RFC 9293 3.8 and 6298; ESTAB_OFF where that makes sense */
	int64_t msl_ns;          /* 2 minutes */
	int64_t rto_initial_ns;  /* 1 s */
	int64_t rto_min_ns;      /* 200 ms (RFC 6298 says 1 s) */
	int64_t rto_max_ns;      /* 60 s */
	int64_t ack_delay_ns;    /* 40 ms (RFC: at most 500 ms) */
	int64_t persist_max_ns;  /* 60 s between window probes */
	int64_t user_timeout_ns; /* 5 minutes (R2; RFC 9293 3.8.3: >= 100 s) */
	int64_t fin_wait_2_ns;   /* 60 s, orphans only */
	int64_t keepalive_idle_ns;     /* 2 hours, when a connection asks */
	int64_t keepalive_interval_ns; /* 75 s */
	int32_t keepalive_probes_max;  /* 9 */
	int32_t syn_tries_max;         /* 7 retransmissions, then ETIMEDOUT */
	int32_t syn_ack_tries_max;     /* 5 retransmissions, then dropped */
	int32_t orphan_tries_max;      /* 8 retransmissions without a program */
	int64_t challenge_interval_ns; /* 500 ms between challenge ACKs of one
	                                * connection (RFC 5961 7) */

	/* What we speak */
	int32_t timestamps;        /* 1 on; ESTAB_OFF */
	int32_t window_scale;      /* 1 on; ESTAB_OFF */
	int32_t mss_max;           /* what the link's MTU allows */
	int32_t initial_window;    /* 10 segments (RFC 6928) */
	int32_t ttl;               /* 64 */
	int32_t header_prediction; /* 1 on; ESTAB_OFF: every segment climbs, every
	                            * SYN goes the long way */
	int32_t port_first, port_last; /* 49152 .. 65535 (RFC 6056) */
	int32_t icmp_per_second; /* 1,000 RSTs and ACKs without a connection and
	                          * ICMP messages towards one address */
	int32_t time_wait_reuse; /* 1 on (RFC 6191); ESTAB_OFF */
	int32_t address_probes;  /* 1, a second each, before an address on
	                           * Ethernet is ours (RFC 4862 5.1) */

	/* SYN flood (docs/syn-flood.md); each may be ESTAB_OFF by itself */
	int32_t syn_cookies;      /* ESTAB_COOKIES_WHEN_FULL */
	int32_t half_open_evict;  /* 1 on: where the cache is full and cookies
	                           * are off, the oldest record goes */
	int32_t syn_ack_adaptive; /* 1 on: one retransmission when the cache
	                           * is nearly full, none in a flood */
	int32_t source_policy;    /* ESTAB_SOURCE_DEMOTE, from a quarter of the
	                           * cache on */
	int32_t source_syns_per_second; /* 64: the rate of one address (v6:
	                                 * of a /64) it is judged by */
	int32_t source_connections_max; /* ESTAB_OFF: no limit; connections
	                                 * of one source that opened to us */
	int32_t syn_acks_per_second;    /* 10,000 towards one address; whatever
	                                 * a SYN is answered with; and 16
	                                 * SYN+ACKs sent again; OFF: neither */
	int32_t syns_last;     /* 1 on: in each batch SYNs come after all else,
	                        * and get half of the answers at most */
	uint32_t cookie_label; /* cookies of another one, 0 .. 65535, are not
	                        * ours */
	const struct estab_cookie_keys *cookie_keys; /* NULL: a key of its own,
	                                              * drawn at random */
	int64_t wall_ns; /* the wall clock when the host's is 0: what machines
	                  * that share keys agree on */
};

/* Set one tunable by name, from a decimal number: "0" means ESTAB_OFF.  The
 * names are those of the fields and, where the meaning is the same, of Linux's
 * sysctls with their units ("tcp_syn_retries", "tcp_fin_timeout",
 * "ip_local_port_range": docs/defaults.md).  Whether a value is in range is
 * told by estab_host_create.  Errors: EOPNOTSUPP (no such tunable), EINVAL. */
int estab_config_set(struct estab_config *config, const char *name,
    const char *value);

/* Bytes an arena must have at the least (one connection), and the alignment
 * it must have. */
#define ESTAB_ARENA_MIN ((size_t)256 * 1024)
#define ESTAB_ARENA_ALIGN 64

/* Make a host in arena.  Memory beyond what it uses is not touched, so a
 * large arena may be reserved address space.  Errors: EINVAL (no crypto, a
 * tunable out of range), EMSGSIZE (arena too small or misaligned).  The host
 * keeps what config points to, not config itself.  There is no destroy: drop
 * the arena. */
int estab_host_create(struct estab_host **host, void *arena, size_t arena_bytes,
    const struct estab_config *config, estab_time now);

/* Copy a host into another arena of at least estab_host_used(from) bytes.
 * Given the same inputs both do the same, in whatever order the two are
 * moved: they share nothing that changes, unless config.choose_iss keeps
 * count.  Two copies on one network would use the same keys, ports and
 * numbers: at most one of them may face it.  trace replaces the original's
 * (NULL: none).  Errors: EMSGSIZE. */
int estab_host_clone(struct estab_host **host, void *arena, size_t arena_bytes,
    const struct estab_host *from, struct estab_trace *trace);
/* Bytes of the arena that a copy needs, now. */
size_t estab_host_used(const struct estab_host *host);

#define ESTAB_MAC_BYTES 6

/* A link: what a device can do.  Returns its number, 0 .. 7.  Errors: EINVAL
 * (a field out of range), ENOMEM (the host has eight). */
struct estab_link {
	uint32_t mtu;               /* bytes of the largest IP packet, >= 576 */
	uint32_t segment_bytes_max; /* largest super-segment it cuts itself
	                             * (text bytes, <= 65,535 - headers); 0: none */
	bool checksum_out;          /* completes partial checksums itself */
	/* Frames begin with an Ethernet header.  The host answers ARP and
	 * neighbour discovery for its addresses, and asks for its neighbours. */
	bool ethernet;
	uint8_t mac[ESTAB_MAC_BYTES]; /* our own, when ethernet */
};
int estab_link_add(struct estab_host *host, const struct estab_link *link);
/* The link takes packets of up to mtu bytes from now on.  Open connections
 * over it follow, new text at once, text that must be sent again when it is;
 * upwards as far as a router on the path and the peer's MSS allow.
 * Errors: EINVAL (no such link, mtu not 576 .. 65,535). */
int estab_link_set_mtu(struct estab_host *host, int link, uint32_t mtu);
/* What estab_link_add was given, with the MTU of now.  EINVAL: no such link. */
int estab_link_get(const struct estab_host *host, int link,
    struct estab_link *got);

/* Give the host an address on a link.  Its prefix (of 24 bits: IPv4's /24) is
 * reachable there.  On Ethernet the host first asks whether another one has
 * it: until estab_address_state says ESTAB_ADDRESS_OURS nothing is sent from
 * it, and what connects from it waits.  Errors: EINVAL (no such link, no
 * address one host can have, a prefix of more than 32 or 128 bits),
 * EADDRINUSE (the host has it), ENOMEM (it has sixteen). */
int estab_address_add(struct estab_host *host, int link,
    const struct estab_address *address, uint8_t prefix_bits);

enum estab_address_state {
	ESTAB_ADDRESS_TENTATIVE, /* others are asked (RFC 4862 5.4) */
	ESTAB_ADDRESS_OURS,
	ESTAB_ADDRESS_DUPLICATE, /* another host has it: not used, for good */
};
/* Returns an enum estab_address_state, or EADDRNOTAVAIL: not one of the
 * host's. */
int estab_address_state(const struct estab_host *host,
    const struct estab_address *address);

/* Where everything that is on no prefix goes; on Ethernet its neighbours are
 * asked for each address.  EINVAL: no such link. */
int estab_route_default(struct estab_host *host, int link);
/* The same through a router, for the router's family alone.  Errors: EINVAL
 * (no address one neighbour can have), ENETUNREACH (on no prefix of that
 * link, nor link-local). */
int estab_route_gateway(struct estab_host *host, int link,
    const struct estab_address *gateway);

/* ---- Neighbours: who is where on Ethernet (RFC 826, RFC 4861) ------- */

enum estab_neighbour_state { /* RFC 4861 7.3.2 */
	ESTAB_NEIGHBOUR_INCOMPLETE,
	ESTAB_NEIGHBOUR_REACHABLE,
	ESTAB_NEIGHBOUR_STALE,
	ESTAB_NEIGHBOUR_DELAY,
	ESTAB_NEIGHBOUR_PROBE,
	ESTAB_NEIGHBOUR_FAILED, /* did not answer; asked again after 3 s */
	ESTAB_NEIGHBOUR_STATIC, /* given by hand: never asked, never changed */
};

struct estab_neighbour {
	struct estab_address address;
	uint8_t mac[ESTAB_MAC_BYTES]; /* zero while INCOMPLETE or FAILED */
	uint8_t link;
	enum estab_neighbour_state state;
};

/* A neighbour known for sure.  Errors: EINVAL (no Ethernet link, no address
 * one host can have), ENOMEM (neighbours_max of them are). */
int estab_neighbour_add(struct estab_host *host, int link,
    const struct estab_address *address, const uint8_t mac[ESTAB_MAC_BYTES]);

/* Walk all neighbours.  *cursor starts at 0.  Returns 1 and fills neighbour,
 * or 0 at the end. */
int estab_neighbour_next(const struct estab_host *host, uint64_t *cursor,
    struct estab_neighbour *neighbour);

/* ---- Input: frames in, frames out ----------------------------------- */

/* Frames that arrived.  All are read before it returns; spans stay the
 * caller's.  SYNs come after all else of the batch, and between two outputs
 * at most as many as the arena has pages of 4 KiB, 128 to 1,024: the rest is
 * dropped unread (TCPSynLate).  Of segments that are of no connection and open
 * none as many are looked at (TCPStrayLate).  Returns n, or EMSGSIZE. */
int estab_input(struct estab_host *host, const struct estab_frame *frames,
    size_t n, estab_time now);

/* SYNs and segments of no connection that were given since the last output,
 * dropped ones too; *room (may be NULL) is how many more would not be dropped,
 * of whichever has less.  When they are most of what
 * comes, who has more frames waiting should give as many as there is room for
 * before the next output; and where that is not enough for long, all: so that
 * what is under way is not lost behind these in a queue, which the host can
 * drop faster than answer. */
uint32_t estab_input_syns(const struct estab_host *host, uint32_t *room);

/* Run what is due, then fill up to max frames, at most ESTAB_FRAMES_MAX of
 * them.  Returns how many; call again until it returns 0.  A frame's spans
 * are borrowed until the next call on this host. */
#define ESTAB_FRAMES_MAX 64
int estab_output(struct estab_host *host, struct estab_frame *frames,
    size_t max, estab_time now);

/* A frame that estab_output gave could not be sent (queue full).  What it held
 * of a connection counts as never sent, and is owed again at once. */
void estab_output_refused(struct estab_host *host,
    const struct estab_frame *frame);

/* When estab_output must be called next: ESTAB_NEVER, or an instant; one in
 * the past means now. */
estab_time estab_deadline(const struct estab_host *host);

/* ---- Events ------------------------------------------------------------ */

/* Conditions of a connection: what holds now.  That something has happened is
 * told once.  What a program leaves unread then is told again with what comes
 * next, perhaps never: it reads until estab_receive says EAGAIN or 0, or comes
 * back by itself and asks estab_ready. */
#define ESTAB_CONNECTED 0x01u  /* the handshake has ended */
#define ESTAB_ACCEPTABLE 0x02u /* a listener has a connection to accept */
#define ESTAB_READABLE 0x04u   /* estab_receive would give bytes */
#define ESTAB_WRITABLE 0x08u   /* estab_send would take bytes */
#define ESTAB_EOF 0x10u        /* the peer's FIN has been taken */
#define ESTAB_URGENT 0x20u     /* urgent data is ahead (RFC 9293 3.8.5) */
#define ESTAB_ERROR 0x40u      /* the connection failed; see error */
#define ESTAB_ENDED 0x80u      /* CLOSED, or TIME-WAIT: nothing more comes */
#define ESTAB_PENDING 0x100u   /* an opening waits for estab_answer */

struct estab_event {
	estab_conn conn;
	uint32_t ready; /* the conditions that hold now */
	int error;      /* 0 or ESTAB_E... */
};

/* Take the next connection to which something happened.  Returns 1, or 0
 * when there is none.  Events need no memory and are never lost. */
int estab_event(struct estab_host *host, struct estab_event *event);

/* Whether estab_event would give one: then there is nothing to wait for. */
bool estab_event_waits(const struct estab_host *host);

/* The conditions of one connection now, or ESTALE. */
int estab_ready(const struct estab_host *host, estab_conn conn);

/* ---- Options: what a connection does, and does not ------------------ */

enum estab_ack_policy {
	ESTAB_ACK_SECOND, /* every second full segment (RFC 9293 3.8.6.3) */
	ESTAB_ACK_BATCH,  /* once an estab_output */
	ESTAB_ACK_EVERY,  /* every segment by itself, at once */
};

/* Options of a connection; a listener's are inherited.  Bools are 0 or 1.  A
 * time of 0 means the host's default.
 * ESTAB_RECEIVE_BYTES and ESTAB_MSS bear on what SYN and SYN+ACK say if they
 * are set before those leave: between the OPEN and the next estab_output. */
enum estab_option {
	ESTAB_NODELAY,       /* Nagle off */
	ESTAB_ACK_POLICY,    /* enum estab_ack_policy */
	ESTAB_SEND_BYTES,    /* limit of unacknowledged and unsent text */
	ESTAB_RECEIVE_BYTES, /* limit of held text: the largest window */
	ESTAB_KEEPALIVE,     /* probe an idle peer (RFC 9293 3.8.4) */
	ESTAB_KEEPALIVE_IDLE_NS,
	ESTAB_KEEPALIVE_INTERVAL_NS,
	ESTAB_KEEPALIVE_PROBES,
	ESTAB_USER_TIMEOUT_NS, /* RFC 9293 3.8.3; ESTAB_OFF: never */
	ESTAB_MSS,             /* largest segment we send; may only sink */
	ESTAB_TTL,
	ESTAB_TOS, /* the DSCP bits; ECN bits are ours */
	ESTAB_FIN_WAIT_2_NS,
	ESTAB_DEFER, /* of a listener: SYNs wait for estab_answer */
	/* Only full segments leave, until it is switched off, the connection is
	 * closed, or the silly-window override (RFC 9293 3.8.6.2.1) runs out,
	 * an RTO later */
	ESTAB_CORK,
	ESTAB_REUSE,  /* others may bind the same port; see estab_binding */
	ESTAB_V6ONLY, /* of a listener at :: : IPv4 is not for it */
	/* Of a listener: a connection is acceptable once its peer has sent
	 * text, or at the end of this time (rounded up to a time-out of the
	 * SYN+ACK); ESTAB_OFF: at once */
	ESTAB_DEFER_ACCEPT_NS,
	ESTAB_BACKLOG, /* of a listener: as in estab_listen */
	ESTAB_OPTION_COUNT,
};
/* Change an option.  Errors: ESTALE, EINVAL (a value out of range, or no such
 * option of this connection or listener). */
int estab_set(struct estab_host *host, estab_conn conn,
    enum estab_option option, int64_t value);
/* Read one into *value.  Errors: ESTALE, EINVAL. */
int estab_get(const struct estab_host *host, estab_conn conn,
    enum estab_option option, int64_t *value);

/* ---- Opening: active, passive, answered ----------------------------- */

/* OPEN, active.  An unspecified local address is chosen by route, port 0 by
 * RFC 6056; NULL is both.  Errors: EADDRINUSE (this four-tuple is in use),
 * EADDRNOTAVAIL, EDUPLICATE, ENETUNREACH, ENOMEM, EINVAL (remote unspecified,
 * multicast, port 0). */
int estab_connect(struct estab_host *host, estab_conn *conn,
    const struct estab_endpoint *local, const struct estab_endpoint *remote);

/* OPEN, passive.  backlog is POSIX's: how many connections may wait to be
 * accepted (at least 1 will).  At :: it hears both families, at
 * ::ffff:0.0.0.0 IPv4 alone; of several listeners at one port the one with
 * the most particular address is meant.  Errors: EADDRINUSE (that address and
 * port has a listener), EADDRNOTAVAIL, EDUPLICATE, ENOMEM, EINVAL (port 0). */
int estab_listen(struct estab_host *host, estab_conn *listener,
    const struct estab_endpoint *local, uint32_t backlog);

/* Take the oldest connection whose handshake has ended.  EAGAIN: none.
 * EINVAL: not a listener. */
int estab_accept(struct estab_host *host, estab_conn listener,
    estab_conn *conn);

/* How to answer a SYN that came to a listener with ESTAB_DEFER.  A gateway
 * does this when it knows what the far side says.
 *
 * Such a SYN makes a half-open record and an event ESTAB_PENDING, whose conn
 * is the opening's handle; estab_status tells whose it is.  Nothing leaves
 * before the answer, and the SYN repeated makes no second opening.  When its
 * sender gives up first, by a RST (ECONNRESET) or by silence for four times
 * his RTO (ETIMEDOUT), or the listener is closed (ECONNABORTED), an event
 * ESTAB_ERROR | ESTAB_ENDED says so, and the handle is stale.  After
 * ESTAB_ANSWER_ACCEPT the same event says that the handshake was not ended;
 * else the handle is stale when estab_accept has the connection to give.
 *
 * Any SYN may be forged, and such a record is neither a cookie nor evicted
 * before it is answered.  Who does something costly for each sets ESTAB_DEFER
 * to 0 while many are under way, and does it when estab_accept gives the
 * connection. */
enum estab_answer {
	ESTAB_ANSWER_ACCEPT,      /* SYN+ACK; estab_accept gives it later */
	ESTAB_ANSWER_REFUSE,      /* RST: ECONNREFUSED at the peer */
	ESTAB_ANSWER_UNREACHABLE, /* ICMP host unreachable: EHOSTUNREACH */
	ESTAB_ANSWER_NONE,        /* silence, as a filter would */
};

/* Answer an opening.  Unless the answer is ESTAB_ANSWER_ACCEPT the handle is
 * stale at once.  Errors: ESTALE, EINVAL (answered already, or no such
 * answer). */
int estab_answer(struct estab_host *host, estab_conn pending,
    enum estab_answer answer);

/* OPEN, active, on a listener (RFC 9293 3.10.1, LISTEN STATE): it stops to
 * listen and opens to remote from the same port.  Waiting connections are
 * reset.  *conn replaces the listener's handle, which is released.  Errors:
 * those of estab_connect; EINVAL (not a listener).  Then everything is as it
 * was: the listener listens. */
int estab_listen_connect(struct estab_host *host, estab_conn listener,
    const struct estab_endpoint *remote, estab_conn *conn);

/* ---- Text: sent and received ---------------------------------------- */

/* SEND: copy up to n bytes into the send buffer.  Returns how many it took;
 * 0 when the buffer is full (wait for ESTAB_WRITABLE).  May be called in
 * SYN-SENT and SYN-RECEIVED: the text waits.  Errors: EPIPE after CLOSE,
 * ENOTCONN, or what ended the connection. */
int64_t estab_send(struct estab_host *host, estab_conn conn, const void *data,
    size_t n);

/* SEND with the urgent flag: the last byte is the end of urgent data. */
int64_t estab_send_urgent(struct estab_host *host, estab_conn conn,
    const void *data, size_t n);

/* SEND in place: a free span at the end of the send buffer, to be filled and
 * then committed.  Returns how many spans (1, or 0 when the buffer is full);
 * its length may be less than wanted.  It stays the program's, whatever
 * arrives meanwhile and even if the connection ends, until the next
 * estab_send..., commit or release on this connection. */
int estab_send_reserve(struct estab_host *host, estab_conn conn, size_t want,
    struct estab_span *span);
/* Send the first n bytes of what was reserved, and give back the rest.
 * Returns n, or EINVAL: nothing, or less, is reserved. */
int64_t estab_send_commit(struct estab_host *host, estab_conn conn, size_t n);

/* RECEIVE: copy up to n bytes that are in order.  Returns how many, 0 at the
 * end of the stream (peer's FIN), EAGAIN when there are none yet, or what
 * ended the connection, once what came before that has been read. */
int64_t estab_receive(struct estab_host *host, estab_conn conn, void *data,
    size_t n);

/* RECEIVE in place: up to max spans of text in order.  Returns how many
 * spans (0: none now).  They stay until consumed. */
int estab_receive_peek(const struct estab_host *host, estab_conn conn,
    struct estab_span *spans, size_t max);
/* The first n bytes of the text in order have been read, and make room.
 * Returns n, or EINVAL: there are fewer. */
int64_t estab_receive_consume(struct estab_host *host, estab_conn conn,
    size_t n);

/* Copy up to n bytes that stand offset bytes behind the next one to read; all
 * stay unread.  Returns how many, 0 when there are none so far ahead. */
int64_t estab_receive_copy(const struct estab_host *host, estab_conn conn,
    size_t offset, void *data, size_t n);

/* Bytes from here to the end of urgent data, counting its last byte; 0 when
 * none is ahead (RFC 9293 3.8.5, MUST-32). */
int64_t estab_urgent(const struct estab_host *host, estab_conn conn);

/* ---- Closing: half of it, all of it, and letting go ----------------- */

/* CLOSE: no more will be sent; a FIN follows what was.  Receiving goes on
 * for as long as the peer sends (half-close).  Before ESTAB_CONNECTED an active
 * open is given up, with the text that waits (RFC 9293 3.10.4, SYN-SENT).  On
 * a listener: stop.  Errors: EPIPE (closed already), ENOTCONN, or what ended
 * the connection. */
int estab_close(struct estab_host *host, estab_conn conn);

/* ABORT: RST to the peer, everything queued is thrown away.  In TIME-WAIT it
 * ends that, as estab_forget does, without RST (RFC 9293 3.10.5).  On a
 * listener: stop.  Errors: ENOTCONN, or what ended the connection. */
int estab_abort(struct estab_host *host, estab_conn conn);

/* The program is done with this handle, which is stale from here on for every
 * call.  A connection that is not closed is closed, or, if text was left
 * unread, reset (RFC 9293 3.6.1); it then lives on as an orphan until TCP has
 * ended it, and resets a peer that still sends text to it.  Every connection
 * and listener must be released, whatever ended it. */
int estab_release(struct estab_host *host, estab_conn conn);

/* Forget a TIME-WAIT before its time (for tools that must leave: the pair is
 * then open to old duplicates).  EINVAL: it is in no TIME-WAIT. */
int estab_forget(struct estab_host *host, estab_conn conn);

/* ---- Ports -------------------------------------------------------------- */

/* Who asks for, or has, an address and port. */
struct estab_binding {
	struct estab_endpoint local; /* unspecified as for estab_listen */
	bool v6only;                 /* of :: */
	bool reuse;                  /* does not mind others that do not mind */
	bool listens; /* minds all the same (of one who has it) */
};

/* Whether has stands in the way of asks, as POSIX's bind sees it. */
bool estab_binding_conflicts(const struct estab_binding *asks,
    const struct estab_binding *has);

/* Whether a listener, a connection or a TIME-WAIT of this host stands in the
 * way: EADDRINUSE; whether the address is not the host's: EADDRNOTAVAIL; or
 * 0.  estab_listen and estab_connect do not ask; they refuse only what the
 * network could not tell apart.  Takes as long with a million connections as
 * with one. */
int estab_binding_check(const struct estab_host *host,
    const struct estab_binding *asks);

/* Choose a port of which estab_binding_check finds nothing to say: where asks
 * has none, at random (RFC 6056 3.3.2), else the next one behind it, for who
 * knows of more that are taken; behind the last comes the first.  EADDRINUSE:
 * there is none. */
int estab_binding_choose(struct estab_host *host, struct estab_binding *asks);

/* ---- Status: a control block, whole --------------------------------- */

enum estab_kind {
	ESTAB_KIND_NONE,
	ESTAB_KIND_LISTENER,
	ESTAB_KIND_HALF_OPEN, /* SYN-RECEIVED of a passive open: a small record */
	ESTAB_KIND_TCB,
	ESTAB_KIND_TIME_WAIT, /* a small record */
};

/* How the SYN cache stands: records, and what was answered without one of
 * late.  Each is entered when it is so full, and all are left below 12 %. */
enum estab_pressure {
	ESTAB_CALM,
	ESTAB_PRESSED, /* from 25 %: sources are judged by their rate */
	ESTAB_FLOODED, /* it was full: SYNs are answered without a record */
};

/* What a host does against a flood of SYNs (docs/syn-flood.md): what its
 * tunables leave on, whether it is at work now or not. */
enum estab_defence {
	ESTAB_DEFENCE_COOKIES = 0x01,  /* syn_cookies, when the cache is full */
	ESTAB_DEFENCE_ALWAYS = 0x02,   /* and every SYN is answered by one */
	ESTAB_DEFENCE_EVICT = 0x04,    /* half_open_evict */
	ESTAB_DEFENCE_ADAPTIVE = 0x08, /* syn_ack_adaptive */
	ESTAB_DEFENCE_DEMOTE = 0x10,   /* source_policy */
	ESTAB_DEFENCE_DROP = 0x20,
	ESTAB_DEFENCE_LIMIT = 0x40,       /* syn_acks_per_second */
	ESTAB_DEFENCE_CONNECTIONS = 0x80, /* source_connections_max */
	ESTAB_DEFENCE_LAST = 0x100,       /* syns_last */
};

/* A control block, whole, in the RFC's variables (9293 3.3.1). */
struct estab_status {
	estab_conn conn;
	enum estab_kind kind;
	enum estab_state state;
	struct estab_endpoint local, remote;
	uint32_t table_bucket; /* its place in the connection table */
	int error;

	uint32_t iss, snd_una, snd_nxt, snd_max, snd_wnd, snd_up, snd_wl1,
	    snd_wl2;
	uint32_t irs, rcv_nxt, rcv_wnd, rcv_up;
	uint32_t mss;      /* text bytes of the largest segment we send now */
	uint32_t mss_peer; /* the MSS option the peer sent */
	uint32_t mss_own;  /* and the one we send */
	uint32_t mss_received; /* text bytes of its largest segment so far */
	uint32_t path_mtu;
	uint8_t snd_wnd_shift, rcv_wnd_shift;
	bool timestamps, window_scale;
	bool fin_sent, fin_acked, fin_taken;
	bool orphan; /* no program holds it */

	uint32_t cwnd_bytes, ssthresh_bytes; /* INT32_MAX: no loss yet */
	uint32_t duplicate_acks;
	bool in_recovery;
	int64_t srtt_ns, rttvar_ns, rto_ns;
	int64_t ack_delay_ns; /* how long an ACK may wait, with no other cause */
	estab_time heard_at;  /* when the peer's last segment came */
	uint32_t backoff;     /* the RTO is doubled so often (RFC 6298 5.5) */

	uint32_t send_queued_bytes; /* in the send buffer, acknowledged not yet */
	uint32_t send_unsent_bytes;
	uint32_t receive_queued_bytes;  /* in order, unread */
	uint32_t receive_reorder_bytes; /* out of order */
	uint32_t retransmit_records;
	uint32_t lost_records;   /* of these: to be sent again */
	uint32_t resent_records; /* of these: sent again, and in flight */
	uint32_t reorder_ranges;
	uint32_t memory_bytes; /* record and buffers */

	estab_time retransmit_at, persist_at, ack_at, keepalive_at,
	    time_wait_at, user_timeout_at; /* ESTAB_NEVER: not armed */

	uint64_t bytes_sent, bytes_retransmitted, bytes_acked, bytes_received;
	uint32_t segments_out, segments_in, retransmits;

	uint32_t half_open_count, accept_count, backlog; /* listeners */
	enum estab_pressure pressure; /* listeners: of the SYN cache, shared */
	uint32_t half_open_max;       /* listeners: its records, shared */
	uint32_t defences;            /* listeners: enum estab_defence, or'ed */
};

/* STATUS (RFC 9293 3.10.6): all that is known of a connection, listener or
 * opening.  Returns 0, or ESTALE. */
int estab_status(const struct estab_host *host, estab_conn conn,
    struct estab_status *status);

/* Walk all records of the table, for tools: a program's connections and
 * listeners under the handles it has, and what no program holds (half-open,
 * waiting to be accepted, orphans, TIME-WAIT) under names of their own, which
 * estab_status and, for TIME-WAIT, estab_forget take, and no other call.
 * *cursor starts at 0.  Returns 1 and fills status, or 0 at the end. */
int estab_status_next(const struct estab_host *host, uint64_t *cursor,
    struct estab_status *status);

/* ---- Counters: and memory ------------------------------------------- */

struct estab_memory {
	uint64_t arena_bytes;     /* what the creator gave */
	uint64_t committed_bytes; /* taken from the arena: tables, slabs, chunks */
	uint64_t record_bytes;    /* records in use, nominal sizes */
	uint64_t buffer_bytes;    /* chunks of text in use */
	uint32_t tcb_count, half_open_count, time_wait_count, listener_count;
	uint32_t retransmit_record_count;
};
/* What of its arena a host uses now, and for what. */
void estab_memory(const struct estab_host *host, struct estab_memory *memory);

/* Counters: name, what is counted.  The names are Linux's where the meaning
 * is Linux's (net/snmp and net/netstat). */
#define ESTAB_COUNTERS(X)                                                      \
	X(ActiveOpens, "OPENs, active")                                        \
	X(PassiveOpens, "half-open connections that became connections")       \
	X(AttemptFails, "openings that failed, from either side")              \
	X(EstabResets, "connections that ended in ESTABLISHED or CLOSE-WAIT")  \
	X(CurrEstab, "connections in ESTABLISHED or CLOSE-WAIT now")           \
	X(InSegs, "segments that arrived, wrong ones too")                     \
	X(OutSegs, "new segments that left, each of a super-segment")          \
	X(RetransSegs, "segments that left again; SYN+ACKs in OutSegs, too")   \
	X(InErrs, "segments dropped for checksum, header or options")          \
	X(OutRsts, "RSTs that left")                                           \
	X(InCsumErrors, "segments dropped for their checksum")                 \
	X(ListenOverflows, "SYNs and last ACKs that found the backlog full")   \
	X(ListenDrops, "SYNs dropped for want of room or memory")              \
	X(TW, "connections that entered TIME-WAIT")                            \
	X(TWRecycled, "TIME-WAITs ended by a newer SYN (RFC 6191)")            \
	X(TCPTimeouts, "retransmission time-outs, of SYN+ACKs too")            \
	X(TCPFastRetrans, "recoveries begun by three duplicate ACKs")          \
	X(TCPOFOQueue, "segments held beyond a hole")                          \
	X(TCPOFODrop, "out-of-order ranges given up: too many, or no memory")  \
	X(TCPOFOMerge, "out-of-order ranges that became in order")             \
	X(TCPRcvQDrop, "segments whose text found no memory")                  \
	X(TCPChallengeACK, "challenge ACKs sent (RFC 5961)")                   \
	X(TCPSYNChallenge, "SYNs on an open connection")                       \
	X(TCPAbortOnData,                                                      \
	    "connections reset: text came after the program let go")           \
	X(TCPAbortOnClose,                                                     \
	    "connections reset because the program left them unread")          \
	X(TCPAbortOnMemory,                                                    \
	    "openings lost at their last ACK: no memory for a TCB")            \
	X(TCPAbortOnTimeout,                                                   \
	    "connections given up: user time-out, tries or keepalive")         \
	X(PAWSEstab, "segments dropped for an old timestamp (RFC 7323 5)")     \
	X(TCPKeepAlive, "keepalive probes sent")                               \
	X(DelayedACKs, "delayed ACKs sent because their time was over")        \
	X(TCPHPHits, "segments that took the fast path (header prediction)")   \
	X(TCPSynHits, "SYNs that took the fast path of a flood")               \
	X(TCPTimeWaitOverflow,                                                 \
	    "TIME-WAITs ended early or not begun: too many, or no memory")     \
	X(TCPZeroWindowProbe, "window probes sent")                            \
	X(TCPOutRefused, "segments a link refused")                            \
	X(TCPReqQFullDrop, "SYNs dropped: they met half_open_max")             \
	X(TCPReqQFullDoCookies,                                                \
	    "SYNs answered without a record: they met half_open_max")          \
	X(SyncookiesSent, "SYN+ACKs sent without a record")                    \
	X(SyncookiesRecv, "connections made from a cookie")                    \
	X(SyncookiesFailed, "ACKs tried as a cookie that were none")           \
	X(TCPHalfOpenEvicted, "half-open records that made room for a SYN")    \
	X(TCPSourceDemoted,                                                    \
	    "SYNs of a source above its rate, answered without a record")      \
	X(TCPSourceDropped, "SYNs of a source above its rate, dropped")        \
	X(TCPSourceFull, "openings refused: source_connections_max")           \
	X(TCPSynAckLimited, "SYNs dropped: syn_acks_per_second")               \
	X(TCPSynRepeatLimited,                                                 \
	    "SYN+ACKs not sent again: too many to one address")                \
	X(TCPSynLate, "SYNs dropped unread: others had their half of a turn")  \
	X(TCPStrayLate,                                                        \
	    "segments of no connection dropped: others had their half")        \
	X(TCPBacklogDrop,                                                      \
	    "last ACKs of a handshake that found the backlog full")            \
	X(TCPReplyMerged, "replies left out because too many waited to leave") \
	X(TCPInvariant, "invariants that failed: each ended its connection")   \
	X(TCPTableRekeyed,                                                     \
	    "fresh keys for the connection table: a chain grew long")          \
	X(TCPClockBack, "calls with a time before the last one")               \
	X(TCPBadOptions, "segments dropped for options of impossible length")  \
	X(TCPNoPort, "active OPENs that found no free port")                   \
	X(TCPRstRateLimited,                                                   \
	    "RSTs and ACKs without a TCB left out, over what may be told")     \
	X(TCPGhostAck,                                                         \
	    "ACKs of long ago or of what was never sent (RFC 5961 5)")         \
	X(IpInReceives, "packets that arrived")                                \
	X(IpInHdrErrors, "packets dropped for their IP header, or a TTL of 0") \
	X(IpInAddrErrors, "packets dropped that are for another host")         \
	X(IpInMartians, "packets dropped for an impossible source")            \
	X(IpInUnknownProtos, "packets dropped for their protocol")             \
	X(IpInFragments, "fragments dropped: they are not put together")       \
	X(IpInTruncated, "packets dropped that end before their header says")  \
	X(IcmpInMsgs, "ICMP messages that arrived")                            \
	X(IcmpInErrors, "ICMP messages dropped for checksum or form")          \
	X(IcmpInEchos, "ICMP echo requests that arrived")                      \
	X(IcmpOutEchoReps, "ICMP echo replies made")                           \
	X(IcmpOutDestUnreachs, "ICMP destination unreachables made")           \
	X(IcmpInTooBig, "ICMP messages that a packet was too big")             \
	X(IcmpInIgnored, "ICMP messages about nothing that is in flight")      \
	X(IcmpRateLimited, "ICMP replies left out, over icmp_per_second")      \
	X(EthInRunts, "frames shorter than an Ethernet header")                \
	X(EthInOtherHost, "frames for the MAC of another host")                \
	X(EthInUnknownTypes, "frames neither of IPv4, IPv6 nor ARP")           \
	X(EthInMisaddressed, "packets for us alone in frames for many")        \
	X(NeighbourInErrors, "ARP and ND messages of impossible form")         \
	X(NeighbourInAsks, "ARP requests and solicitations for us")            \
	X(NeighbourInAnswers, "answers that were asked for")                   \
	X(NeighbourInIgnored, "answers and claims nobody asked for")           \
	X(NeighbourOutAsks, "ARP requests and solicitations made")             \
	X(NeighbourOutAnswers, "ARP replies and advertisements made")          \
	X(NeighbourFails, "neighbours that did not answer")                    \
	X(NeighbourOutDrops, "packets dropped for want of a neighbour")        \
	X(NeighbourEvictions, "neighbours forgotten for want of room")         \
	X(AddressDuplicates, "addresses of ours that another host has")        \
	X(AddressClaims, "claims of others to an address of ours")             \
	X(NeighbourOutHolds,                                                   \
	    "segments taken back: their connection waits for a neighbour")

enum estab_counter {
#define ESTAB_X(name, text) ESTAB_COUNT_##name,
	ESTAB_COUNTERS(ESTAB_X)
#undef ESTAB_X
	    ESTAB_COUNTER_COUNT
};
/* How often that has happened since the host was made (ESTAB_COUNT_CurrEstab:
 * how many there are). */
uint64_t estab_counter(const struct estab_host *host, enum estab_counter id);
/* "OutRsts"; static storage. */
const char *estab_counter_name(enum estab_counter id);
/* "RSTs that left"; static storage. */
const char *estab_counter_text(enum estab_counter id);

#ifdef __cplusplus
}
#endif
#endif
