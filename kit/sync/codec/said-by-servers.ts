import type { SpaceId } from '../cell.ts';
import type { ByeCode, Role } from '../frames.ts';
import { limits } from '../limits.ts';
import { readRefs, writeRefs } from '../snapshot/manifest.ts';
import { readCells, writeCells } from './cells.ts';
import { readApps, readNames, writeApps, writeNames } from './scope.ts';
import { readList, readSpace, readText, type Readers, type Writers } from './shape.ts';

type Type = 'welcome' | 'subbed' | 'ack' | 'delta' | 'move' | 'revoked' | 'reach' | 'renew' | 'snapshot' | 'bye' | 'pong';

const ROLES: readonly Role[] = ['owner', 'admin', 'editor', 'commenter', 'viewer'];

/** What only servers say. */
export const serverWriters: Writers<Type> = {
	welcome(out, frame) {
		out.varint(frame.clockMs);
		out.varint(frame.serverMs);
		out.text(frame.person);
		out.id(frame.personal);
		out.varint(frame.limits.frameBytes);
		out.varint(frame.limits.pushOps);
		out.varint(frame.outdated.length);
		for (const collection of frame.outdated) out.varint(collection);
	},
	subbed(out, frame) {
		out.id(frame.space);
		out.varint(frame.epoch);
		out.varint(frame.seq);
		out.varint(frame.actor);
		out.varint(frame.nextN);
		out.byte(ROLES.indexOf(frame.role));
	},
	ack(out, frame) {
		out.id(frame.space);
		out.varint(frame.n);
		out.varint(frame.seq);
		out.varint(frame.restamped.length);
		for (const { n, stamp } of frame.restamped) {
			out.varint(n);
			out.varint(stamp);
		}
		out.varint(frame.refused.length);
		for (const { n, code, detail } of frame.refused) {
			out.varint(n);
			out.text(code);
			out.text(detail);
		}
	},
	delta(out, frame) {
		out.id(frame.space);
		out.varint(frame.from);
		out.varint(frame.to - frame.from);
		out.byte(frame.more ? 1 : 0);
		writeCells(out, frame.cells);
	},
	move(out, frame) {
		out.id(frame.space);
		out.varint(frame.from);
		writeNames(out, frame.records);
	},
	revoked: (out, frame) => out.id(frame.space),
	reach(out, frame) {
		out.id(frame.space);
		writeApps(out, frame.apps);
	},
	renew: (out, frame) => out.id(frame.space),
	snapshot(out, frame) {
		out.id(frame.space);
		out.varint(frame.epoch);
		out.varint(frame.from);
		out.varint(frame.seq);
		writeRefs(out, frame.chunks);
	},
	bye(out, frame) {
		out.text(frame.code);
		out.text(frame.detail);
		out.varint(frame.retryAfterMs === null ? 0 : frame.retryAfterMs + 1);
	},
	pong(out, frame) {
		out.varint(frame.clockMs);
		out.varint(frame.serverMs);
	},
};

export const serverReaders: Readers<Type> = {
	welcome: (from) => ({
		type: 'welcome',
		clockMs: from.varint(),
		serverMs: from.varint(),
		person: readText(from),
		personal: from.id() as string as SpaceId,
		limits: { frameBytes: from.varint(), pushOps: from.varint() },
		outdated: readList(from, 0xffff, () => from.varint(0xffff)),
	}),
	subbed: (from) => ({
		type: 'subbed',
		space: readSpace(from),
		epoch: from.varint(),
		seq: from.varint(),
		actor: from.varint(),
		nextN: from.varint(),
		role: ROLES[from.varint(ROLES.length - 1)]!,
	}),
	ack: (from) => ({
		type: 'ack',
		space: readSpace(from),
		n: from.varint(),
		seq: from.varint(),
		restamped: readList(from, limits.pushTransactions, () => ({ n: from.varint(), stamp: from.varint() })),
		refused: readList(from, limits.pushTransactions, () => ({ n: from.varint(), code: readText(from), detail: readText(from) })),
	}),
	delta(from) {
		const id = readSpace(from);
		const start = from.varint();
		const to = start + from.varint(Number.MAX_SAFE_INTEGER - start);
		return { type: 'delta', space: id, from: start, to, more: from.varint(1) === 1, cells: readCells(from) };
	},
	move: (from) => ({ type: 'move', space: readSpace(from), from: from.varint(), records: readNames(from) }),
	revoked: (from) => ({ type: 'revoked', space: readSpace(from) }),
	reach: (from) => ({ type: 'reach', space: readSpace(from), apps: readApps(from) }),
	renew: (from) => ({ type: 'renew', space: readSpace(from) }),
	snapshot: (from) => ({
		type: 'snapshot',
		space: readSpace(from),
		epoch: from.varint(),
		from: from.varint(),
		seq: from.varint(),
		chunks: readRefs(from),
	}),
	bye(from) {
		// A code of a later version is kept as it is: a reader treats what it does not know like 'protocol'.
		const bye = { type: 'bye' as const, code: readText(from) as ByeCode, detail: readText(from) };
		const retry = from.varint();
		return { ...bye, retryAfterMs: retry === 0 ? null : retry - 1 };
	},
	pong: (from) => ({ type: 'pong', clockMs: from.varint(), serverMs: from.varint() }),
};
