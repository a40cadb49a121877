import { now, until } from './clock.mjs';
import { FIELDS, rowAt, valueAt } from './data.mjs';
import { digestOf } from './digest.mjs';

/** Rows in one transaction when a store is filled. */
const CHUNK_ROWS = 200;
/** Clients that are let in at once where it is not about the crowd. */
const HANDSHAKES = 256;

/**
 * What an actor can be told to do. Each takes the actor's state and what was given, and answers with something that JSON can say. Times
 * are in ms of `now()`, which all actors share.
 */
export const deeds = {
	/** What the engine is, as it was configured. */
	about: ({ peer }) => peer.about(),

	/** Becomes the server. @returns the address that clients are given */
	async serve(state, { folder }) {
		const { address } = await state.peer.serve(folder);
		return address;
	},

	memory: () => ({ rssMb: process.memoryUsage().rss / 2 ** 20 }),

	/**
	 * Opens clients until each has `rows` rows. @param light where the engine has such, clients that keep nothing: many fit into a process
	 * @returns how long each took from the common start
	 */
	async connect(state, { address, count = 1, rows = 0, atOnce = HANDSHAKES, light = false }) {
		const { peer } = state;
		const began = now();
		const took = [];
		let next = 0;
		const one = async () => {
			while (next < count) {
				next++;
				const client = await (light && peer.visit ? peer.visit(address) : peer.connect(address));
				state.clients.push(client);
				await holds(client, rows);
				took.push(now() - began);
			}
		};
		await Promise.all(Array.from({ length: Math.min(atOnce, count) }, one));
		return took;
	},

	/** When the first of the clients could read its first rows, ms from when it began; `null` where the engine shows none before all are there. */
	first: ({ clients: [client] }) => client.firstMs ?? null,

	/** Writes rows in transactions and waits until the server has them, as far as the engine tells. */
	async fill({ clients: [client] }, { from = 0, count }) {
		for (let row = from; row < from + count; row += CHUNK_ROWS) {
			const rows = Array.from({ length: Math.min(CHUNK_ROWS, from + count - row) }, (_, i) => [row + i, rowAt(row + i)]);
			await client.writeRows(rows);
		}
		await client.settled?.();
	},

	/** Waits until the server is as it is when many have been there: an engine that keeps what first downloads are served from has made it. @returns ms */
	async ready({ peer }, { address, rows }) {
		const began = now();
		await peer.ready?.(address, rows);
		return now() - began;
	},

	/** From now on, notes which field of which row changed when, on every client. */
	watch(state) {
		state.arrivals = [];
		for (const [at, client] of state.clients.entries())
			client.listen((row, field, value) => state.arrivals.push([at, row, field, value, now()]));
	},

	/** What was noted, once it is as many as `count`. */
	async arrived(state, { count }) {
		await poll(() => state.arrivals.length >= count);
		return state.arrivals.splice(0);
	},

	/** Waits until every client reads a whole row as it is after `turn`. @returns when the last one did */
	async follows({ clients }, { row, turn }) {
		const fields = Array.from({ length: FIELDS }, (_, field) => field);
		const behind = new Set(clients);
		await poll(() => {
			for (const client of behind) {
				if (!fields.every((field) => client.read(row, field) === valueAt(row, field, turn))) return false;
				behind.delete(client);
			}
			return true;
		});
		return now();
	},

	/**
	 * Open loop: writes one field at each moment of a schedule, whether or not the one before has arrived. Answers the moments that
	 * were meant, the moments of writing, and those of the ack where the engine has one.
	 */
	async pace({ clients: [client] }, { count, everyMs, fields = FIELDS, turn = 1, first = 0 }) {
		const start = now() + 100;
		const meant = [];
		const sent = [];
		const acked = Array(count).fill(null);
		const acks = [];
		for (let i = 0; i < count; i++) {
			const at = start + i * everyMs;
			await until(at);
			meant.push(at);
			sent.push(now());
			const [row, field] = cellAt(first + i, fields);
			const ack = client.write(row, field, valueAt(row, field, turn));
			if (ack) acks.push(ack.then(() => (acked[i] = now())));
		}
		await Promise.all(acks);
		return { meant, sent, acked: acks.length > 0 ? acked : null };
	},

	/** As many single-field writes as fast as they go, each a change of its own. @returns when the first one began */
	async burst({ clients: [client] }, { count, turn = 1 }) {
		const began = now();
		for (let i = 0; i < count; i++) {
			const [row, field] = cellAt(i, FIELDS);
			void client.write(row, field, valueAt(row, field, turn))?.catch((error) => console.error(error));
			// Gives the network a turn, as a program does that takes its writes from somewhere.
			if (i % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
		}
		return began;
	},

	/** Open loop of transactions: whole rows written anew at a rate. @returns the delays from the meant moment to the ack */
	async ingest({ clients: [client] }, { rowsPerSecond, seconds, rows, turn }) {
		const everyMs = 1000 / rowsPerSecond;
		const total = Math.round(rowsPerSecond * seconds);
		const start = now() + 50;
		const delays = [];
		const acks = [];
		for (let i = 0; i < total; i++) {
			const at = start + i * everyMs;
			if (now() < at) await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - now())));
			else if (i % 50 === 49) await new Promise((resolve) => setImmediate(resolve)); // late: the network must have its turns all the same
			const row = i % rows;
			const round = turn + Math.floor(i / rows);
			const ack = client.writeRows([[row, rowAt(row, round)]]);
			if (ack) acks.push(ack.then(() => delays.push(now() - at)));
		}
		const endedAt = now();
		await Promise.all(acks);
		return { total, startedAt: start, endedAt, wroteMs: endedAt - start, delays: thinned(delays) };
	},

	/** Rewrites `rows` rows in one transaction. @returns when it began */
	rewrite({ clients: [client] }, { rows, turn }) {
		const began = now();
		void client.writeRows(Array.from({ length: rows }, (_, row) => [row, rowAt(row, turn)]));
		return began;
	},

	/** Whether all clients of this process hold the same state, and which. */
	async digest({ clients }) {
		const digests = new Set();
		for (const client of clients) digests.add(digestOf(await client.cells()));
		return [...digests];
	},

	/** Things that only this engine's own workloads ask for. */
	own: (state, { name, given }) => state.peer.own[name](state, given),
};

/** The i-th of the fields, row by row. */
function cellAt(i, fields) {
	return [Math.floor(i / fields), i % fields];
}

function holds(client, rows) {
	return rows === 0 ? undefined : poll(() => client.size() >= rows);
}

async function poll(condition) {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** At most a hundred thousand of them, evenly taken from the sorted list, so that the answer stays small. */
function thinned(samples) {
	const most = 100_000;
	samples.sort((a, b) => a - b);
	return samples.length <= most
		? samples
		: Array.from({ length: most }, (_, i) => samples[Math.floor((i * (samples.length - 1)) / (most - 1))]);
}
