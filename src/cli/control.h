/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control.h - the private socket by which estab ss and estab nstat ask a
 * running process for its connections and counters.
 *
 * Each process has PID.sock in a folder of its user's alone (mode 0700): in
 * XDG_RUNTIME_DIR if that is the user's, else /run/estab for root, else
 * /tmp/estab-UID, where UID is that outside of a user namespace.  It is a file
 * and not an abstract name, so that a process in another network namespace is
 * found as well.  Whoever connects must be the same user, or
 * root, by SO_PEERCRED.
 *
 * The question is one line, "connections" or "counters".  The answer is a
 * JSON object a line: first who answers (struct control_who), then a record
 * (facts.h) or the counters, then {"end":true}.  A question of a few clients
 * is answered piece by piece between two turns of the loop, so that neither
 * many connections nor a client that does not read holds up the host.
 */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include <stdbool.h>

#include <estab/estab.h>

#define CONTROL_CLIENTS 8
#define CONTROL_PATH 108 /* as struct sockaddr_un has it */
#define CONTROL_FOLDER (CONTROL_PATH - 24)
#define CONTROL_ASK_MAX 32
#define CONTROL_CONNECTIONS "connections"
#define CONTROL_COUNTERS "counters"

struct control_client;

struct control {
	struct estab_host *host;
	const char *command;
	int poll; /* readable when there is something to do; -1: no socket */
	int listener;
	char path[CONTROL_PATH];
	const char *why; /* there is no socket: the reason */
	struct control_client *client[CONTROL_CLIENTS]; /* oldest first */
};

/* Offer a socket.  That none can be had is no reason not to work: then why
 * says the reason. */
void control_begin(struct control *control, struct estab_host *host,
    const char *command);
void control_end(struct control *control);

/* Do what there is to do, and no more than a little of it. */
void control_turn(struct control *control);

/* ---- control_folder.c ---- */
/* The folder of this user's sockets, which need not be there; or it is made.
 * Return NULL, or why it cannot be used; static storage. */
const char *control_folder(char folder[CONTROL_FOLDER]);
const char *control_folder_make(char folder[CONTROL_FOLDER]);
/* The socket of a process in folder. */
void control_path(const char *folder, long pid, char path[CONTROL_PATH]);
/* Connect to one.  Returns a descriptor, or a negative errno; the socket of a
 * process that is gone is removed (-ECONNREFUSED).  It does not block. */
int control_connect(const char *path);
/* Call with each process that has a socket there, oldest number first. */
void control_each(const char *folder, void (*call)(void *context, long pid),
    void *context);

#endif
