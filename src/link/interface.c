/* SPDX-License-Identifier: BSD-2-Clause
 *
 * interface.c - questions about a network interface (netdevice(7)).
 */
#include "link/interface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool
interface_name_good(const char *name)
{
	const size_t n = strlen(name);

	return n > 0 && n < IFNAMSIZ && strpbrk(name, "/% \t\n:") == NULL &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int
interface_ask(const char *name, unsigned long request, struct ifreq *about)
{
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return -errno;
	(void)strncpy(about->ifr_name, name, IFNAMSIZ - 1);
	result = ioctl(fd, request, about) < 0 ? -errno : 0;
	(void)close(fd);
	return result;
}

int
interface_mtu(const char *name, uint32_t *mtu)
{
	struct ifreq about = { 0 };
	const int result = interface_ask(name, SIOCGIFMTU, &about);

	if (result == 0)
		*mtu = (uint32_t)about.ifr_mtu;
	return result;
}

/* The plain questions are answered without waiting; those of ethtool wait
 * for whoever is changing interfaces. */
int
interface_state(unsigned int index)
{
	struct ethtool_value carrier = { .cmd = ETHTOOL_GLINK };
	struct ifreq about = { .ifr_data = (void *)&carrier };
	char name[IFNAMSIZ];
	int result;

	if (if_indextoname(index, name) == NULL)
		return errno == ENXIO || errno == ENODEV ? -EBADFD : -errno;
	if (interface_ask(name, SIOCETHTOOL, &about) == -ENODEV)
		return -EBADFD;
	about = (struct ifreq){ 0 };
	result = interface_ask(name, SIOCGIFFLAGS, &about);
	if (result < 0)
		return result == -ENODEV ? -EBADFD : result;
	return (about.ifr_flags & IFF_UP) != 0 ? 0 : -ENETDOWN;
}

/* The kernel says "down" of an interface that is removed, too, for it goes
 * down first. */
int
interface_error(unsigned int index, int error)
{
	switch (error) {
	case EIO: /* of tun(4) */
	case ENETDOWN:
	case ENXIO:
	case ENODEV:
		return interface_state(index) == -EBADFD ? -EBADFD : -ENETDOWN;
	default:
		return -error;
	}
}
