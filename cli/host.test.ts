import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyPath, serviceNamed } from '@mana/schema';
import { freeOffset } from '@mana/schema/offsets';
import { createDatabase, startPostgres } from '@mana/store/testing/postgres';
import { parse } from 'yaml';
import { z } from 'zod';
import { lockHome } from './supervisor/lock.ts';

const root = join(import.meta.dir, '..');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function newHome(): string {
	const home = mkdtempSync(join(tmpdir(), 'mana-host-'));
	cleanups.push(() => rmSync(home, { recursive: true, force: true }));
	return home;
}

async function newOffset(): Promise<number> {
	const held = await freeOffset();
	cleanups.push(() => held.close());
	return held.offset;
}

function start(command: readonly string[], environment: Readonly<Record<string, string>>) {
	const { PATH = '' } = process.env;
	const child = Bun.spawn({
		cmd: command.map((word) => (word === 'bun' ? process.execPath : word)),
		cwd: root,
		env: { PATH, ...environment },
		stdout: 'pipe',
		stderr: 'pipe',
	});
	cleanups.push(async () => {
		child.kill('SIGTERM');
		await child.exited;
	});
	return child;
}

/** Settles when the log of a service says that it is ready. The log is read on, as a service that cannot write it would end. */
async function ready(child: ReturnType<typeof start>): Promise<void> {
	const said = Promise.withResolvers<void>();
	let log = '';
	const read = async () => {
		const decoder = new TextDecoder();
		for await (const chunk of child.stdout) {
			log += decoder.decode(chunk, { stream: true });
			if (log.includes('"msg":"ready"')) said.resolve();
		}
		said.reject(new Error(`It ended with ${await child.exited}: ${log}${await new Response(child.stderr).text()}`));
	};
	void read();
	await said.promise;
}

const composeFile = z.object({
	services: z.record(
		z.string(),
		z.object({
			image: z.string(),
			command: z.array(z.string()).default([]),
			environment: z.record(z.string(), z.string()).default({}),
		}),
	),
});

/** What a Compose file starts of ours, but the hub, which needs built pages. Names of containers become this machine's, under an offset. */
function manaIn(host: string, offset: number) {
	const { services } = composeFile.parse(parse(readFileSync(join(root, 'deploy', host, 'compose.yaml'), 'utf8')));
	return Object.entries(services)
		.filter(([name, { image }]) => image === 'mana' && name !== 'mana-web')
		.map(([name, { command, environment }]) => ({ name, command, environment: onThisMachine(environment, offset) }));
}

function onThisMachine(environment: Readonly<Record<string, string>>, offset: number): Record<string, string> {
	const moved = (value: string) =>
		value.replace(
			/^(http:\/\/|postgres:\/\/mana@)[a-z-]+:(\d+)/,
			(_, before: string, port) => `${before}127.0.0.1:${Number(port) + offset}`,
		);
	return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, moved(value)]));
}

/** Speaks PostgreSQL up to the password: who wants to log in, and with which one (PostgreSQL documentation, 53.7 Message Formats). */
function passwordAsked(): { readonly port: number; readonly password: Promise<string> } {
	const told = Promise.withResolvers<string>();
	const users = new WeakMap<object, string>();
	const server = Bun.listen({
		hostname: '127.0.0.1',
		port: 0,
		socket: {
			data(socket, bytes) {
				const user = users.get(socket);
				if (user === undefined) {
					users.set(socket, /user\0([^\0]+)/.exec(bytes.toString('latin1'))?.[1] ?? '');
					socket.write(Uint8Array.from([...Buffer.from('R'), 0, 0, 0, 8, 0, 0, 0, 3]));
				} else {
					told.resolve(`${user} ${bytes.toString('utf8', 5, bytes.length - 1)}`);
					socket.end();
				}
			},
		},
	});
	cleanups.push(() => server.stop(true));
	return { port: server.port, password: told.promise };
}

describe('a service in a container of its own', () => {
	test('starts by the command and environment of its container, beside others in one data folder', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		const containers = manaIn('default/here', offset);
		expect(containers.map(({ name }) => name)).toEqual(expect.arrayContaining(['mana-auth', 'mana-sync', 'mana-notify']));
		for (const { command, environment } of containers)
			await ready(start(command, { ...environment, MANA_HOME: home, MANA_PORT_OFFSET: String(offset) }));
		for (const { name } of containers) {
			const answer = await fetch(`http://127.0.0.1:${serviceNamed(name).ports[0].port + offset}${readyPath}`);
			expect(await answer.json(), name).toMatchObject({ status: 'ready' });
		}
		expect(lockHome(home)).toBeNull();
	});

	test('keeps its records in PostgreSQL where the plan runs one', async () => {
		const [home, offset, server] = [newHome(), await newOffset(), await startPostgres()];
		const [auth] = manaIn('containers/server', offset);
		const environment = { ...auth?.environment, MANA_DATABASE_URL: await createDatabase(server, `mana_host_${offset}`) };
		const child = start(auth?.command ?? [], { ...environment, MANA_HOME: home, MANA_PORT_OFFSET: String(offset) });
		await ready(child);
		const answer = await fetch(`http://127.0.0.1:${serviceNamed('mana-auth').ports[0].port + offset}${readyPath}`);
		expect(answer.status).toBe(200);
		child.kill('SIGTERM');
		expect(await child.exited).toBe(0);
	});

	test('shows PostgreSQL the password that stands apart from the address', async () => {
		const { port, password } = passwordAsked();
		const [auth] = manaIn('containers/server', 0);
		const { MANA_DATABASE_URL: url = '', PGPASSWORD: secret } = auth?.environment ?? {};
		expect(secret).toStartWith('${MANA_POSTGRES_PASSWORD:?');
		const environment = { ...auth?.environment, MANA_DATABASE_URL: url.replace(/:\d+/, `:${port}`), PGPASSWORD: 'p@ss/w:rd?' };
		start(auth?.command ?? [], { ...environment, MANA_HOME: newHome(), MANA_PORT_OFFSET: String(await newOffset()) });
		expect(await password).toBe('mana p@ss/w:rd?');
	});

	test('opens the doors that it is told beside it', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		start(['bun', 'cli/host.ts', 'mana-auth', 'todo-web'], {
			MANA_HOME: home,
			MANA_HOST: '0.0.0.0',
			MANA_PORT_OFFSET: String(offset),
			MANA_PUBLIC_URL: 'https://mana.example.org',
		});
		const door = `http://127.0.0.1:${serviceNamed('todo-web').ports[0].port + offset}/`;
		for (;;) {
			const answer = await fetch(door, { redirect: 'manual' }).catch(() => null);
			if (answer === null) continue;
			expect(answer.headers.get('location')).toBe('https://mana.example.org/todo');
			break;
		}
	});

	test('leaves a data folder alone that a Mana has for itself, and says so', async () => {
		const home = newHome();
		const lock = lockHome(home);
		cleanups.push(() => lock?.release());
		const child = start(['bun', 'cli/host.ts', 'mana-auth'], { MANA_HOME: home });
		expect(await new Response(child.stderr).text()).toBe(
			`${home} is in use by a Mana that has it for itself. Stop that one, or set MANA_HOME to another folder.\n`,
		);
		expect(await child.exited).toBe(1);
	});

	test('names the setting that does not fit, without a stack', async () => {
		const child = start(['bun', 'cli/host.ts', 'mana-auth'], { MANA_HOME: newHome(), MANA_PUBLIC_URL: 'mana' });
		expect(await new Response(child.stderr).text()).toStartWith(
			'Mana cannot start with this configuration:\n  MANA_PUBLIC_URL is "mana".',
		);
		expect(await child.exited).toBe(1);
	});
});

test('a data folder that cannot be made is named before anything starts', async () => {
	const home = newHome();
	writeFileSync(join(home, 'file'), '');
	const child = start(['bun', 'cli/host.ts', 'mana-auth'], { MANA_HOME: join(home, 'file') });
	expect(await new Response(child.stderr).text()).toContain('a part of its path is a file');
	expect(await child.exited).toBe(1);
});
