/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control.c - a running process answers for its connections and counters.
 */
#include "cli/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <estab/link.h>

#include "cli/cli.h"
#include "cli/facts.h"

#define RECORD_BYTES_MAX 4096 /* of one line; facts.c makes half of it */
#define OUT_BYTES 16384       /* made and sent at a time */
#define EVENTS 16
#define BACKLOG 64

enum stage {
	STAGE_ASK, /* the question has not come whole */
	STAGE_CONNECTIONS,
	STAGE_COUNTERS,
	STAGE_END,
	STAGE_DONE, /* all is made */
};

struct control_client {
	int fd;
	enum stage stage;
	uint64_t cursor; /* of estab_status_next */
	char ask[CONTROL_ASK_MAX];
	size_t asked;
	char out[OUT_BYTES];
	size_t made, sent;
};

/* ---- Clients ------------------------------------------------------------ */

static void
client_drop(struct control *control, size_t i)
{
	(void)close(control->client[i]->fd);
	free(control->client[i]);
	for (; i + 1 < CONTROL_CLIENTS; i++)
		control->client[i] = control->client[i + 1];
	control->client[CONTROL_CLIENTS - 1] = NULL;
}

static bool
may_ask(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    (peer.uid == geteuid() || peer.uid == 0);
}

/* When all places are taken the oldest goes: it has had its time. */
static void
client_add(struct control *control, int fd)
{
	struct control_client *const client = calloc(1, sizeof *client);
	struct epoll_event event = { .events = EPOLLIN };
	size_t i = 0;

	if (client == NULL) {
		(void)close(fd);
		return;
	}
	client->fd = fd;
	event.data.ptr = client;
	if (control->client[CONTROL_CLIENTS - 1] != NULL)
		client_drop(control, 0);
	while (control->client[i] != NULL)
		i++;
	control->client[i] = client;
	(void)epoll_ctl(control->poll, EPOLL_CTL_ADD, fd, &event);
}

static void
admit(struct control *control)
{
	const int fd = accept4(control->listener, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (may_ask(fd))
		client_add(control, fd);
	else
		(void)close(fd);
}

/* ---- Answers ------------------------------------------------------------ */

static bool
has_room(const struct control_client *client)
{
	return OUT_BYTES - client->made >= RECORD_BYTES_MAX;
}

/* One object, one line; takes the reference. */
static void
put(struct control_client *client, json_t *object)
{
	const size_t room = OUT_BYTES - client->made - 1;
	const size_t n = object == NULL ?
	    0 :
	    json_dumpb(object, client->out + client->made, room, JSON_COMPACT);

	json_decref(object);
	if (n == 0 || n > room)
		return;
	client->made += n;
	client->out[client->made++] = '\n';
}

static void
put_who(const struct control *control, struct control_client *client)
{
	const char *const name = strrchr(control->command, ' ');
	struct facts_who who = { .pid = getpid(), .now = estab_clock() };

	(void)snprintf(who.command, sizeof who.command, "%s",
	    name != NULL ? name + 1 : control->command);
	put(client, facts_pack_who(&who));
}

static int64_t
limit_of(const struct control *control, estab_conn conn,
    enum estab_option option)
{
	int64_t value;

	return estab_get(control->host, conn, option, &value) < 0 ? -1 : value;
}

static void
put_connections(const struct control *control, struct control_client *client)
{
	struct facts facts;

	while (has_room(client)) {
		if (estab_status_next(control->host, &client->cursor,
		        &facts.status) == 0) {
			client->stage = STAGE_END;
			return;
		}
		facts.send_limit =
		    limit_of(control, facts.status.conn, ESTAB_SEND_BYTES);
		facts.receive_limit =
		    limit_of(control, facts.status.conn, ESTAB_RECEIVE_BYTES);
		put(client, facts_pack(&facts));
	}
}

/* Make as much of the answer as there is room for. */
static void
make(const struct control *control, struct control_client *client)
{
	client->made = client->sent = 0;
	if (client->stage == STAGE_CONNECTIONS)
		put_connections(control, client);
	if (client->stage == STAGE_COUNTERS) {
		put(client, facts_pack_counters(control->host));
		client->stage = STAGE_END;
	}
	if (client->stage == STAGE_END && has_room(client)) {
		put(client, json_pack("{s:b}", "end", 1));
		client->stage = STAGE_DONE;
	}
}

/* Send a piece.  False: the client is done with, or gone. */
static bool
answer(const struct control *control, struct control_client *client)
{
	ssize_t put_bytes;

	if (client->sent == client->made) {
		if (client->stage == STAGE_DONE)
			return false;
		make(control, client);
	}
	put_bytes = send(client->fd, client->out + client->sent,
	    client->made - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (put_bytes < 0)
		return errno == EAGAIN || errno == EINTR;
	client->sent += (size_t)put_bytes;
	return true;
}

/* ---- Questions ---------------------------------------------------------- */

static bool
is_asked(const struct control_client *client, const char *line)
{
	return client->asked == strlen(line) &&
	    memcmp(client->ask, line, client->asked) == 0;
}

/* What is asked, once the line is whole.  False: nothing we know. */
static bool
understand(struct control *control, struct control_client *client)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = client };

	if (is_asked(client, CONTROL_CONNECTIONS "\n"))
		client->stage = STAGE_CONNECTIONS;
	else if (is_asked(client, CONTROL_COUNTERS "\n"))
		client->stage = STAGE_COUNTERS;
	else
		return false;
	put_who(control, client);
	return epoll_ctl(control->poll, EPOLL_CTL_MOD, client->fd, &event) == 0;
}

static bool
listen_to(struct control *control, struct control_client *client)
{
	const ssize_t got = recv(client->fd, client->ask + client->asked,
	    sizeof client->ask - client->asked, MSG_DONTWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	client->asked += (size_t)got;
	if (got == 0)
		return false;
	if (client->ask[client->asked - 1] == '\n')
		return understand(control, client);
	return client->asked < sizeof client->ask;
}

static void
serve(struct control *control, struct control_client *client)
{
	size_t i = 0;

	while (i < CONTROL_CLIENTS && control->client[i] != client)
		i++;
	if (i == CONTROL_CLIENTS)
		return; /* dropped while its event was on the way */
	if (client->stage == STAGE_ASK ? !listen_to(control, client) :
	                                 !answer(control, client))
		client_drop(control, i);
}

void
control_turn(struct control *control)
{
	struct epoll_event event[EVENTS];
	const int n = epoll_wait(control->poll, event, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		if (event[i].data.ptr == NULL)
			admit(control);
		else
			serve(control, event[i].data.ptr);
	}
}

/* ---- Begin and end ------------------------------------------------------ */

static void
sweep(void *context, long pid)
{
	char path[CONTROL_PATH];
	int fd;

	control_path(context, pid, path);
	fd = control_connect(path);
	if (fd >= 0)
		(void)close(fd);
}

/* The socket listens before it has its name, so that nobody takes it for one
 * whose process has died.  Returns NULL or why not. */
static const char *
open_listener(struct control *control, const char folder[CONTROL_FOLDER])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct epoll_event event = { .events = EPOLLIN };
	const mode_t mask = umask(077);

	control_path(folder, (long)getpid(), control->path);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/.%ld",
	    folder, (long)getpid());
	(void)unlink(address.sun_path);
	control->listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	control->poll = epoll_create1(EPOLL_CLOEXEC);
	const bool well = control->listener >= 0 && control->poll >= 0 &&
	    bind(control->listener, (const void *)&address, sizeof address) ==
	        0 &&
	    listen(control->listener, BACKLOG) == 0 &&
	    rename(address.sun_path, control->path) == 0 &&
	    epoll_ctl(control->poll, EPOLL_CTL_ADD, control->listener,
	        &event) == 0;
	const int error = errno;

	(void)umask(mask);
	return well ? NULL : strerror(error);
}

static void
close_both(struct control *control)
{
	if (control->listener >= 0)
		(void)close(control->listener);
	if (control->poll >= 0)
		(void)close(control->poll);
	control->listener = control->poll = -1;
}

void
control_begin(struct control *control, struct estab_host *host,
    const char *command)
{
	char folder[CONTROL_FOLDER];

	*control = (struct control){
		.host = host,
		.command = command,
		.poll = -1,
		.listener = -1,
	};
	control->why = control_folder(folder);
	if (control->why != NULL) {
		(void)snprintf(control->path, sizeof control->path, "%s",
		    folder);
		return;
	}
	control_each(folder, sweep, folder);
	control->why = open_listener(control, folder);
	if (control->why != NULL)
		close_both(control);
}

void
control_end(struct control *control)
{
	while (control->client[0] != NULL)
		client_drop(control, 0);
	if (control->listener >= 0)
		(void)unlink(control->path);
	close_both(control);
}
