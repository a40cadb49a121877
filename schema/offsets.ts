import { Database } from 'bun:sqlite';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { checkOffset, offsetFindings, shiftedPorts, type OffsetCheck } from './check-offset.ts';
import { lastPort } from './systems.ts';

/** An offset that nobody else uses until it is closed. */
export interface HeldOffset {
	readonly offset: number;
	/** Gives the offset back. Closing twice is harmless. */
	close(): void;
}

export interface OffsetOptions {
	/** The address that will be listened on. */
	readonly host?: string;
	/** Where the lock file lies; every run that shares it keeps out of the others' way. */
	readonly folder?: string;
}

/**
 * Takes an offset for a whole copy of Mana: for tests, which may run side by side.
 *
 * Every port of a running row is free at that moment, and the offset is held in a lock file until it is closed or the process
 * that took it is gone, whichever comes first.
 *
 * @throws when every offset is taken
 *
 * @example
 * const held = await freeOffset();
 * try { await startEverything({ MANA_PORT_OFFSET: held.offset }); } finally { held.close(); }
 */
export async function freeOffset({ host = '127.0.0.1', folder = tmpdir() }: OffsetOptions = {}): Promise<HeldOffset> {
	const locks = openLocks(folder);
	for (const offset of offsetSlots()) {
		if (!locks.take(offset)) continue;
		if ((await takenPorts(offset, host)).size === 0) return { offset, close: () => locks.giveBack(offset) };
		locks.giveBack(offset);
	}
	throw new Error('Every port offset is taken: close some of the copies of Mana that run on this machine.');
}

/** {@link checkOffset}, asking this machine what listens on it now, for the offset and for the suggestion. */
export async function checkOffsetHere(offset: number, host = '127.0.0.1'): Promise<OffsetCheck> {
	const taken = new Set<number>();
	for (;;) {
		const check = checkOffset(offset, { isListening: (port) => taken.has(port) });
		const open = check.findings.length === 0 ? offset : check.suggestion;
		if (open === null) return check;
		const more = [...(await takenPorts(open, host))].filter((port) => !taken.has(port));
		if (more.length === 0) return check;
		for (const port of more) taken.add(port);
	}
}

/** Offsets of which any two, and any one and a copy without offset, share no port. Ascending. */
export function* offsetSlots(): Generator<number> {
	const ports = shiftedPorts(0).map(({ port }) => port.port);
	const used = new Set(ports);
	for (let offset = 10_000; offset < lastPort; offset += 10) {
		if (ports.some((port) => used.has(port + offset)) || offsetFindings(offset).length > 0) continue;
		for (const port of ports) used.add(port + offset);
		yield offset;
	}
}

/** Which ports of the running rows cannot be listened on under this offset. */
async function takenPorts(offset: number, host: string): Promise<Set<number>> {
	const taken = new Set<number>();
	for (const { row, port } of shiftedPorts(offset))
		if (row.status === 'running' && !(await canListen(port.port, host))) taken.add(port.port);
	return taken;
}

/** Whether an address and port of this machine are free now. */
export function canListen(port: number, host: string): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
	});
}

/** The lock file: one row for each held offset. SQLite makes taking over from a dead process one atomic step. */
function openLocks(folder: string) {
	const file = join(folder, `mana-port-offsets-${userInfo().uid}.sqlite`);
	const inFile = <Answer>(work: (db: Database) => Answer): Answer => {
		const db = new Database(file, { create: true });
		try {
			db.run('pragma busy_timeout = 10000');
			db.run('create table if not exists held (offset integer primary key, pid integer not null)');
			return db.transaction(() => work(db)).immediate();
		} finally {
			db.close();
		}
	};
	return {
		take: (offset: number): boolean =>
			inFile((db) => {
				const held = db.query<{ pid: number }, [number]>('select pid from held where offset = ?').get(offset);
				if (held && isAlive(held.pid)) return false;
				db.run('insert or replace into held (offset, pid) values (?, ?)', [offset, process.pid]);
				return true;
			}),
		giveBack: (offset: number): void =>
			inFile((db) => void db.run('delete from held where offset = ? and pid = ?', [offset, process.pid])),
	};
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives and belongs to someone else.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
