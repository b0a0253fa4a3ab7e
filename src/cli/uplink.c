/* SPDX-License-Identifier: BSD-2-Clause
 *
 * uplink.c - a host of our own on a device: up and down.
 */
#include "cli/uplink.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/keys_file.h"

/* Reserved, not touched: a connection costs what it uses. */
#define ARENA_BYTES ((size_t)256 * 1024 * 1024)
#define ARENA_BYTES_RESIDENT ((size_t)1024 * 1024 * 1024)
/* A window of 1 MiB in packets of 576 bytes fits in the kernel's queue; its
 * own 500 packets would be overrun by ordinary windows. */
#define QUEUE_PACKETS 4096

/* A device that cannot be had, in words. */
static bool
complain(const struct uplink_wish *wish, const char *speaker, const char *what,
    int error)
{
	cli_say(speaker, "%s: %s%s", wish->link, what,
	    estab_device_strerror(error));
	return false;
}

/* The kernel's end of a TUN or TAP device. */
static int
configure_tun(const struct uplink_wish *wish)
{
	int result = 0;

	if (wish->gateway_count == 0 && wish->mtu > 0)
		return estab_device_configure(wish->name, NULL, 0, wish->mtu,
		    QUEUE_PACKETS);
	for (size_t i = 0; result == 0 && i < wish->gateway_count; i++)
		result = estab_device_configure(wish->name,
		    &wish->gateway[i].address, wish->gateway[i].prefix_bits,
		    wish->mtu, QUEUE_PACKETS);
	return result;
}

static bool
tun_up(struct estab_device *device, const struct uplink_wish *wish,
    const char *speaker)
{
	int result = wish->kind == UPLINK_TAP ?
	    estab_device_tap(device, wish->name) :
	    estab_device_tun(device, wish->name);

	if (result < 0)
		return complain(wish, speaker, "", result);
	if (wish->mtu > 0)
		device->link.mtu = wish->mtu;
	result = configure_tun(wish);
	if (result == 0)
		return true;
	device->close(device);
	return complain(wish, speaker,
	    "the kernel's end cannot be set: ", result);
}

static bool
packet_up(struct estab_device *device, const struct uplink_wish *wish,
    const char *speaker)
{
	const int result = estab_device_packet(device, wish->name);

	if (result < 0)
		return complain(wish, speaker, "", result);
	if (wish->mtu > 0 && wish->mtu < device->link.mtu)
		device->link.mtu = wish->mtu;
	return true;
}

static bool
pcap_up(struct estab_device *device, const struct uplink_wish *wish,
    const char *speaker)
{
	char why[ESTAB_DEVICE_WHY];

	if (estab_device_pcap(device, wish->name, NULL, why) < 0) {
		cli_say(speaker, "%s: %s", wish->link, why);
		return false;
	}
	if (wish->mtu > 0)
		device->link.mtu = wish->mtu;
	return true;
}

static bool
device_up(struct estab_device *device, const struct uplink_wish *wish,
    const char *speaker)
{
	switch (wish->kind) {
	case UPLINK_TUN:
	case UPLINK_TAP:
		return tun_up(device, wish, speaker);
	case UPLINK_PACKET:
		return packet_up(device, wish, speaker);
	case UPLINK_PCAP:
		return pcap_up(device, wish, speaker);
	case UPLINK_NONE:
		break;
	}
	return false;
}

/* ---- The host ------------------------------------------------------------ */

/* Random bytes of a replay: the same each time. */
static void
draw(void *context, void *bytes, size_t n)
{
	struct uplink *const uplink = context;
	unsigned char seed[randombytes_SEEDBYTES] = { 0 };

	memcpy(seed, &uplink->seed, sizeof uplink->seed);
	memcpy(seed + 8, &uplink->drawn, sizeof uplink->drawn);
	uplink->drawn++;
	randombytes_buf_deterministic(bytes, n, seed);
}

static void
replay(struct uplink *uplink, struct estab_config *config)
{
	config->crypto.random = draw;
	config->crypto.context = uplink;
	config->wall_ns = 0;
	config->choose_iss = estab_pcap_iss;
	config->choose_iss_context = &uplink->device;
}

/* Addresses, and where everything else goes. */
static int
addresses_up(struct uplink *uplink, const struct uplink_wish *wish, int link)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < wish->own_count; i++)
		result = estab_address_add(uplink->host, link,
		    &wish->own[i].address, wish->own[i].prefix_bits);
	for (size_t i = 0; result == 0 && i < wish->gateway_count &&
	     uplink->device.link.ethernet;
	     i++)
		result = estab_route_gateway(uplink->host, link,
		    &wish->gateway[i].address);
	if (result == 0 && !uplink->device.link.ethernet)
		result = estab_route_default(uplink->host, link);
	return result;
}

static int64_t
wall_at_zero(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * ESTAB_SECOND + now.tv_nsec - estab_clock();
}

/* Keys lie in locked memory of their own, which no core dump shows. */
static bool
read_keys(struct uplink *uplink, const struct uplink_wish *wish,
    const char *speaker)
{
	if (wish->keys == NULL)
		return true;
	if (sodium_init() >= 0)
		uplink->keys = sodium_malloc(sizeof *uplink->keys);
	if (uplink->keys == NULL) {
		cli_say(speaker, "--keys: no memory for them");
		return false;
	}
	if (keys_file_read(speaker, wish->keys, uplink->keys))
		return true;
	sodium_free(uplink->keys);
	return false;
}

void
uplink_keys_again(struct uplink *uplink, const struct uplink_wish *wish,
    const char *speaker)
{
	struct estab_cookie_keys keys;

	if (keys_file_read(speaker, wish->keys, &keys)) {
		if (memcmp(keys.stamp, uplink->keys->stamp,
		        sizeof keys.stamp) == 0) {
			*uplink->keys = keys;
			cli_say(speaker, "%s: read again", wish->keys);
		} else {
			cli_say(speaker,
			    "%s: its \"stamp\" is another one, which would "
			    "set time stamps back; the keys stay as they were",
			    wish->keys);
		}
	}
	sodium_memzero(&keys, sizeof keys);
}

static void
set(uint32_t *limit, uint32_t unless_given)
{
	if (*limit == 0)
		*limit = unless_given;
}

static void
configure(const struct uplink *uplink, const struct uplink_wish *wish,
    struct estab_config *config)
{
	config->crypto = estab_crypto_native();
	config->copy_sum = estab_copy_sum_best();
	config->trace = wish->trace;
	config->cookie_keys = uplink->keys;
	set(&config->connections_max, wish->resident ? 16384 : 1024);
	set(&config->half_open_max, wish->resident ? 4096 : 256);
	set(&config->time_wait_max, wish->resident ? 16384 : 1024);
	if (config->wall_ns == 0)
		config->wall_ns = wall_at_zero();
}

/* A host in the arena, on the device. */
static int
host_up(struct uplink *uplink, const struct uplink_wish *wish)
{
	struct estab_config config = wish->config;
	int link, result;

	configure(uplink, wish, &config);
	if (wish->kind == UPLINK_PCAP)
		replay(uplink, &config);
	result = estab_host_create(&uplink->host, uplink->arena,
	    uplink->arena_bytes, &config,
	    wish->kind == UPLINK_PCAP ? uplink->device.now : estab_clock());
	if (result < 0)
		return result;
	loop_begin(&uplink->loop, uplink->host);
	link = loop_add(&uplink->loop, &uplink->device,
	    wish->impaired ? &wish->impairment : NULL, wish->seed);
	return link < 0 ? link : addresses_up(uplink, wish, link);
}

bool
uplink_up(struct uplink *uplink, const struct uplink_wish *wish,
    const char *speaker)
{
	int result;

	*uplink = (struct uplink){ .seed = wish->seed };
	if (!read_keys(uplink, wish, speaker))
		return false;
	if (!device_up(&uplink->device, wish, speaker)) {
		sodium_free(uplink->keys);
		return false;
	}
	uplink->arena_bytes =
	    wish->resident ? ARENA_BYTES_RESIDENT : ARENA_BYTES;
	uplink->arena = mmap(NULL, uplink->arena_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (uplink->arena == MAP_FAILED) {
		cli_say(speaker, "no memory for a host: %s", strerror(errno));
		uplink->device.close(&uplink->device);
		sodium_free(uplink->keys);
		return false;
	}
	result = host_up(uplink, wish);
	if (result < 0) {
		cli_say(speaker, "the host on %s: %s", wish->link,
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
	(void)munmap(uplink->arena, uplink->arena_bytes);
	sodium_free(uplink->keys);
}
