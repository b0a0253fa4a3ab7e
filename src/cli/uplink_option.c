/* SPDX-License-Identifier: BSD-2-Clause
 *
 * uplink_option.c - the options that describe a host on a device.
 */
#include "cli/uplink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum {
	KEY_LINK = 0x100,
	KEY_ADDR,
	KEY_GATEWAY,
	KEY_MTU,
	KEY_IMPAIR,
	KEY_SEED,
	KEY_KEYS,
	KEY_SET,
};

static const struct argp_option option[] = {
	{ "link", KEY_LINK, "KIND:NAME", 0,
	    "The device estab sits behind: tun:NAME or tap:NAME (Ethernet), made by "
	    "estab; packet:NAME, "
	    "an Ethernet interface; pcap:IN[,OUT], a capture instead, and one of "
	    "the answers",
	    1 },
	{ "addr", KEY_ADDR, "ADDR/PREFIX", 0,
	    "estab's own address (once for IPv4, once for IPv6)", 1 },
	{ "gateway", KEY_GATEWAY, "ADDR", 0,
	    "tun, tap: the kernel's address at its end, set by estab; packet: the "
	    "router of the network",
	    1 },
	{ "mtu", KEY_MTU, "BYTES", 0, "Largest packet of the device", 1 },
	{ "impair", KEY_IMPAIR, "WORDS", 0,
	    "Make both directions bad: loss=5%,reorder=5%,dup=2%,corrupt=1%,"
	    "delay=10ms,rate=10mbit",
	    1 },
	{ "seed", KEY_SEED, "N", 0, "Choose the luck of --impair (default 1)",
	    1 },
	{ "keys", KEY_KEYS, "FILE", 0,
	    "Keys of SYN cookies: kept over a restart, shared by machines", 1 },
	{ "set", KEY_SET, "NAME=VALUE", 0,
	    "A tunable of estab-tcp(7) or one of Linux's sysctls, as "
	    "tcp_syn_retries=3",
	    1 },
	{ 0 },
};

static void
unknown_kind(const char *text, size_t n, const char *const kind[4],
    struct argp_state *state)
{
	char word[16];
	const char *near;

	(void)snprintf(word, sizeof word, "%.*s", (int)(n < 16 ? n : 15), text);
	near = suggest(word, kind, 4);
	if (near != NULL)
		argp_error(state, "--link %s: no kind '%s'; did you mean %s:?",
		    text, word, near);
	else
		argp_error(state,
		    "--link %s: a device is written tun:NAME, tap:NAME, "
		    "packet:NAME or pcap:IN[,OUT]",
		    text);
}

/* "IN,OUT": OUT is what follows the last comma. */
static void
split_files(struct uplink_wish *wish, char *files)
{
	char *const comma = strrchr(files, ',');

	if (wish->kind != UPLINK_PCAP || comma == NULL)
		return;
	*comma = '\0';
	wish->out = comma + 1;
}

/* argp_error ends the program unless it was told not to: hence the returns. */
static void
take_link(struct uplink_wish *wish, char *text, struct argp_state *state)
{
	static const char *const kind[] = { "tun", "tap", "packet", "pcap" };
	char *const colon = strchr(text, ':');
	const size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);

	for (size_t i = 0; i < 4; i++) {
		if (strlen(kind[i]) != n || memcmp(kind[i], text, n) != 0)
			continue;
		if (colon == NULL || colon[1] == '\0') {
			argp_error(state, "--link %s: %s:%s is wanted", text,
			    kind[i], i == 3 ? "IN or pcap:IN,OUT" : "NAME");
			return;
		}
		wish->kind = (enum uplink_kind)(UPLINK_TUN + i);
		wish->link = text;
		wish->name = colon + 1;
		split_files(wish, colon + 1);
		return;
	}
	unknown_kind(text, n, kind, state);
}

/* "ADDRESS/BITS" */
static bool
parse_own(const char *text, struct uplink_address *own,
    struct argp_state *state)
{
	char address[ESTAB_ADDRESS_TEXT];
	const char *const slash = strchr(text, '/');
	unsigned long bits;
	char *end = NULL;

	if (slash == NULL || (size_t)(slash - text) >= sizeof address) {
		argp_error(state,
		    "--addr %s: an address and its prefix, e.g. 10.9.0.2/24",
		    text);
		return false;
	}
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (estab_address_parse(address, &own->address) < 0) {
		argp_error(state, "--addr %s: %s is not an address", text,
		    address);
		return false;
	}
	bits = strtoul(slash + 1, &end, 10);
	if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits == 0 ||
	    bits > (estab_address_is_v4(&own->address) ? 32 : 128)) {
		argp_error(state, "--addr %s: %s is not a prefix length", text,
		    slash + 1);
		return false;
	}
	own->prefix_bits = (uint8_t)bits;
	return true;
}

static void
take_own(struct uplink_wish *wish, const char *text, struct argp_state *state)
{
	if (wish->own_count == UPLINK_ADDRESSES_MAX)
		argp_error(state, "--addr %s: one IPv4 and one IPv6 at most",
		    text);
	else if (parse_own(text, &wish->own[wish->own_count], state))
		wish->own_count++;
}

static void
take_gateway(struct uplink_wish *wish, const char *text,
    struct argp_state *state)
{
	if (wish->gateway_count == UPLINK_ADDRESSES_MAX)
		argp_error(state, "--gateway %s: one IPv4 and one IPv6 at most",
		    text);
	else if (estab_address_parse(text,
	             &wish->gateway[wish->gateway_count].address) < 0)
		argp_error(state, "--gateway %s: this is not an address", text);
	else
		wish->gateway_count++;
}

static void
take_impairment(struct uplink_wish *wish, const char *text,
    struct argp_state *state)
{
	const char *where = text;

	if (estab_impairment_parse(text, &wish->impairment, &where) < 0)
		argp_error(state, "--impair %s: not understood from \"%s\" on",
		    text, where);
	wish->impaired = true;
}

static void
take_setting(struct uplink_wish *wish, char *text, struct argp_state *state)
{
	char *const sign = strchr(text, '=');
	int result;

	if (sign == NULL) {
		argp_error(state, "--set %s: NAME=VALUE is wanted", text);
		return;
	}
	*sign = '\0';
	result = estab_config_set(&wish->config, text, sign + 1);
	if (result == ESTAB_EOPNOTSUPP)
		argp_error(state,
		    "--set %s: there is no such tunable; see estab-tcp(7)",
		    text);
	else if (result < 0)
		argp_error(state, "--set %s: %s is no value of it", text,
		    sign + 1);
}

static bool
same_prefix(const struct estab_address *a, const struct estab_address *b,
    uint8_t bits)
{
	const unsigned int skip = estab_address_is_v4(a) ? 96 : 0;

	for (unsigned int i = 0; i < skip + bits; i++) {
		const uint8_t bit = (uint8_t)(0x80u >> i % 8);

		if ((a->byte[i / 8] & bit) != (b->byte[i / 8] & bit))
			return false;
	}
	return true;
}

/* The prefix of the own address a gateway belongs to, or 0. */
static uint8_t
prefix_of(const struct uplink_wish *wish, const struct estab_address *gateway)
{
	for (size_t i = 0; i < wish->own_count; i++)
		if (same_prefix(&wish->own[i].address, gateway,
		        wish->own[i].prefix_bits))
			return wish->own[i].prefix_bits;
	return 0;
}

/* Find the prefix of the wire whose other end a gateway is. */
static void
check_gateway(const struct uplink_wish *wish, struct uplink_address *gateway,
    struct argp_state *state)
{
	char text[ESTAB_ADDRESS_TEXT];

	estab_address_text(&gateway->address, text);
	gateway->prefix_bits = prefix_of(wish, &gateway->address);
	if (gateway->prefix_bits == 0)
		argp_error(state,
		    "--gateway %s: it lies in the prefix of no --addr", text);
	for (size_t i = 0; i < wish->own_count; i++)
		if (memcmp(&gateway->address, &wish->own[i].address,
		        sizeof gateway->address) == 0)
			argp_error(state,
			    "--gateway %s: --addr has the same; they are the "
			    "two ends of a wire",
			    text);
}

/* A value's range may depend on other tunables: a host is asked that has them
 * all. */
static void
check_settings(const struct uplink_wish *wish, struct argp_state *state)
{
	static _Alignas(ESTAB_ARENA_ALIGN) uint8_t arena[ESTAB_ARENA_MIN];
	struct estab_config config = wish->config;
	struct estab_host *host;

	config.crypto = estab_crypto_native();
	if (estab_host_create(&host, arena, sizeof arena, &config, 0) ==
	    ESTAB_EINVAL)
		argp_error(state,
		    "--set: a value is out of range; estab-tcp(7) has the "
		    "ranges");
}

/* What only all options together show. */
static void
check_whole(struct uplink_wish *wish, struct argp_state *state)
{
	if (wish->kind == UPLINK_NONE)
		argp_error(state, "--link is missing, e.g. --link tun:estab0");
	if (wish->own_count == 0)
		argp_error(state, "--addr is missing, e.g. --addr 10.9.0.2/24");
	if (wish->mtu > 0 && wish->mtu < 1280 && uplink_own(wish, false))
		argp_error(state, "--mtu %u: IPv6 needs 1280 at the least",
		    wish->mtu);
	for (size_t i = 0; i < wish->gateway_count; i++)
		check_gateway(wish, &wish->gateway[i], state);
	if (wish->kind == UPLINK_PCAP && wish->gateway_count > 0)
		argp_error(state, "--gateway: there is none in a capture");
	check_settings(wish, state);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct uplink_wish *const wish = state->input;

	switch (key) {
	case KEY_LINK:
		take_link(wish, text, state);
		return 0;
	case KEY_ADDR:
		take_own(wish, text, state);
		return 0;
	case KEY_GATEWAY:
		take_gateway(wish, text, state);
		return 0;
	case KEY_MTU:
		wish->mtu =
		    (uint32_t)cli_number(state, "--mtu", text, 576, 65535);
		return 0;
	case KEY_KEYS:
		wish->keys = text;
		return 0;
	case KEY_SET:
		take_setting(wish, text, state);
		return 0;
	case KEY_IMPAIR:
		take_impairment(wish, text, state);
		return 0;
	case KEY_SEED:
		wish->seed = cli_number(state, "--seed", text, 0, UINT64_MAX);
		return 0;
	case ARGP_KEY_INIT:
		wish->seed = 1;
		return 0;
	case ARGP_KEY_SUCCESS:
		check_whole(wish, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct estab_address *
uplink_own(const struct uplink_wish *wish, bool v4)
{
	for (size_t i = 0; i < wish->own_count; i++)
		if (estab_address_is_v4(&wish->own[i].address) == v4)
			return &wish->own[i].address;
	return NULL;
}

const struct argp uplink_argp = { option, parse, NULL, NULL, NULL, NULL, NULL };
