/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcap.c - a capture file in the place of a device: what it holds arrives at
 * the times it tells, what the host sends goes into a second file.
 *
 * A file is what somebody sent us: each number of it is looked at before it is
 * used.  libpcap reads the formats; of a frame only the IP packet is given to
 * the host, whatever link it was captured on.
 */
#include <estab/link.h>

#include <errno.h>
#include <stdio.h>

#ifdef LINK_PCAP
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "link/batch.h"
#include "link/iss.h"

#define SNAP_LENGTH 262144
#define SECONDS_MAX INT64_C(9000000000) /* the year 2255; fits in estab_time */

struct capture {
	struct batch batch; /* the last received */
	pcap_t *in;
	int type;            /* of the links captured on, DLT_... */
	const uint8_t *data; /* the next packet; NULL: none */
	uint32_t bytes;
	estab_time time;    /* when it arrives */
	bool damaged;       /* nothing can be read behind it */
	pcap_t *shape;      /* of out */
	pcap_dumper_t *out; /* NULL: what the host sends is forgotten */
	uint8_t flat[BATCH_FRAME_MAX];
	struct iss_table iss;
};

/* ---- In ------------------------------------------------------------------ */

/* Bytes before the IP packet of a frame, or -1: it holds none. */
static int
packet_at(int type, const uint8_t *frame, uint32_t bytes)
{
	static const struct {
		int type, header, ethertype_at;
	} known[] = {
		{ DLT_EN10MB, 14, 12 },
		{ DLT_LINUX_SLL, 16, 14 },
		{ DLT_LINUX_SLL2, 20, 0 },
		{ DLT_NULL, 4, -1 }, /* a family; each system has its own */
		{ DLT_LOOP, 4, -1 },
		{ DLT_RAW, 0, -1 },
		{ DLT_IPV4, 0, -1 },
		{ DLT_IPV6, 0, -1 },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const int at = known[i].ethertype_at;

		if (known[i].type != type)
			continue;
		if (bytes <= (uint32_t)known[i].header)
			return -1;
		if (at >= 0 && !(frame[at] == 0x08 && frame[at + 1] == 0) &&
		    !(frame[at] == 0x86 && frame[at + 1] == 0xdd))
			return -1;
		return known[i].header;
	}
	return -1;
}

static bool
type_is_known(int type)
{
	static const uint8_t v4[64] = { [0] = 0x08, [12] = 0x08, [14] = 0x08 };

	return packet_at(type, v4, sizeof v4) >= 0;
}

/* A time that is no time, or runs back, is that of the packet before. */
static estab_time
time_of(const struct pcap_pkthdr *header, estab_time before)
{
	const int64_t seconds = header->ts.tv_sec;
	const int64_t ns = header->ts.tv_usec; /* as we asked for */

	if (seconds < 0 || seconds > SECONDS_MAX || ns < 0 ||
	    ns >= ESTAB_SECOND || seconds * ESTAB_SECOND + ns < before)
		return before;
	return seconds * ESTAB_SECOND + ns;
}

/* Go to the next packet that is IP. */
static void
advance(struct capture *capture)
{
	struct pcap_pkthdr *header;
	const uint8_t *frame;
	int result;

	capture->data = NULL;
	while ((result = pcap_next_ex(capture->in, &header, &frame)) == 1) {
		const int at = packet_at(capture->type, frame, header->caplen);

		if (at < 0 || header->caplen - (uint32_t)at > UINT16_MAX)
			continue;
		capture->data = frame + at;
		capture->bytes = header->caplen - (uint32_t)at;
		capture->time = time_of(header, capture->time);
		return;
	}
	capture->damaged = result != PCAP_ERROR_BREAK;
}

static estab_time
next(struct estab_device *device)
{
	const struct capture *const capture = device->state;

	if (capture->damaged)
		return device->now;
	return capture->data != NULL ? capture->time : ESTAB_NEVER;
}

static int
read_frame(struct estab_device *device, uint8_t *to, struct estab_frame *frame)
{
	struct capture *const capture = device->state;

	if (capture->data == NULL || capture->time > device->now)
		return -EAGAIN;
	memcpy(to, capture->data, capture->bytes);
	*frame = (struct estab_frame){
		.span[0] = { to, capture->bytes },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_UNVERIFIED,
	};
	advance(capture);
	return 1;
}

static int
receive(struct estab_device *device, struct estab_frame *frames, size_t max)
{
	struct capture *const capture = device->state;
	const int n =
	    batch_receive(&capture->batch, device, read_frame, frames, max);

	return n == 0 && capture->damaged ? -EBADMSG : n;
}

/* ---- Out ----------------------------------------------------------------- */

static int
transmit(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	struct capture *const capture = device->state;
	struct pcap_pkthdr header = {
		.ts = { device->now / ESTAB_SECOND, device->now % ESTAB_SECOND },
	};

	for (size_t i = 0; capture->out != NULL && i < n; i++) {
		if (estab_frame_bytes(&frames[i]) > sizeof capture->flat)
			continue;
		header.caplen = header.len =
		    estab_frame_gather(&frames[i], capture->flat);
		pcap_dump((void *)capture->out, &header, capture->flat);
	}
	if (capture->out != NULL && pcap_dump_flush(capture->out) != 0)
		return errno != 0 ? -errno : -EIO;
	return (int)n;
}

/* ---- Open and closed ----------------------------------------------------- */

static void
shut(struct estab_device *device)
{
	struct capture *const capture = device->state;

	if (capture == NULL)
		return;
	if (capture->out != NULL)
		pcap_dump_close(capture->out);
	if (capture->shape != NULL)
		pcap_close(capture->shape);
	if (capture->in != NULL)
		pcap_close(capture->in);
	iss_table_free(&capture->iss);
	free(capture);
	device->state = NULL;
}

static bool
is_one_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 &&
	    first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static bool
open_in(struct capture *capture, const char *path, char *why)
{
	char error[PCAP_ERRBUF_SIZE];
	const char *name;

	if (capture->in != NULL)
		pcap_close(capture->in);
	capture->in = pcap_open_offline_with_tstamp_precision(path,
	    PCAP_TSTAMP_PRECISION_NANO, error);
	if (capture->in == NULL) {
		(void)snprintf(why, ESTAB_DEVICE_WHY, "%s", error);
		return false;
	}
	capture->type = pcap_datalink(capture->in);
	capture->time = 0;
	if (type_is_known(capture->type)) {
		advance(capture);
		return true;
	}
	name = pcap_datalink_val_to_name(capture->type);
	(void)snprintf(why, ESTAB_DEVICE_WHY,
	    "%s: captured on a link of type %d (%s); understood are Ethernet, "
	    "raw IP, Linux cooked and loopback",
	    path, capture->type, name != NULL ? name : "unknown");
	return false;
}

static bool
open_out(struct capture *capture, const char *in, const char *path, char *why)
{
	if (is_one_file(in, path)) {
		(void)snprintf(why, ESTAB_DEVICE_WHY,
		    "%s: this is the file that is read, too", path);
		return false;
	}
	capture->shape = pcap_open_dead_with_tstamp_precision(DLT_RAW,
	    SNAP_LENGTH, PCAP_TSTAMP_PRECISION_NANO);
	if (capture->shape != NULL)
		capture->out = pcap_dump_open(capture->shape, path);
	if (capture->out == NULL)
		(void)snprintf(why, ESTAB_DEVICE_WHY, "%s",
		    capture->shape != NULL ? pcap_geterr(capture->shape) :
		                             "no memory");
	return capture->out != NULL;
}

/* Read the file once to the end, for the numbers connections began with. */
static bool
look_through(struct capture *capture, const char *path, char *why)
{
	const bool any = capture->data != NULL;

	for (; capture->data != NULL; advance(capture))
		iss_table_learn(&capture->iss, capture->time, capture->data,
		    capture->bytes);
	if (!any && capture->damaged)
		(void)snprintf(why, ESTAB_DEVICE_WHY, "%s: %s", path,
		    pcap_geterr(capture->in));
	else if (!any)
		(void)snprintf(why, ESTAB_DEVICE_WHY,
		    "%s: there is no IP packet in it", path);
	return any;
}

int
estab_device_pcap(struct estab_device *device, const char *in, const char *out,
    char why[ESTAB_DEVICE_WHY])
{
	struct capture *const capture = calloc(1, sizeof *capture);
	struct estab_device made = {
		.link = { .mtu = 1500 }, /* as most have been */
		.fd = -1,
		.receive = receive,
		.send = transmit,
		.close = shut,
		.next = next,
		.state = capture,
	};

	(void)snprintf(why, ESTAB_DEVICE_WHY, "no memory");
	if (capture == NULL)
		return -ENOMEM;
	if (!open_in(capture, in, why) || !look_through(capture, in, why) ||
	    !open_in(capture, in, why) ||
	    (out != NULL && !open_out(capture, in, out, why))) {
		shut(&made);
		return -EINVAL;
	}
	made.now = capture->time;
	*device = made;
	return 0;
}

bool
estab_pcap_iss(void *context, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, bool passive, uint32_t *iss)
{
	const struct estab_device *const device = context;
	struct capture *const capture = device->state;

	(void)passive;
	return iss_table_find(&capture->iss, device->now, local, remote, iss);
}

#else

int
estab_device_pcap(struct estab_device *device, const char *in, const char *out,
    char why[ESTAB_DEVICE_WHY])
{
	(void)device;
	(void)in;
	(void)out;
	(void)snprintf(why, ESTAB_DEVICE_WHY,
	    "estab was built without libpcap (package libpcap-dev)");
	return -EOPNOTSUPP;
}

bool
estab_pcap_iss(void *context, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, bool passive, uint32_t *iss)
{
	(void)context;
	(void)local;
	(void)remote;
	(void)passive;
	(void)iss;
	return false;
}
#endif
