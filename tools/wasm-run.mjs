// SPDX-License-Identifier: BSD-2-Clause
//
// node wasm-run.mjs PROGRAM.wasm [ARGS] - run it with its standard output.
//
// What a program needs of WASI to read its arguments and to write is little,
// and stands here: node 20's own module, an experiment, now and then breaks
// node's memory.
import { readFileSync, writeSync } from "node:fs";

const BADF = 8;
const SPIPE = 70;
const [, , program, ...rest] = process.argv;
const args = [program, ...rest].map((arg) => Buffer.from(`${arg}\0`));
let memory;

const view = () => new DataView(memory.buffer);

class Exit extends Error {
	constructor(code) {
		super(`exit ${code}`);
		this.code = code;
	}
}

const calls = {
	args_sizes_get(count, bytes) {
		view().setUint32(count, args.length, true);
		view().setUint32(bytes, Buffer.concat(args).length, true);
		return 0;
	},
	args_get(pointers, text) {
		for (const arg of args) {
			view().setUint32(pointers, text, true);
			new Uint8Array(memory.buffer).set(arg, text);
			pointers += 4;
			text += arg.length;
		}
		return 0;
	},
	fd_close: () => 0,
	fd_seek: () => SPIPE,
	// A character device that may be written: nothing is buffered by whole.
	fd_fdstat_get(fd, stat) {
		if (fd > 2)
			return BADF;
		new Uint8Array(memory.buffer).fill(0, stat, stat + 24);
		view().setUint8(stat, 2);
		view().setBigUint64(stat + 8, 64n, true);
		return 0;
	},
	fd_write(fd, vectors, count, written) {
		let n = 0;

		if (fd !== 1 && fd !== 2)
			return BADF;
		for (let i = 0; i < count; i++) {
			const at = view().getUint32(vectors + 8 * i, true);
			const end = at + view().getUint32(vectors + 8 * i + 4, true);
			const bytes = new Uint8Array(memory.buffer, at, end - at);

			for (let done = 0; done < bytes.length;)
				done += writeSync(fd, bytes, done);
			n += bytes.length;
		}
		view().setUint32(written, n, true);
		return 0;
	},
	proc_exit(code) {
		throw new Exit(code);
	},
};

const module = await WebAssembly.compile(readFileSync(program));
const instance = await WebAssembly.instantiate(module, {
	wasi_snapshot_preview1: calls,
});
memory = instance.exports.memory;
try {
	instance.exports._start();
} catch (error) {
	if (!(error instanceof Exit))
		throw error;
	process.exitCode = error.code;
}
