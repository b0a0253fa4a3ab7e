/* SPDX-License-Identifier: BSD-2-Clause
 *
 * edge.c - the edges of the state diagram, for who draws it.
 */
#include "scenario/scenario.h"

#include "tcp/tcp.h"

bool
scenario_edge_legal(enum estab_state from, enum estab_state to)
{
	return conn_edge_legal(from, to);
}
