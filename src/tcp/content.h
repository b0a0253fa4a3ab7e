/* SPDX-License-Identifier: BSD-2-Clause
 *
 * content.h - what a segment brings: the urgent mark, text and FIN.
 */
#ifndef TCP_CONTENT_H
#define TCP_CONTENT_H

#include "tcp/judge.h"

/* Sixth to eighth check (RFC 9293 3.10.7.4), of what lies in the window that
 * was expected when the segment came. */
void content_arrives(struct tcp *tcp, struct tcb *t,
    const struct expectation *e, struct arrival *a);

#endif
