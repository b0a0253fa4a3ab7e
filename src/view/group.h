/* SPDX-License-Identifier: BSD-2-Clause
 *
 * group.h - the groups of lines that control blocks are made of.
 */
#ifndef VIEW_GROUP_H
#define VIEW_GROUP_H

#include "view/sheet.h"

void group_send_space(struct sheet *sheet);
void group_receive_space(struct sheet *sheet);
void group_buffers(struct sheet *sheet);
void group_agreed(struct sheet *sheet);
void group_timers(struct sheet *sheet);
void group_round_trip(struct sheet *sheet);
void group_congestion(struct sheet *sheet);
void group_counts(struct sheet *sheet);

#endif
