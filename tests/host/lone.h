/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lone.h - one host, and a peer made of packets by hand.
 *
 * The host is 10.0.0.2/24 and fd00::2/64; the peer whatever the test sends,
 * 10.0.0.1 or fd00::1 as a rule.  On Ethernet: wired.h.
 */
#ifndef TESTS_HOST_LONE_H
#define TESTS_HOST_LONE_H

#include <estab/sim.h>
#include <estab/trace.h>

#include "wire/ethernet.h"
#include "wire/icmp.h"
#include "wire/neighbour.h"
#include "wire/segment.h"

#define LONE_OUT_MAX 512u
#define LONE_PORT 80
#define LONE_PEER_PORT 4000
#define LONE_PEER_ISS 0xfffffff0u /* what it sends wraps */

/* A packet that left, taken apart. */
struct sent_packet {
	struct ethernet_header ethernet; /* of such a link */
	bool is_message;                 /* ARP or neighbour discovery */
	struct neighbour_message message;
	struct ip_packet ip; /* unless ARP */
	bool is_tcp;
	struct segment seg;
	uint32_t bytes;        /* of the packet */
	const uint8_t *packet; /* what the link's header carries */
	const uint8_t *text;   /* what the IP header carries, less TCP's */
	uint8_t frame[1600];
};

struct lone {
	struct estab_host *host;
	void *arena, *world_memory;
	size_t arena_bytes;
	estab_time now;
	uint8_t version;
	struct estab_link link;
	struct estab_trace *trace; /* freed with it; or NULL */
	struct sent_packet *out;   /* of the last lone_run() */
	uint32_t out_count;
	bool oversize; /* one was longer than the link takes */
};

/* A connection of it with the peer by hand. */
struct peer {
	estab_conn conn;
	uint16_t port;
	uint32_t seq, ack; /* what it sends and acknowledges next */
	struct tcp_options options;
};

/* Any failure fails the test.  config may be NULL. */
struct lone *lone_create(uint8_t version, size_t arena_bytes,
    const struct estab_config *config);
/* The same on another link. */
struct lone *lone_create_on(const struct estab_link *link, uint8_t version,
    size_t arena_bytes, const struct estab_config *config);
void lone_free(struct lone *l);

/* 10.0.0.n, or fd00::n */
struct estab_address lone_address(uint8_t version, uint8_t n);

/* A packet or frame arrives, and what the host then owes leaves. */
void lone_put(struct lone *l, const void *packet, uint32_t bytes);
void lone_put_frame(struct lone *l, const struct estab_frame *frame);
/* Time goes on by ns, and what is due leaves. */
void lone_run(struct lone *l, int64_t ns);

/* A TCP packet from the peer, with n bytes of text at data (NULL: zeros). */
uint32_t lone_packet(const struct lone *l, uint8_t *packet,
    const struct segment *seg, const void *text);
/* The same from any address, to the host's of that version. */
uint32_t lone_packet_from(const struct estab_address *from, uint8_t *packet,
    const struct segment *seg, const void *text);
void lone_segment(struct lone *l, const struct segment *seg, const void *text);
/* One without text from any address, to the host's of that version. */
void lone_segment_from(struct lone *l, const struct estab_address *from,
    const struct segment *seg);
/* What a stranger forges in the peer's name: number n of a kind. */
#define LONE_FORGERIES 6u /* ACK, SYN, SYN+ACK, FIN, RST, text */
struct segment lone_forgery(uint32_t kind, uint32_t n);
/* What a peer opens with from a port, and what every later segment of a
 * connection's peer has: its ports, options, SEQ and ACK, and nothing else. */
struct segment lone_syn(uint16_t port);
struct segment lone_from(const struct peer *p);
void lone_text(struct lone *l, struct peer *p, const void *text, uint32_t n);
void lone_ack(struct lone *l, struct peer *p);
void lone_fin(struct lone *l, struct peer *p);
void lone_reset(struct lone *l, const struct peer *p);

/* Any transport, from any address to any. */
uint32_t lone_datagram(uint8_t *packet, const struct estab_address *from,
    const struct estab_address *to, uint8_t protocol, const void *payload,
    uint32_t n);
/* Put the checksum into an ICMP message. */
void lone_icmp_sum(const struct estab_address *from,
    const struct estab_address *to, uint8_t *message, uint32_t n);

/* The peer opens, the listener's program accepts. */
estab_conn lone_listen(struct lone *l, uint32_t backlog);
void lone_open(struct lone *l, estab_conn listener, uint16_t port,
    struct peer *p);
/* Only the handshake: its last ACK has arrived. */
void lone_shake(struct lone *l, uint16_t port, struct peer *p);
/* The host opens; the peer answers. */
void lone_connect(struct lone *l, struct peer *p);

struct estab_status lone_status(const struct lone *l, estab_conn conn);
uint64_t lone_counter(const struct lone *l, enum estab_counter id);

/* Nothing is left in memory, once time enough has passed. */
void lone_check_empty(struct lone *l);

#endif
