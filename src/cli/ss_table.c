/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss_table.c - the table: State, Recv-Q, Send-Q, both ends, whose it is and
 * its timer; the details on a line below.
 */
#include "cli/ss.h"

#include <stdlib.h>
#include <string.h>

#define FIELD 64

enum column {
	COLUMN_STATE,
	COLUMN_RECEIVE,
	COLUMN_SEND,
	COLUMN_LOCAL,
	COLUMN_LOCAL_PORT,
	COLUMN_PEER,
	COLUMN_PEER_PORT,
	COLUMN_COUNT,
};

struct row {
	char field[COLUMN_COUNT][FIELD];
	char *more; /* process and timer, newline, details */
};

struct ss_table {
	struct row *row;
	size_t count, room;
	int width[COLUMN_COUNT];
};

static void
set(struct ss_table *table, struct row *row, enum column column,
    const char *text)
{
	const int n = (int)strlen(text);

	(void)snprintf(row->field[column], FIELD, "%s", text);
	if (table->width[column] < n)
		table->width[column] = n;
}

static void
set_number(struct ss_table *table, struct row *row, enum column column,
    uint32_t number)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%u", number);
	set(table, row, column, text);
}

/* The unspecified address is "*", as that of a socket for both families. */
static void
set_endpoint(struct ss_table *table, struct row *row, enum column column,
    const struct estab_endpoint *endpoint)
{
	static const struct estab_address any;
	char address[ESTAB_ADDRESS_TEXT], text[ESTAB_ADDRESS_TEXT + 2];
	char port[8] = "*";

	estab_address_text(&endpoint->address, address);
	if (memcmp(&endpoint->address, &any, sizeof any) == 0)
		(void)snprintf(text, sizeof text, "*");
	else if (estab_address_is_v4(&endpoint->address))
		(void)snprintf(text, sizeof text, "%s", address);
	else
		(void)snprintf(text, sizeof text, "[%s]", address);
	if (endpoint->port != 0)
		(void)snprintf(port, sizeof port, "%u", endpoint->port);
	set(table, row, column, text);
	set(table, row, column + 1, port);
}

static struct row *
new_row(struct ss_table *table)
{
	if (table->count == table->room) {
		const size_t room = table->room * 2 + 16;
		struct row *const more =
		    reallocarray(table->row, room, sizeof *more);

		if (more == NULL)
			return NULL;
		table->row = more;
		table->room = room;
	}
	return &table->row[table->count];
}

static char *
words_of(const struct ss_record *record)
{
	char timer[SS_WORDS], details[SS_WORDS];
	char *all = NULL;

	ss_timer_words(record, timer);
	ss_details(record, details);
	if (asprintf(&all, "users:((\"%s\",pid=%ld))%s%s\n\t%s",
	        record->who->command, record->who->pid,
	        timer[0] != '\0' ? " " : "", timer, details) < 0)
		return NULL;
	return all;
}

struct ss_table *
ss_table_new(void)
{
	struct ss_table *const table = calloc(1, sizeof *table);

	if (table == NULL)
		return NULL;
	table->width[COLUMN_STATE] = (int)strlen("State");
	table->width[COLUMN_RECEIVE] = (int)strlen("Recv-Q");
	table->width[COLUMN_SEND] = (int)strlen("Send-Q");
	table->width[COLUMN_LOCAL] = (int)strlen("Local Address");
	table->width[COLUMN_LOCAL_PORT] = (int)strlen("Port");
	table->width[COLUMN_PEER] = (int)strlen("Peer Address");
	table->width[COLUMN_PEER_PORT] = (int)strlen("Port");
	return table;
}

bool
ss_table_add(struct ss_table *table, const struct ss_record *record)
{
	struct row *const row = new_row(table);

	if (row == NULL)
		return false;
	row->more = words_of(record);
	if (row->more == NULL)
		return false;
	set(table, row, COLUMN_STATE, ss_state_word(record->state));
	set_number(table, row, COLUMN_RECEIVE, record->receive_queue);
	set_number(table, row, COLUMN_SEND, record->send_queue);
	set_endpoint(table, row, COLUMN_LOCAL, &record->local);
	set_endpoint(table, row, COLUMN_PEER, &record->remote);
	table->count++;
	return true;
}

static void
print_row(const struct ss_table *table, const struct row *row, FILE *to)
{
	const int *const w = table->width;

	(void)fprintf(to, "%-*s %-*s %-*s %*s:%-*s %*s:%-*s %s\n",
	    w[COLUMN_STATE], row->field[COLUMN_STATE], w[COLUMN_RECEIVE],
	    row->field[COLUMN_RECEIVE], w[COLUMN_SEND], row->field[COLUMN_SEND],
	    w[COLUMN_LOCAL], row->field[COLUMN_LOCAL], w[COLUMN_LOCAL_PORT],
	    row->field[COLUMN_LOCAL_PORT], w[COLUMN_PEER],
	    row->field[COLUMN_PEER], w[COLUMN_PEER_PORT],
	    row->field[COLUMN_PEER_PORT], row->more);
}

size_t
ss_table_rows(const struct ss_table *table)
{
	return table->count;
}

void
ss_table_print(const struct ss_table *table, FILE *to)
{
	char process[] = "Process";
	const struct row heading = {
		.field = { "State", "Recv-Q", "Send-Q", "Local Address", "Port",
		    "Peer Address", "Port" },
		.more = process,
	};

	print_row(table, &heading, to);
	for (size_t i = 0; i < table->count; i++)
		print_row(table, &table->row[i], to);
}

void
ss_table_free(struct ss_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->row[i].more);
	free(table->row);
	free(table);
}
