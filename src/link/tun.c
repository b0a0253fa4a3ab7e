/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tun.c - a TUN device as the kernel gives it: one packet a read, one a
 * write, checksums complete in both directions.
 *
 * A batch of packets stands in one piece of memory, one behind the other, so
 * that 64 small ones stay in the cache and yet the largest has room.
 */
#include <estab/link.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PACKET_MAX 65536
#define PACKETS_MAX 64
#define ROOM_BYTES (PACKETS_MAX * 2048 + PACKET_MAX)
#define LINE_BYTES 64 /* of the cache: packets begin on one */

struct tun {
	uint8_t room[ROOM_BYTES]; /* the last batch received */
	uint8_t flat[PACKET_MAX]; /* a frame whose checksum must be completed */
};

static int
receive(struct estab_device *device, struct estab_frame *frames, size_t max)
{
	struct tun *const tun = device->state;
	size_t used = 0;
	int n = 0;

	if (max > PACKETS_MAX)
		max = PACKETS_MAX;
	while ((size_t)n < max && used + PACKET_MAX <= ROOM_BYTES) {
		const ssize_t got =
		    read(device->fd, tun->room + used, PACKET_MAX);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != EAGAIN && n == 0)
			return -errno;
		if (got <= 0) /* an error met behind packets is met again */
			break;
		frames[n++] = (struct estab_frame){
			.span[0] = { tun->room + used, (uint32_t)got },
			.span_count = 1,
			.checksum = ESTAB_CHECKSUM_UNVERIFIED,
		};
		used +=
		    ((size_t)got + LINE_BYTES - 1) & ~(size_t)(LINE_BYTES - 1);
	}
	return n;
}

/* Write one frame.  Returns 0 or an errno. */
static int
write_frame(struct estab_device *device, const struct estab_frame *frame)
{
	struct tun *const tun = device->state;
	struct iovec iov[ESTAB_SPANS_MAX];
	int count = frame->span_count;
	ssize_t put;

	if (frame->checksum == ESTAB_CHECKSUM_PARTIAL) {
		if (estab_frame_bytes(frame) > PACKET_MAX)
			return EMSGSIZE;
		iov[0] = (struct iovec){ tun->flat,
			estab_frame_gather(frame, tun->flat) };
		count = 1;
	} else {
		for (int i = 0; i < count; i++)
			iov[i] = (struct iovec){ frame->span[i].data,
				frame->span[i].length };
	}
	do
		put = writev(device->fd, iov, count);
	while (put < 0 && errno == EINTR);
	return put < 0 ? errno : 0;
}

static int
transmit(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int error = write_frame(device, &frames[i]);

		switch (error) {
		case 0:
		case EINVAL: /* not a packet, says the kernel: lost */
		case EMSGSIZE:
			break;
		case EAGAIN:
		case ENOBUFS:
		case ENOMEM:
			return (int)i;
		default:
			return i > 0 ? (int)i : -error;
		}
	}
	return (int)n;
}

static void
shut(struct estab_device *device)
{
	(void)close(device->fd);
	free(device->state);
	device->fd = -1;
	device->state = NULL;
}

/* A name the kernel would take as it is: no pattern, nothing to cut. */
static bool
name_good(const char *name)
{
	const size_t n = strlen(name);

	return n > 0 && n < IFNAMSIZ && strpbrk(name, "/% \t\n:") == NULL &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int
current_mtu(const char *name, uint32_t *mtu)
{
	struct ifreq request = { 0 };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return -errno;
	(void)strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	result = ioctl(fd, SIOCGIFMTU, &request) < 0 ? -errno : 0;
	(void)close(fd);
	if (result == 0)
		*mtu = (uint32_t)request.ifr_mtu;
	return result;
}

/* Open the node and make the device ours.  Returns the descriptor or a
 * negative errno. */
static int
attach(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
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

int
estab_device_tun(struct estab_device *device, const char *name)
{
	struct estab_device made = {
		.receive = receive,
		.send = transmit,
		.close = shut,
	};
	int result;

	if (!name_good(name))
		return -EINVAL;
	made.fd = attach(name);
	if (made.fd < 0)
		return made.fd;
	result = current_mtu(name, &made.link.mtu);
	made.state = malloc(sizeof(struct tun));
	if (made.state == NULL)
		result = -ENOMEM;
	if (result < 0) {
		shut(&made);
		return result;
	}
	*device = made;
	return 0;
}
