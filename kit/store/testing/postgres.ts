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

/** Shared by all test files of a process, which each load their own copy of this module. */
const shared = globalThis as typeof globalThis & { manaTestPostgres?: Promise<TestPostgres> };

/**
 * A real PostgreSQL for tests: the one at `MANA_TEST_POSTGRES` when that is set, otherwise a server of this process's own in a
 * temporary folder, on a free loopback port, one for the whole run. It does not sync to disk: nothing in it is meant to last.
 *
 * @throws when the machine has no PostgreSQL; the message says what to install
 */
export function startPostgres(): Promise<TestPostgres> {
	return (shared.manaTestPostgres ??= given() ?? start());
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

async function start(): Promise<TestPostgres> {
	const folder = await mkdtemp(join(tmpdir(), 'mana-pg-'));
	const user = await otherUser();
	if (user) await chown(folder, user.uid, user.gid);
	const binaries = await findPostgres(folder, user);
	console.error(`Tests use PostgreSQL ${binaries.version} from ${binaries.folder}, in ${folder} until they end.`);
	createCluster(binaries, folder, user);
	const port = await freePort();
	const guard = serve(binaries, folder, port, user);
	const url = `postgres://mana@127.0.0.1:${port}/postgres`;
	const stop = async () => {
		const ended = new Promise((resolve) => guard.once('exit', resolve));
		guard.stdin.end();
		await ended;
		await rm(folder, { recursive: true, force: true });
		delete shared.manaTestPostgres;
	};
	await reachable(url, folder);
	return { url, stop };
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
 * A shell holds the server and reads a pipe from us. When the pipe closes, because we stop or because the test process is gone
 * (even by SIGKILL), it ends the server and removes the folder.
 */
function serve(binaries: Binaries, folder: string, port: number, user: Account | null) {
	const settings = {
		listen_addresses: '127.0.0.1',
		unix_socket_directories: folder,
		fsync: 'off',
		full_page_writes: 'off',
		synchronous_commit: 'off',
		max_connections: '200',
		shared_buffers: '32MB',
		log_min_messages: 'fatal',
	};
	const guard = spawn(
		'/bin/sh',
		[
			'-c',
			'folder=$1; shift; "$@" >"$folder/log" 2>&1 & server=$!; read -r _; kill -INT $server; wait $server; cd /; rm -rf "$folder"',
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
	for (let attempt = 1; ; attempt++) {
		try {
			return await query(url, 'select 1');
		} catch (error) {
			if (attempt === 200)
				throw new Error(`The PostgreSQL for the tests did not come up: ${await readFile(join(folder, 'log'), 'utf8')}`, {
					cause: error,
				});
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}

async function query(url: string, text: string): Promise<void> {
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		await client.query(text);
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
