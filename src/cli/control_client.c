/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control_client.c - one who asks a running process: question and answer.
 */
#include "cli/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <estab/link.h>

#include "cli/facts.h"

#define RECORD_BYTES_MAX 4096 /* of one line; facts.c makes half of it */

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

bool
control_client_turn(struct control *control, struct control_client *client)
{
	return client->stage == STAGE_ASK ? listen_to(control, client) :
	                                    answer(control, client);
}
