// The one writer of the SQLite file, on a thread of its own: a blocking fsync holds up nobody's sockets.
import { Database } from 'bun:sqlite';
import { decodeFrame, type FrameOf } from '@mana/sync';
import { Committer, type Request } from '@mana/sync/space/index';
import { rules } from '../rules.ts';
import { LOG_WINDOW } from '../spaces/space-keeper.ts';
import { SqliteSpaces } from '../spaces/sqlite.ts';
import type { Published } from './committer.ts';
import type { Open, Outcome, PushBytes, Task } from './messages.ts';

declare const self: Worker;

/** How long the writer waits for another process that holds the file (a backup, a second Mana that will be refused). */
const BUSY_TIMEOUT_MS = 10_000;

let now = 0;
let changes: Published[] = [];
let writer: { readonly spaces: SqliteSpaces; readonly committer: Committer } | null = null;

self.addEventListener('message', ({ data }: MessageEvent<Open | Task>) => {
	if (data.kind === 'open') writer = open(data.file);
	else void handle(data);
});

async function handle(task: Task): Promise<void> {
	now = task.now;
	try {
		const outcome = await run(task);
		postMessage(outcome, outcome.kind === 'committed' ? buffersOf(outcome.changes) : []);
	} catch (error) {
		const outcome: Outcome = { id: task.id, kind: 'failed', message: error instanceof Error ? error.message : String(error) };
		postMessage(outcome);
	}
}

async function run(task: Task): Promise<Outcome> {
	if (!writer) throw new Error('No file is open.');
	const { spaces, committer } = writer;
	const { id } = task;
	switch (task.kind) {
		case 'personal':
			return { id, kind: 'found', space: await spaces.personal(task.person, now) };
		case 'create':
			return { id, kind: 'found', space: await spaces.create(task.space, now) };
		case 'prune':
			return { id, kind: 'pruned', rows: await spaces.prune(now, LOG_WINDOW) };
		case 'commit': {
			changes = [];
			// All in one tick, so that they share one commit.
			const answers = await Promise.all(task.group.map((request) => committer.submit(read(request))));
			return { id, kind: 'committed', changes, answers };
		}
	}
}

function read(request: Request | PushBytes): Request {
	if (!('bytes' in request)) return request;
	const { bytes, knew, ...who } = request;
	const { known, transactions } = decodeFrame(bytes) as FrameOf<'push'>;
	return { ...who, known, transactions, ...(knew !== undefined && { knew }) };
}

function buffersOf(changes: readonly Published[]): ArrayBuffer[] {
	return changes.flatMap(({ frames }) => frames.map((frame) => frame.buffer));
}

function open(file: string): { spaces: SqliteSpaces; committer: Committer } {
	const database = new Database(file, { create: false, readwrite: true });
	database.run(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
	database.run('pragma synchronous = full');
	database.run('pragma foreign_keys = on');
	const spaces = new SqliteSpaces(database, () => now);
	const committer = new Committer({
		store: spaces,
		rules,
		now: () => now,
		committed({ space, from, frames, acl }) {
			changes.push({
				space: space.id,
				frames: frames.map((frame) => frame.slice()),
				from,
				to: space.seq,
				aclEpoch: space.aclEpoch,
				members: acl !== null,
			});
		},
	});
	return { spaces, committer };
}
