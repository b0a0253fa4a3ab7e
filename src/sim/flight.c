/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flight.c - cells of 2 KiB for the bytes, a binary heap for the order.
 */
#include "sim/flight.h"

#include "base/mem.h"

#define NONE UINT32_MAX
#define ALIGN 16

static void *
at(const struct flights *f, size_t distance)
{
	return (uint8_t *)(uintptr_t)f + distance;
}

static struct flight *
record(const struct flights *f, uint32_t n)
{
	return (struct flight *)at(f, f->records) + n;
}

/* The next cell of a chain or of the free list. */
static uint32_t *
link_of(const struct flights *f, uint32_t cell)
{
	return (uint32_t *)at(f, f->links) + cell;
}

static uint32_t *
heap_of(const struct flights *f)
{
	return at(f, f->heap);
}

static uint8_t *
cell_of(const struct flights *f, uint32_t cell)
{
	return (uint8_t *)at(f, f->cells) + (size_t)cell * FLIGHT_CELL_BYTES;
}

static uint32_t
cells_for(uint32_t bytes)
{
	return (bytes + FLIGHT_CELL_BYTES - 1) / FLIGHT_CELL_BYTES;
}

static size_t
aligned(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

uint32_t
flights_init(struct flights *f, size_t bytes)
{
	const size_t each =
	    sizeof(struct flight) + 2 * sizeof(uint32_t) + FLIGHT_CELL_BYTES;
	const size_t fixed = aligned(sizeof *f) + 3 * (size_t)ALIGN;
	size_t count = bytes > fixed ? (bytes - fixed) / each : 0;

	if (count >= NONE)
		count = NONE - 1;
	memset(f, 0, sizeof *f);
	f->cell_count = (uint32_t)count;
	f->cell_free = NONE;
	f->records = aligned(sizeof *f);
	f->links = aligned(f->records + count * sizeof(struct flight));
	f->heap = aligned(f->links + count * sizeof(uint32_t));
	f->cells = aligned(f->heap + count * sizeof(uint32_t));
	return f->cell_count;
}

size_t
flights_used(const struct flights *f)
{
	return f->cells + (size_t)f->cell_frontier * FLIGHT_CELL_BYTES;
}

bool
flights_room(const struct flights *f, uint32_t bytes, uint64_t count)
{
	const uint32_t free = f->cell_count - f->cells_used;

	return count <= free && count * cells_for(bytes) <= free;
}

static uint32_t
take_cell(struct flights *f)
{
	uint32_t cell = f->cell_free;

	if (cell == NONE)
		cell = f->cell_frontier++;
	else
		f->cell_free = *link_of(f, cell);
	f->cells_used++;
	record(f, cell)->held = false; /* flight_held looks at every cell */
	return cell;
}

static void
give_cells(struct flights *f, uint32_t cell)
{
	while (cell != NONE) {
		const uint32_t next = *link_of(f, cell);

		*link_of(f, cell) = f->cell_free;
		f->cell_free = cell;
		f->cells_used--;
		cell = next;
	}
}

/* Copy a packet into a chain of cells; the first one names it. */
static uint32_t
store(struct flights *f, const uint8_t *packet, uint32_t bytes)
{
	const uint32_t first = take_cell(f);
	uint32_t cell = first;

	for (;;) {
		const uint32_t n =
		    bytes < FLIGHT_CELL_BYTES ? bytes : FLIGHT_CELL_BYTES;

		memcpy(cell_of(f, cell), packet, n);
		packet += n;
		bytes -= n;
		if (bytes == 0)
			break;
		*link_of(f, cell) = take_cell(f);
		cell = *link_of(f, cell);
	}
	*link_of(f, cell) = NONE;
	return first;
}

static bool
before(const struct flights *f, uint32_t a, uint32_t b)
{
	const struct flight *x = record(f, a), *y = record(f, b);

	if (x->arrival != y->arrival)
		return x->arrival < y->arrival;
	return x->number < y->number;
}

static void
heap_push(struct flights *f, uint32_t n)
{
	uint32_t *heap = heap_of(f);
	uint32_t place = f->heap_count++;

	while (place > 0 && before(f, n, heap[(place - 1) / 2])) {
		heap[place] = heap[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	heap[place] = n;
}

static void
heap_pop(struct flights *f)
{
	uint32_t *heap = heap_of(f);
	const uint32_t last = heap[--f->heap_count];
	uint32_t place = 0;

	for (;;) {
		uint32_t child = 2 * place + 1;

		if (child >= f->heap_count)
			break;
		if (child + 1 < f->heap_count &&
		    before(f, heap[child + 1], heap[child]))
			child++;
		if (!before(f, heap[child], last))
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = last;
}

bool
flight_launch(struct flights *f, const struct flight *form,
    const uint8_t *packet)
{
	uint32_t n;

	if (form->bytes == 0 || !flights_room(f, form->bytes, 1))
		return false;
	n = store(f, packet, form->bytes);
	*record(f, n) = *form;
	record(f, n)->number = f->launched++;
	record(f, n)->held = form->arrival == ESTAB_NEVER;
	if (!record(f, n)->held)
		heap_push(f, n);
	return true;
}

const struct flight *
flight_next(const struct flights *f)
{
	return f->heap_count > 0 ? record(f, heap_of(f)[0]) : NULL;
}

uint8_t *
flight_packet(const struct flights *f, uint8_t *room)
{
	uint32_t cell = heap_of(f)[0];
	uint32_t left = record(f, cell)->bytes;
	uint8_t *to = room;

	if (left <= FLIGHT_CELL_BYTES)
		return cell_of(f, cell);
	while (left > 0) {
		const uint32_t n =
		    left < FLIGHT_CELL_BYTES ? left : FLIGHT_CELL_BYTES;

		memcpy(to, cell_of(f, cell), n);
		to += n;
		left -= n;
		cell = *link_of(f, cell);
	}
	return room;
}

void
flight_land(struct flights *f)
{
	const uint32_t n = heap_of(f)[0];

	heap_pop(f);
	give_cells(f, n);
}

struct flight *
flight_held(const struct flights *f, uint32_t frame)
{
	for (uint32_t n = 0; n < f->cell_frontier; n++)
		if (record(f, n)->held && record(f, n)->frame == frame)
			return record(f, n);
	return NULL;
}

void
flight_release(struct flights *f, struct flight *flight, estab_time arrival)
{
	flight->held = false;
	flight->arrival = arrival;
	/* It comes behind what was launched while it waited. */
	flight->number = f->launched++;
	heap_push(f, (uint32_t)(flight - record(f, 0)));
}
