/* SPDX-License-Identifier: BSD-2-Clause
 *
 * uplink.c - a host of our own on a device: options, opening, closing.
 */
#include "cli/uplink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/cli.h"

#define ARENA_BYTES ((size_t)256 * 1024 * 1024) /* reserved, not touched */
/* A window of 1 MiB in packets of 576 bytes fits in the kernel's queue; its
 * own 500 packets would be overrun by ordinary windows. */
#define QUEUE_PACKETS 4096

const struct estab_address *
uplink_own(const struct uplink_wish *wish, bool v4)
{
	for (size_t i = 0; i < wish->own_count; i++)
		if (estab_address_is_v4(&wish->own[i].address) == v4)
			return &wish->own[i].address;
	return NULL;
}

/* ---- Options ------------------------------------------------------------ */

enum {
	KEY_LINK = 0x100,
	KEY_ADDR,
	KEY_GATEWAY,
	KEY_MTU,
	KEY_IMPAIR,
	KEY_SEED,
};

static const struct argp_option option[] = {
	{ "link", KEY_LINK, "tun:NAME", 0, "The device estab sits behind", 1 },
	{ "addr", KEY_ADDR, "ADDR/PREFIX", 0,
	    "estab's own address (once for IPv4, once for IPv6)", 1 },
	{ "gateway", KEY_GATEWAY, "ADDR", 0,
	    "The kernel's address at its end of the device, set by estab", 1 },
	{ "mtu", KEY_MTU, "BYTES", 0, "Largest packet of the device", 1 },
	{ "impair", KEY_IMPAIR, "WORDS", 0,
	    "Make both directions bad: loss=5%,reorder=5%,dup=2%,corrupt=1%,"
	    "delay=10ms,rate=10mbit",
	    1 },
	{ "seed", KEY_SEED, "N", 0, "Choose the luck of --impair (default 1)",
	    1 },
	{ 0 },
};

static void
take_link(struct uplink_wish *wish, const char *text, struct argp_state *state)
{
	if (strncmp(text, "tun:", 4) != 0 || text[4] == '\0')
		argp_error(state,
		    "--link %s: a device is written tun:NAME, e.g. tun:estab0",
		    text);
	wish->tun = text + 4;
}

static void
take_own(struct uplink_wish *wish, const char *text, struct argp_state *state)
{
	char address[ESTAB_ADDRESS_TEXT];
	const char *const slash = strchr(text, '/');
	const size_t n = wish->own_count;
	const size_t length = slash == NULL ? 0 : (size_t)(slash - text);
	char *end = NULL;
	unsigned long bits;

	if (n == UPLINK_ADDRESSES_MAX)
		argp_error(state, "--addr %s: one IPv4 and one IPv6 at most",
		    text);
	if (slash == NULL || length >= sizeof address)
		argp_error(state,
		    "--addr %s: an address and its prefix, e.g. 10.9.0.2/24",
		    text);
	memcpy(address, text, length);
	address[length] = '\0';
	if (estab_address_parse(address, &wish->own[n].address) < 0)
		argp_error(state, "--addr %s: %s is not an address", text,
		    address);
	bits = strtoul(slash + 1, &end, 10);
	if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits == 0 ||
	    bits > (estab_address_is_v4(&wish->own[n].address) ? 32 : 128))
		argp_error(state, "--addr %s: %s is not a prefix length", text,
		    slash + 1);
	wish->own[n].prefix_bits = (uint8_t)bits;
	wish->own_count++;
}

static void
take_gateway(struct uplink_wish *wish, const char *text,
    struct argp_state *state)
{
	if (wish->gateway_count == UPLINK_ADDRESSES_MAX)
		argp_error(state, "--gateway %s: one IPv4 and one IPv6 at most",
		    text);
	if (estab_address_parse(text, &wish->gateway[wish->gateway_count]) < 0)
		argp_error(state, "--gateway %s: this is not an address", text);
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

/* What only all options together show. */
static void
check_whole(const struct uplink_wish *wish, struct argp_state *state)
{
	if (wish->tun == NULL)
		argp_error(state, "--link is missing, e.g. --link tun:estab0");
	if (wish->own_count == 0)
		argp_error(state, "--addr is missing, e.g. --addr 10.9.0.2/24");
	if (wish->mtu > 0 && wish->mtu < 1280 && uplink_own(wish, false))
		argp_error(state, "--mtu %u: IPv6 needs 1280 at the least",
		    wish->mtu);
	for (size_t i = 0; i < wish->gateway_count; i++) {
		char text[ESTAB_ADDRESS_TEXT];

		estab_address_text(&wish->gateway[i], text);
		if (prefix_of(wish, &wish->gateway[i]) == 0)
			argp_error(state,
			    "--gateway %s: it lies in the prefix of no --addr",
			    text);
		for (size_t j = 0; j < wish->own_count; j++)
			if (memcmp(&wish->gateway[i], &wish->own[j].address,
			        sizeof wish->gateway[i]) == 0)
				argp_error(state,
				    "--gateway %s: --addr has the same; they "
				    "are the two ends of a wire",
				    text);
	}
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

const struct argp uplink_argp = { option, parse, NULL, NULL, NULL, NULL, NULL };

/* ---- Up and down -------------------------------------------------------- */

/* The device and the kernel's end of it. */
static bool
device_up(struct estab_device *device, const struct uplink_wish *wish,
    const char *speaker)
{
	int result = estab_device_tun(device, wish->tun);

	if (result < 0) {
		cli_say(speaker, "tun:%s: %s", wish->tun,
		    estab_device_strerror(result));
		return false;
	}
	if (wish->mtu > 0)
		device->link.mtu = wish->mtu;
	if (wish->gateway_count == 0 && wish->mtu > 0)
		result = estab_device_configure(wish->tun, NULL, 0, wish->mtu,
		    QUEUE_PACKETS);
	for (size_t i = 0; result == 0 && i < wish->gateway_count; i++)
		result = estab_device_configure(wish->tun, &wish->gateway[i],
		    prefix_of(wish, &wish->gateway[i]), wish->mtu,
		    QUEUE_PACKETS);
	if (result == 0)
		return true;
	cli_say(speaker, "tun:%s: the kernel's end cannot be set: %s",
	    wish->tun, estab_device_strerror(result));
	device->close(device);
	return false;
}

/* A host in the arena, on the device. */
static int
host_up(struct uplink *uplink, const struct uplink_wish *wish)
{
	const struct estab_config config = {
		.crypto = estab_crypto_native(),
		.copy_sum = estab_copy_sum_best(),
		.trace = wish->trace,
		.connections_max = 1024,
		.half_open_max = 256,
		.time_wait_max = 1024,
	};
	int link, result;

	result = estab_host_create(&uplink->host, uplink->arena, ARENA_BYTES,
	    &config, estab_clock());
	if (result < 0)
		return result;
	loop_begin(&uplink->loop, uplink->host);
	link = loop_add(&uplink->loop, &uplink->device,
	    wish->impaired ? &wish->impairment : NULL, wish->seed);
	if (link < 0)
		return link;
	for (size_t i = 0; i < wish->own_count; i++) {
		result = estab_address_add(uplink->host, link,
		    &wish->own[i].address, wish->own[i].prefix_bits);
		if (result < 0)
			return result;
	}
	return estab_route_default(uplink->host, link);
}

bool
uplink_up(struct uplink *uplink, const struct uplink_wish *wish,
    const char *speaker)
{
	int result;

	*uplink = (struct uplink){ 0 };
	if (!device_up(&uplink->device, wish, speaker))
		return false;
	uplink->arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (uplink->arena == MAP_FAILED) {
		cli_say(speaker, "no memory for a host: %s", strerror(errno));
		uplink->device.close(&uplink->device);
		return false;
	}
	result = host_up(uplink, wish);
	if (result < 0) {
		cli_say(speaker, "the host on tun:%s: %s", wish->tun,
		    estab_strerror(result));
		uplink_down(uplink);
		return false;
	}
	return true;
}

void
uplink_down(struct uplink *uplink)
{
	loop_end(&uplink->loop);
	uplink->device.close(&uplink->device);
	(void)munmap(uplink->arena, ARENA_BYTES);
}
