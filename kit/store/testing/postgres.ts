import { spawn, spawnSync } from 'node:child_process';
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Account, type Binaries, findPostgres } from './postgres-binaries.ts';

export interface TestPostgres {
	/** `postgres://mana@127.0.0.1:PORT/postgres`; the user may make databases. */
	readonly url: string;
	/** Stops the server and removes its files. It also happens by itself when the test process ends, however it ends. */
	stop(): Promise<void>;
}

/** A server that somebody has to himself, to be treated badly. */
export interface OwnPostgres extends TestPostgres {
	/** It dies in the middle of whatever it did, and starts again: what it had answered is there. Resolves when it answers again. */
	crash(): Promise<void>;
}

/** Shared by all test files of a process, which each load their own copy of this module. */
const shared = globalThis as typeof globalThis & { manaTestPostgres?: Promise<TestPostgres> };

/**
 * A real PostgreSQL for tests: the one at `MANA_TEST_POSTGRES` when that is set, otherwise a server of this process's own in a
 * temporary folder, on a free loopback port, one for the whole run. It does not sync to disk: nothing in it is meant to last.
 *
 * @throws when the machine has no PostgreSQL; the message says what to install
 */
export function startPostgres(): Promise<TestPostgres> {
	return (shared.manaTestPostgres ??= given() ?? open());
}

/**
 * A server like `startPostgres`, for nobody else. A commit that it answered outlives its own death, though not that of the machine.
 *
 * @param more settings of `postgresql.conf`
 */
export async function startOwnPostgres(more: Readonly<Record<string, string>> = {}): Promise<OwnPostgres> {
	const { url, say, stop } = await start({ synchronous_commit: 'on', full_page_writes: 'on', ...more });
	const startedAt = () => query(url, 'select pg_postmaster_start_time()::text');
	return {
		url,
		stop,
		async crash() {
			const before = await startedAt();
			say('crash');
			await until(async () => (await startedAt()) !== before);
		},
	};
}

/** @returns the URL of the new database */
export async function createDatabase(server: TestPostgres, name: string): Promise<string> {
	await query(server.url, `create database ${name}`);
	const url = new URL(server.url);
	url.pathname = `/${name}`;
	return url.href;
}

/** Ends the connections that a test has left open, too. */
export async function dropDatabase(databaseUrl: string): Promise<void> {
	const url = new URL(databaseUrl);
	const name = url.pathname.slice(1);
	url.pathname = '/postgres';
	await query(url.href, `drop database ${name} with (force)`);
}

function given(): Promise<TestPostgres> | null {
	const url = process.env['MANA_TEST_POSTGRES'];
	return url ? Promise.resolve({ url, stop: async () => {} }) : null;
}

async function open(): Promise<TestPostgres> {
	const { url, stop } = await start({});
	return {
		url,
		async stop() {
			await stop();
			delete shared.manaTestPostgres;
		},
	};
}

/** @param settings that differ from those of the other tests */
async function start(settings: Readonly<Record<string, string>>): Promise<TestPostgres & { say: (word: string) => void }> {
	const folder = await mkdtemp(join(tmpdir(), 'mana-pg-'));
	const user = await otherUser();
	if (user) await chown(folder, user.uid, user.gid);
	const binaries = await findPostgres(folder, user);
	console.error(`Tests use PostgreSQL ${binaries.version} from ${binaries.folder}, in ${folder} until they end.`);
	createCluster(binaries, folder, user);
	const port = await freePort();
	const guard = serve(binaries, folder, port, user, settings);
	const url = `postgres://mana@127.0.0.1:${port}/postgres`;
	const stop = async () => {
		const ended = new Promise((resolve) => guard.once('exit', resolve));
		guard.stdin.end();
		await ended;
		await rm(folder, { recursive: true, force: true });
	};
	await reachable(url, folder);
	return { url, stop, say: (word) => void guard.stdin.write(`${word}\n`) };
}

/** PostgreSQL refuses to run as root, so then it runs as `postgres` or `nobody`. */
async function otherUser(): Promise<Account | null> {
	if (process.getuid?.() !== 0) return null;
	for (const name of ['postgres', 'nobody']) {
		const [uid, gid] = ['-u', '-g'].map((flag) =>
			Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim() || NaN),
		);
		if (uid && gid) return { uid, gid };
	}
	throw new Error(
		'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody". Run the tests as another user.',
	);
}

function createCluster(binaries: Binaries, folder: string, user: Account | null): void {
	const made = spawnSync(
		binaries.initdb,
		['-D', join(folder, 'data'), '-U', 'mana', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
		{ encoding: 'utf8', cwd: folder, ...user },
	);
	if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message || made.stdout}`);
}

/**
 * A shell holds the server and reads a pipe from us. At a word it lets the server die and starts it again. When the pipe closes, because we stop or because the test process is gone
 * (even by SIGKILL), it ends the server and removes the folder.
 */
function serve(binaries: Binaries, folder: string, port: number, user: Account | null, more: Readonly<Record<string, string>>) {
	const settings = {
		listen_addresses: '127.0.0.1',
		unix_socket_directories: folder,
		fsync: 'off',
		full_page_writes: 'off',
		synchronous_commit: 'off',
		max_connections: '200',
		shared_buffers: '32MB',
		log_min_messages: 'fatal',
		...more,
	};
	const guard = spawn(
		'/bin/sh',
		[
			'-c',
			`folder=$1; shift; "$@" >>"$folder/log" 2>&1 & server=$!
			while read -r _; do kill -QUIT $server; wait $server; "$@" >>"$folder/log" 2>&1 & server=$!; done
			kill -INT $server; wait $server; cd /; rm -rf "$folder"`,
			'postgres-guard',
			folder,
			binaries.postgres,
			'-D',
			join(folder, 'data'),
			'-p',
			String(port),
			...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
		],
		{ stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: folder, ...user },
	);
	guard.unref();
	return guard;
}

async function reachable(url: string, folder: string): Promise<void> {
	try {
		await until(async () => (await query(url, 'select 1')) !== undefined);
	} catch (error) {
		throw new Error(`The PostgreSQL for the tests did not come up: ${await readFile(join(folder, 'log'), 'utf8')}`, {
			cause: error,
		});
	}
}

/** Asks again and again for ten seconds, also while nobody answers. */
async function until(condition: () => Promise<boolean>): Promise<void> {
	let last: unknown = new Error('It did not come to be.');
	for (let attempt = 1; attempt <= 200; attempt++) {
		try {
			if (await condition()) return;
		} catch (error) {
			last = error;
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw last;
}

/** @returns the first value of the first row */
async function query(url: string, text: string): Promise<unknown> {
	const client = new Client({ connectionString: url });
	// A server that dies tells the query; the connection's own word for it is nobody's.
	client.on('error', () => undefined);
	await client.connect();
	try {
		const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
		return rows[0]?.[0];
	} finally {
		await client.end();
	}
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			const port = typeof address === 'object' && address ? address.port : 0;
			probe.close(() => resolve(port));
		});
	});
}
