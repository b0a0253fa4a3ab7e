/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tun.c - a TUN or TAP device as the kernel gives it: one packet or Ethernet
 * frame a read, one a write, checksums complete in both directions.
 */
#include <estab/link.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

#include "link/batch.h"
#include "link/interface.h"

struct tun {
	unsigned int index;            /* of the interface */
	struct batch batch;            /* the last received */
	uint8_t flat[BATCH_FRAME_MAX]; /* a frame to complete the checksum of */
};

static int
read_frame(struct estab_device *device, uint8_t *to, struct estab_frame *frame)
{
	const ssize_t got = read(device->fd, to, BATCH_FRAME_MAX);

	if (got < 0)
		return -errno;
	*frame = (struct estab_frame){
		.span[0] = { to, (uint32_t)got },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_UNVERIFIED,
	};
	return got > 0 ? 1 : -EAGAIN;
}

static int
receive(struct estab_device *device, struct estab_frame *frames, size_t max)
{
	struct tun *const tun = device->state;

	return batch_receive(&tun->batch, device, read_frame, frames, max);
}

static int
write_frame(struct estab_device *device, const struct estab_frame *frame)
{
	struct tun *const tun = device->state;
	struct iovec place[ESTAB_SPANS_MAX];
	const int count = batch_places(frame, tun->flat, place);
	ssize_t put;

	if (count == 0)
		return EMSGSIZE;
	do
		put = writev(device->fd, place, count);
	while (put < 0 && errno == EINTR);
	return put < 0 ? errno : 0;
}

static int
transmit(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	const struct tun *const tun = device->state;

	return batch_transmit(device, tun->index, write_frame, frames, n);
}

static void
shut(struct estab_device *device)
{
	(void)close(device->fd);
	free(device->state);
	device->fd = -1;
	device->state = NULL;
}

/* Open the node and make the device ours.  Returns the descriptor or a
 * negative errno. */
static int
attach(const char *name, short kind)
{
	struct ifreq request = { .ifr_flags = (short)(kind | IFF_NO_PI) };
	const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	(void)strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		const int error = errno;

		(void)close(fd);
		return -error;
	}
	return fd;
}

static int
open_device(struct estab_device *device, const char *name, short kind)
{
	struct estab_device made = {
		.receive = receive,
		.send = transmit,
		.close = shut,
	};
	struct tun *tun;
	int result;

	if (!interface_name_good(name))
		return -EINVAL;
	made.fd = attach(name, kind);
	if (made.fd < 0)
		return made.fd;
	result = interface_mtu(name, &made.link.mtu);
	made.state = tun = malloc(sizeof *tun);
	if (tun == NULL)
		result = -ENOMEM;
	if (result < 0) {
		shut(&made);
		return result;
	}
	tun->index = if_nametoindex(name);
	*device = made;
	return 0;
}

int
estab_device_tun(struct estab_device *device, const char *name)
{
	return open_device(device, name, IFF_TUN);
}

/* Our end of the wire: one that nobody has been sold (IEEE 802, the second
 * bit), and no group (the first). */
static bool
draw_mac(uint8_t mac[ESTAB_MAC_BYTES])
{
	if (getrandom(mac, ESTAB_MAC_BYTES, 0) != ESTAB_MAC_BYTES)
		return false;
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
	return true;
}

int
estab_device_tap(struct estab_device *device, const char *name)
{
	int result = open_device(device, name, IFF_TAP);

	if (result < 0)
		return result;
	device->link.ethernet = true;
	if (draw_mac(device->link.mac))
		return 0;
	result = -errno;
	shut(device);
	return result;
}
