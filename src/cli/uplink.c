/* SPDX-License-Identifier: BSD-2-Clause
 *
 * uplink.c - a host of our own on a device: up and down.
 */
#include "cli/uplink.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/cli.h"

/* Reserved, not touched: a connection costs what it uses. */
#define ARENA_BYTES ((size_t)256 * 1024 * 1024)
#define ARENA_BYTES_RESIDENT ((size_t)1024 * 1024 * 1024)
/* A window of 1 MiB in packets of 576 bytes fits in the kernel's queue; its
 * own 500 packets would be overrun by ordinary windows. */
#define QUEUE_PACKETS 4096

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
		result =
		    estab_device_configure(wish->tun, &wish->gateway[i].address,
		        wish->gateway[i].prefix_bits, wish->mtu, QUEUE_PACKETS);
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
		.connections_max = wish->resident ? 16384 : 1024,
		.half_open_max = wish->resident ? 4096 : 256,
		.time_wait_max = wish->resident ? 16384 : 1024,
	};
	int link, result;

	result = estab_host_create(&uplink->host, uplink->arena,
	    uplink->arena_bytes, &config, estab_clock());
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
	uplink->arena_bytes =
	    wish->resident ? ARENA_BYTES_RESIDENT : ARENA_BYTES;
	uplink->arena = mmap(NULL, uplink->arena_bytes, PROT_READ | PROT_WRITE,
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
	(void)munmap(uplink->arena, uplink->arena_bytes);
}
