/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control.c - a socket of a running process, and who asks there.
 */
#include "cli/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENTS 16
#define BACKLOG 64

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

static void
serve(struct control *control, struct control_client *client)
{
	size_t i = 0;

	while (i < CONTROL_CLIENTS && control->client[i] != client)
		i++;
	if (i == CONTROL_CLIENTS)
		return; /* dropped while its event was on the way */
	if (!control_client_turn(control, client))
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
	control->why = control_folder_make(folder);
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
