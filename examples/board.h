/* SPDX-License-Identifier: BSD-2-Clause
 *
 * board.h - what estab needs of a machine without an operating system: a
 * clock, frames in and out, bytes that nobody can predict.  memcpy, memmove,
 * memset and memcmp come beside it, as for every freestanding compiler.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since any instant; it never runs back, nor over. */
int64_t board_clock(void);

/* Take the next Ethernet frame that has arrived, without its FCS: its bytes,
 * at most room of them, or 0 when there is none. */
size_t board_receive(uint8_t *frame, size_t room);

/* Queue a frame of n bytes.  False: there is no room now. */
bool board_transmit(const uint8_t *frame, size_t n);

/* Fill n bytes from a source that no peer can guess: sequence numbers and SYN
 * cookies are as safe as these are.  Asked when the host is made, never
 * after. */
void board_entropy(void *bytes, size_t n);

/* Sleep until a frame arrives, and no longer than until that instant of
 * board_clock.  May return at any time. */
void board_sleep(int64_t until);

#endif
