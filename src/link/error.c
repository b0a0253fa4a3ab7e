/* SPDX-License-Identifier: BSD-2-Clause
 *
 * error.c - what the kernel means by an errno when a device is concerned.
 */
#include <estab/link.h>

#include <errno.h>
#include <string.h>

static const struct {
	int error;
	const char *words;
} meaning[] = {
	{ EPERM,
	    "not permitted: run as root, or with CAP_NET_ADMIN (tun) or "
	    "CAP_NET_RAW (packet)" },
	{ EACCES,
	    "/dev/net/tun may not be opened: run as root, or give your "
	    "user access to it" },
	{ ENOENT,
	    "/dev/net/tun is missing: load the module (modprobe tun), or "
	    "let the container have the node" },
	{ ENXIO, "/dev/net/tun has no driver: load the module (modprobe tun)" },
	{ ENODEV, "no such device (tun, tap: a kernel without TUN)" },
	{ EBUSY,
	    "another program is attached to it: end that program, or take "
	    "another name" },
	{ EINVAL,
	    "not a name for a device (at most 15 letters, no / : % or "
	    "blank), or a device of another kind has it" },
	{ EBADFD, "the device was removed: start again when there is one" },
	{ ENETDOWN, "the device is down: ip link set it up" },
	{ EMEDIUMTYPE,
	    "not an Ethernet device (lo and tun are none): take one that is" },
	{ ENOBUFS, "the kernel has no room for the packet now" },
	{ EMSGSIZE, "the device's MTU is now below the 576 bytes a host needs" },
	{ EBADMSG, "the capture is damaged, or cut, from here on" },
	{ ENODATA, "the capture has ended, and nothing more happens" },
	{ EMFILE, "too many open files: raise ulimit -n" },
	{ EADDRNOTAVAIL, "the kernel does not take this address" },
	{ EOPNOTSUPP, "the kernel does not speak this family" },
};

const char *
estab_device_strerror(int error)
{
	if (error >= 0)
		return "no error";
	for (size_t i = 0; i < sizeof meaning / sizeof meaning[0]; i++)
		if (meaning[i].error == -error)
			return meaning[i].words;
	/* glibc's names are static unless the number is unheard of */
	const char *const words = strerrordesc_np(-error);

	return words != NULL ? words : "an error the kernel has no name for";
}
