/* SPDX-License-Identifier: BSD-2-Clause
 *
 * netlink.c - the kernel's end of a device: address, MTU, queue, up
 * (rtnetlink(7)).
 */
#include <estab/link.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Send a request and wait for its acknowledgment.  Returns 0 or a negative
 * errno. */
static int
ask(struct nlmsghdr *request)
{
	char answer[8192];
	struct mnl_socket *const nl = mnl_socket_open(NETLINK_ROUTE);
	int result = 0;
	ssize_t got;

	if (nl == NULL)
		return -errno;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = (uint32_t)time(NULL);
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, request, request->nlmsg_len) < 0 ||
	    (got = mnl_socket_recvfrom(nl, answer, sizeof answer)) < 0 ||
	    mnl_cb_run(answer, (size_t)got, request->nlmsg_seq,
	        mnl_socket_get_portid(nl), NULL, NULL) < 0)
		result = -errno;
	(void)mnl_socket_close(nl);
	return result;
}

static int
set_link(unsigned int index, uint32_t mtu, uint32_t queue_packets)
{
	char room[512];
	struct nlmsghdr *const request = mnl_nlmsg_put_header(room);
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	link = mnl_nlmsg_put_extra_header(request, sizeof *link);
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)index;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	if (mtu > 0)
		mnl_attr_put_u32(request, IFLA_MTU, mtu);
	if (queue_packets > 0)
		mnl_attr_put_u32(request, IFLA_TXQLEN, queue_packets);
	return ask(request);
}

static int
set_address(unsigned int index, const struct estab_address *address,
    uint8_t prefix_bits)
{
	const bool v4 = estab_address_is_v4(address);
	const void *const bytes = v4 ? address->byte + 12 : address->byte;
	const size_t size = v4 ? 4 : 16;
	char room[512];
	struct nlmsghdr *const request = mnl_nlmsg_put_header(room);
	struct ifaddrmsg *to;

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
	to = mnl_nlmsg_put_extra_header(request, sizeof *to);
	to->ifa_family = v4 ? AF_INET : AF_INET6;
	to->ifa_prefixlen = prefix_bits;
	to->ifa_flags = v4 ? 0 : IFA_F_NODAD;
	to->ifa_scope = RT_SCOPE_UNIVERSE;
	to->ifa_index = index;
	mnl_attr_put(request, IFA_LOCAL, size, bytes);
	mnl_attr_put(request, IFA_ADDRESS, size, bytes);
	return ask(request);
}

int
estab_device_configure(const char *name, const struct estab_address *address,
    uint8_t prefix_bits, uint32_t mtu, uint32_t queue_packets)
{
	const unsigned int index = if_nametoindex(name);
	int result;

	if (index == 0)
		return -ENODEV;
	if (address != NULL &&
	    prefix_bits > (estab_address_is_v4(address) ? 32 : 128))
		return -EINVAL;
	result = set_link(index, mtu, queue_packets);
	if (result == 0 && address != NULL)
		result = set_address(index, address, prefix_bits);
	return result;
}
