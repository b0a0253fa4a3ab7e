/* SPDX-License-Identifier: BSD-2-Clause
 *
 * session.c - a host, and what a person has of it while a command runs.
 */
#include "cli/session.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

const char *
session_endpoint(const struct estab_endpoint *endpoint, char *text)
{
	static const struct estab_address any;
	size_t end = 0;

	if (memcmp(&endpoint->address, &any, sizeof any) != 0) {
		estab_address_text(&endpoint->address, text);
		end = strlen(text);
		text[end++] = ' ';
	}
	(void)snprintf(text + end, ENDPOINT_TEXT - end, "port %u",
	    endpoint->port);
	return text;
}

/* ---- Signals ------------------------------------------------------------ */

/* Signals come as bytes, between two turns, never in the middle of one. */
static int
open_signals(void)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
take_signals(struct session *session)
{
	struct signalfd_siginfo info;

	while (read(session->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGUSR1)
			watch_states(session->uplink.host, stderr);
		else if (info.ssi_signo == SIGHUP &&
		    session->uplink.keys != NULL)
			uplink_keys_again(&session->uplink,
			    &session->wish->uplink, session->wish->name);
		else
			session->caught = (int)info.ssi_signo;
	}
}

/* ---- Ladder and capture ------------------------------------------------- */

static bool
begin_ladder(struct session *session, const struct estab_endpoint *peer)
{
	const struct session_wish *const wish = session->wish;
	char own[ESTAB_ADDRESS_TEXT], text[ENDPOINT_TEXT] = "";
	const bool v4 = peer == NULL || estab_address_is_v4(&peer->address);
	const struct estab_address *address = uplink_own(&wish->uplink, v4);

	if (address == NULL)
		address = &wish->uplink.own[0].address;
	estab_address_text(address, own);
	if (peer != NULL)
		(void)session_endpoint(peer, text);
	return watch_ladder_begin(&session->watch, own, text);
}

/* Create a capture, if one is asked for; but not over the one that is read. */
static bool
open_capture(struct session *session, struct capture *capture, const char *path)
{
	const struct session_wish *const wish = session->wish;
	struct stat in, out;

	if (path == NULL)
		return true;
	if (wish->uplink.kind == UPLINK_PCAP &&
	    stat(wish->uplink.name, &in) == 0 && stat(path, &out) == 0 &&
	    in.st_dev == out.st_dev && in.st_ino == out.st_ino) {
		cli_say(wish->name, "%s: this is the file that is read, too",
		    path);
		return false;
	}
	if (watch_capture_open(&session->watch, capture, path))
		return true;
	cli_say(wish->name, "%s: %s", path, strerror(errno));
	return false;
}

/* Ladder and captures, as asked. */
static bool
begin_watch(struct session *session, const struct estab_endpoint *peer)
{
	struct session_wish *const wish = session->wish;

	if (wish->ladder && !begin_ladder(session, peer)) {
		cli_say(wish->name, "--trace: no memory for the records");
		return false;
	}
	if (!open_capture(session, &session->watch.all, wish->capture) ||
	    !open_capture(session, &session->watch.sent, wish->uplink.out))
		return false;
	if (session->watch.trace.record != NULL)
		wish->uplink.trace = &session->watch.trace;
	return true;
}

static int
end_watch(struct session *session, int result)
{
	const char *const cut = watch_end(&session->watch);

	if (cut == NULL)
		return result;
	cli_say(session->wish->name, "%s: the capture is not whole: %s", cut,
	    strerror(errno));
	return result == CLI_DONE ? CLI_FAILED : result;
}

/* ---- Begin, go on, end -------------------------------------------------- */

bool
session_begin(struct session *session, struct session_wish *wish,
    const struct estab_endpoint *peer)
{
	*session = (struct session){ .wish = wish };
	session->signals = open_signals();
	wish->uplink.resident = wish->resident;
	if (begin_watch(session, peer) &&
	    uplink_up(&session->uplink, &wish->uplink, wish->name)) {
		watch_capture_tap(&session->watch, &session->uplink.loop);
		control_begin(&session->control, session->uplink.host,
		    wish->name);
		if (session->control.why != NULL && wish->verbose)
			cli_say(wish->name,
			    "%s: %s; estab ss will not see this process",
			    session->control.path, session->control.why);
		return true;
	}
	(void)end_watch(session, CLI_FAILED);
	(void)close(session->signals);
	return false;
}

/* Say which of our addresses another host has.  Whether any is left. */
static bool
look_at_addresses(struct session *session)
{
	const struct uplink_wish *const wish = &session->wish->uplink;
	char text[ESTAB_ADDRESS_TEXT];
	size_t taken = 0;

	for (size_t i = 0; i < wish->own_count; i++) {
		if (estab_address_state(session->uplink.host,
		        &wish->own[i].address) != ESTAB_ADDRESS_DUPLICATE)
			continue;
		taken++;
		if ((session->taken & 1u << i) != 0)
			continue;
		session->taken |= 1u << i;
		estab_address_text(&wish->own[i].address, text);
		cli_say(session->wish->name,
		    "%s: another host has %s already, so it is not used: give "
		    "--addr a free one, or stop that host",
		    wish->link, text);
	}
	return taken == 0 || taken < wish->own_count;
}

/* Say that the device went down, or came up again. */
static void
look_at_device(struct session *session)
{
	const struct uplink_wish *const wish = &session->wish->uplink;
	const bool down = session->uplink.loop.line[0].down;

	if (down == session->down)
		return;
	session->down = down;
	if (down)
		cli_say(session->wish->name,
		    "%s: the device is down, and everything waits: "
		    "ip link set %s up",
		    wish->link, wish->name);
	else
		cli_say(session->wish->name, "%s: the device is up again",
		    wish->link);
}

int
session_turn(struct session *session, struct pollfd *own, size_t n,
    estab_time until)
{
	struct pollfd all[LOOP_OWN_MAX];
	int result;

	for (size_t i = 0; i < n; i++)
		all[i] = own[i];
	all[n] = (struct pollfd){ .fd = session->signals, .events = POLLIN };
	all[n + 1] =
	    (struct pollfd){ .fd = session->control.poll, .events = POLLIN };
	result = loop_turn(&session->uplink.loop, all, n + 2, until);
	for (size_t i = 0; i < n; i++)
		own[i].revents = all[i].revents;
	watch_ladder_show(&session->watch);
	if (all[n].revents != 0)
		take_signals(session);
	if (all[n + 1].revents != 0)
		control_turn(&session->control);
	if (result == 0) {
		look_at_device(session);
		return look_at_addresses(session) ? SESSION_GOING : CLI_FAILED;
	}
	cli_say(session->wish->name, "%s: %s", session->wish->uplink.link,
	    estab_device_strerror(result));
	return CLI_FAILED;
}

int
session_end(struct session *session, int result)
{
	(void)loop_settle(&session->uplink.loop,
	    loop_now(&session->uplink.loop) + SESSION_SETTLE_NS);
	control_end(&session->control);
	uplink_down(&session->uplink);
	result = end_watch(session, result);
	(void)close(session->signals);
	return result;
}
