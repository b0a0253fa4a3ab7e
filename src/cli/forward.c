/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward.c - the options of estab forward, and its loop.
 */
#include "cli/forward.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cli.h"

#define PAIRS_DEFAULT 10000
#define PAIRS_MAX 16000
#define FDS_BESIDE 64 /* what the process needs beside the pairs' */
#define EVENTS 256
#define HUNGRY_NS (ESTAB_SECOND / 20)

/* ---- Options ------------------------------------------------------------ */

static const struct argp_option option[] = {
	{ "connections", 'n', "N", 0,
	    "At most so many at a time (default 10000); others wait", 2 },
	{ 0 },
};

static const char doc[] =
    "Carry connections from LISTEN to TARGET: one of the two is a port of "
    "estab's own address, the other one of the kernel's.\v"
    "LISTEN is estab:PORT, estab:ADDR:PORT or kernel:ADDR:PORT; TARGET is "
    "kernel:ADDR:PORT, or estab:ADDR:PORT for a host beyond the device.  An "
    "IPv6 address stands in brackets: kernel:[::1]:80.\n\n"
    "A SYN that comes to estab is answered as the target answers: SYN+ACK, a "
    "reset where it refuses, ICMP where it cannot be reached, silence where "
    "nobody answers.  (The kernel accepts for itself; there a failure is a "
    "reset.)  Each direction ends alone, and a reset is handed on.  Ctrl-C "
    "resets what is open.\n\n"
    "Exit status: 1 it failed, 2 wrong usage, 128 + N ended by signal N.\n\n"
    "Examples:\n"
    "  estab forward --link tun:estab0 --addr 10.9.0.2/24 --gateway 10.9.0.1 "
    "estab:80 kernel:127.0.0.1:8080\n"
    "  estab forward --link tun:estab0 --addr 10.9.0.2/24 --gateway 10.9.0.1 "
    "kernel:127.0.0.1:2222 estab:10.9.0.1:22\n";

static const struct argp_child children[] = {
	{ &session_argp, 0, NULL, 0 },
	{ 0 },
};

/* "ADDR:PORT", "[ADDR]:PORT" or "PORT" */
static void
take_endpoint(const char *text, struct estab_endpoint *endpoint,
    struct argp_state *state)
{
	const char *const colon = strrchr(text, ':');
	char address[ESTAB_ADDRESS_TEXT + 2];
	char *bare = address;
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;

	endpoint->port = (uint16_t)cli_number(state, "port",
	    colon != NULL ? colon + 1 : text, 1, 65535);
	if (colon == NULL)
		return;
	if (n >= sizeof address)
		n = sizeof address - 1;
	memcpy(address, text, n);
	address[n] = '\0';
	if (n > 1 && address[0] == '[' && address[n - 1] == ']') {
		address[n - 1] = '\0';
		bare++;
	}
	if (estab_address_parse(bare, &endpoint->address) < 0)
		argp_error(state,
		    "%s: %s is not an address; names are not looked up", text,
		    bare);
}

static void
take_place(const char *text, struct forward_place *place,
    struct argp_state *state)
{
	static const char *const kinds[] = { "estab", "kernel" };
	const size_t n = strcspn(text, ":");
	char kind[16];
	const char *meant;

	if (strncmp(text, "estab:", 6) == 0 ||
	    strncmp(text, "kernel:", 7) == 0) {
		place->kernel = text[0] == 'k';
		place->named = strchr(text + n + 1, ':') != NULL;
		take_endpoint(text + n + 1, &place->endpoint, state);
		return;
	}
	(void)snprintf(kind, sizeof kind, "%.*s", (int)n, text);
	meant = suggest(kind, kinds, 2);
	argp_error(state,
	    "%s: an end is written estab:PORT, estab:ADDR:PORT or "
	    "kernel:ADDR:PORT%s%s",
	    text, meant != NULL ? "; is this meant: " : "",
	    meant != NULL ? meant : "");
}

static void
check_whole(struct forward_wish *wish, struct argp_state *state)
{
	const struct uplink_wish *const uplink = &wish->session.uplink;
	const struct estab_address *const target =
	    &wish->target.endpoint.address;
	const bool v4 = estab_address_is_v4(target);

	if (state->arg_num != 2)
		argp_error(state, "LISTEN and TARGET are wanted");
	if (wish->listen.kernel == wish->target.kernel)
		argp_error(state,
		    "one of LISTEN and TARGET must be estab's, the other the "
		    "kernel's");
	if (!wish->target.named)
		argp_error(state, "TARGET needs an address, as in %s",
		    wish->target.kernel ? "kernel:127.0.0.1:80" :
		                          "estab:10.9.0.1:80");
	if (wish->listen.kernel && !wish->listen.named)
		argp_error(state,
		    "LISTEN needs an address, as in kernel:127.0.0.1:80 (all: "
		    "kernel:0.0.0.0:80)");
	if (!wish->target.kernel && uplink_own(uplink, v4) == NULL)
		argp_error(state, "TARGET is IPv%d, and no --addr is",
		    v4 ? 4 : 6);
	if (!wish->listen.kernel && !wish->listen.named)
		wish->listen.endpoint = session_local(&wish->session,
		    wish->listen.endpoint.port, state);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct forward_wish *const wish = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &wish->session;
		return 0;
	case 'n':
		wish->pairs_max =
		    (uint32_t)cli_number(state, "-n", text, 1, PAIRS_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "%s: this is one argument too many",
			    text);
		take_place(text,
		    state->arg_num == 0 ? &wish->listen : &wish->target, state);
		return 0;
	case ARGP_KEY_SUCCESS:
		check_whole(wish, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp forward_argp = { option, parse, "LISTEN TARGET", doc,
	children, NULL, NULL };

/* ---- The loop ----------------------------------------------------------- */

/* An end of estab's has something. */
static void
take_event(struct forward *forward, const struct estab_event *event)
{
	struct pair *pair;

	if ((event->ready & ESTAB_PENDING) != 0) {
		forward_asked(forward, event->conn);
		return;
	}
	pair = pair_find(forward, event->conn);
	if (pair == NULL)
		return; /* the listener's: forward_accept() */
	if ((event->ready & ESTAB_ERROR) != 0) {
		pair_move_last(forward, pair);
		pair_end(forward, pair, PAIR_RESET,
		    estab_strerror(event->error));
	} else {
		pair_move(forward, pair);
	}
}

static void
take_estab(struct forward *forward)
{
	struct estab_event event;

	while (estab_event(forward->session.uplink.host, &event) == 1)
		take_event(forward, &event);
	if (forward->listener != 0)
		forward_accept(forward);
}

static void
fail_pair(struct forward *forward, struct pair *pair)
{
	int error = 0;
	socklen_t size = sizeof error;

	(void)getsockopt(pair->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	pair_move_last(forward, pair);
	pair_end(forward, pair, PAIR_RESET, strerror(error));
}

/* Ends of the kernel's have something.  A pair that has ended is no longer
 * in epoll, and within a batch each has one event. */
static void
take_kernel(struct forward *forward)
{
	struct epoll_event event[EVENTS];
	const int n = epoll_wait(forward->poll, event, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		struct pair *const pair = event[i].data.ptr;

		if (pair == NULL) {
			forward_admit(forward);
		} else if (!pair->connected) {
			forward_dialled(forward, pair);
		} else if ((event[i].events & EPOLLERR) != 0) {
			fail_pair(forward, pair);
		} else {
			pair->readable = true;
			pair_move(forward, pair);
		}
	}
}

static void
feed_hungry(struct forward *forward)
{
	struct pair *pair = LIST_FIRST(&forward->hungry);

	while (pair != NULL) {
		struct pair *const next = LIST_NEXT(pair, hungry_link);

		pair_move(forward, pair);
		pair = next;
	}
}

static int
turn(struct forward *forward)
{
	struct pollfd own = { .fd = forward->poll, .events = POLLIN };
	const int result = session_turn(&forward->session, &own, 1,
	    LIST_EMPTY(&forward->hungry) ?
	        ESTAB_NEVER :
	        loop_now(&forward->session.uplink.loop) + HUNGRY_NS);

	take_estab(forward);
	if (own.revents != 0)
		take_kernel(forward);
	feed_hungry(forward);
	return result;
}

static int
live(struct forward *forward)
{
	int result = forward_listen(forward);

	while (result == SESSION_GOING)
		result = forward->session.caught != 0 ?
		    128 + forward->session.caught :
		    turn(forward);
	if (forward->wish->session.verbose)
		cli_say(FORWARD_NAME, "%llu connections%s",
		    (unsigned long long)forward->served,
		    forward->pair_count > 0 ? "; those still open are reset" :
		                              "");
	pair_end_all(forward);
	if (forward->listener != 0)
		(void)estab_release(forward->session.uplink.host,
		    forward->listener);
	if (forward->kernel_listener >= 0)
		(void)close(forward->kernel_listener);
	return result;
}

/* A descriptor a pair. */
static void
raise_limit(const struct forward_wish *wish)
{
	const rlim_t want = wish->pairs_max + FDS_BESIDE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < want)
		cli_say(FORWARD_NAME,
		    "-n %u: the system allows this process %llu descriptors "
		    "(ulimit -n)",
		    wish->pairs_max, (unsigned long long)limit.rlim_cur);
}

int
forward_main(int argc, char **argv)
{
	struct forward_wish wish = {
		.session = { .name = FORWARD_NAME, .resident = true },
		.pairs_max = PAIRS_DEFAULT,
	};
	struct forward forward = { .wish = &wish, .kernel_listener = -1 };
	int result;

	if (cli_parse(&forward_argp, argc, argv, NULL, &wish) != 0)
		return CLI_USAGE;
	raise_limit(&wish);
	if (!session_begin(&forward.session, &wish.session, NULL))
		return CLI_FAILED;
	forward.poll = epoll_create1(EPOLL_CLOEXEC);
	result = live(&forward);
	(void)close(forward.poll);
	return session_end(&forward.session, result);
}
