/* SPDX-License-Identifier: BSD-2-Clause
 *
 * uplink.h - a host of our own on a device, as options describe it.
 *
 * Its options (--link, --addr, --gateway, --mtu, --impair, --seed,
 * --keys, --set) are an
 * argp child: give uplink_argp a struct uplink_wish as input.
 */
#ifndef CLI_UPLINK_H
#define CLI_UPLINK_H

#include <argp.h>

#include <estab/estab.h>
#include <estab/link.h>
#include <estab/sim.h>
#include <estab/trace.h>

#include "loop/loop.h"

#define UPLINK_ADDRESSES_MAX 2

enum uplink_kind {
	UPLINK_NONE,
	UPLINK_TUN,    /* tun:NAME */
	UPLINK_TAP,    /* tap:NAME */
	UPLINK_PACKET, /* packet:NAME */
	UPLINK_PCAP,   /* pcap:IN[,OUT] */
};

struct uplink_address {
	struct estab_address address;
	uint8_t prefix_bits;
};

struct uplink_wish {
	enum uplink_kind kind;
	const char *link; /* as it was written, kind and all */
	const char *name; /* of the device, or of the capture */
	const char *out;  /* pcap: what the host sends; the session writes it */
	struct uplink_address own[UPLINK_ADDRESSES_MAX];
	size_t own_count;
	/* tun, tap: the kernel, at its end of the device; packet: a router */
	struct uplink_address gateway[UPLINK_ADDRESSES_MAX];
	size_t gateway_count;
	uint32_t mtu; /* 0: what the device has */
	bool impaired;
	struct estab_impairment impairment;
	uint64_t seed;
	struct estab_config config; /* --set; 0: the default */
	const char *keys;           /* a file of cookie keys, fd:N, or NULL */
	/* Set by the program, not by an option. */
	struct estab_trace *trace;
	bool resident; /* for thousands of connections */
};

extern const struct argp uplink_argp;

struct uplink {
	struct estab_host *host;
	void *arena;
	size_t arena_bytes;
	struct estab_cookie_keys *keys; /* NULL: the host draws its own */
	struct estab_device device;
	struct loop loop;
	uint64_t drawn; /* pcap: random bytes, in pieces */
	uint64_t seed;
};

/* Open the device, configure the kernel's end, make the host.  On failure
 * it has said why, and nothing is left open. */
bool uplink_up(struct uplink *uplink, const struct uplink_wish *wish,
    const char *speaker);
void uplink_down(struct uplink *uplink);

/* Read the keys again, between two calls of the host.  It says what came of
 * it; what is no file of keys changes nothing. */
void uplink_keys_again(struct uplink *uplink, const struct uplink_wish *wish,
    const char *speaker);

/* The first own address of a family (v4 or v6), or NULL. */
const struct estab_address *uplink_own(const struct uplink_wish *wish, bool v4);

#endif
