// One process of a running Mana: starts the services it is told and tells its supervisor when they are up. Without a supervisor, as in a
// container of its own, it shares the data folder with others of its kind.
//   bun cli/host.ts mana-auth
import { join } from 'node:path';
import { type Service as Row, serviceNamed } from '@mana/schema';
import { addressFor, ConfigError, copyOf, listensAt, readInstance, type Service } from '@mana/service';
import { doorOf, openDoors } from '../web/doors.ts';
import { prepareHome } from './supervisor/home.ts';
import type { Listening } from './supervisor/keeper.ts';
import { type HomeLock, joinHome } from './supervisor/lock.ts';
import { entryOf, isDoor } from './supervisor/plan.ts';
import { Refusal } from './supervisor/refusal.ts';
import type { HostMessage } from './supervisor/spawn.ts';

interface Running extends Listening {
	close(): Promise<void>;
}

const root = join(import.meta.dir, '..');
const running: Running[] = [];
let stopping: Promise<void> | null = null;
let shared: HomeLock | null = null;

process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
// The supervisor is gone, however it went: nobody would ever stop this process.
process.on('disconnect', () => void stop());

try {
	if (!process.send) shared = joinOwn();
	for (const row of process.argv.slice(2).map(serviceNamed)) if (!isDoor(row)) running.push(await startService(row));
	running.push(...startDoors(process.argv.slice(2).map(serviceNamed).filter(isDoor)));
	tell({ kind: 'ready', listening: running.map(({ name, url }) => ({ name, url })) });
} catch (error) {
	const message = error instanceof Error ? error.message : String(error);
	tell({ kind: 'failed', message });
	if (!isPlain(error)) console.error(error);
	else if (!process.send) console.error(message);
	await close();
	process.exit(1);
}

/** The supervisor has taken the folder for all that it starts; whoever starts alone takes part. @throws Refusal */
function joinOwn(): HomeLock {
	const { home } = readInstance(process.env);
	prepareHome(home);
	const lock = joinHome(home);
	if (!lock)
		throw new Refusal(`${home} is in use by a Mana that has it for itself. Stop that one, or set MANA_HOME to another folder.`);
	return lock;
}

async function startService(row: Row): Promise<Running> {
	const module = (await import(join(root, entryOf(row)))) as { readonly service: Service };
	return module.service.start();
}

function startDoors(rows: readonly Row[]): Running[] {
	if (rows.length === 0) return [];
	const read = readInstance(process.env);
	const instance = process.env['MANA_WEB_LAN'] === 'true' ? { ...read, host: '0.0.0.0' } : read;
	const open = openDoors({
		doors: rows.map((row) => doorOf(row, listensAt(row.name, instance))),
		publicUrl: new URL(instance.publicUrl),
		copy: copyOf(instance.home),
		addressOf: (name) => addressFor(name, read),
	});
	return open.doors.map((door, index) => ({ ...door, close: async () => (index === 0 ? open.close() : undefined) }));
}

function tell(message: HostMessage): void {
	process.send?.(message);
}

function isPlain(error: unknown): boolean {
	return (
		error instanceof ConfigError ||
		error instanceof Refusal ||
		(error instanceof Error && ['PortTakenError', 'StoreError'].includes(error.name))
	);
}

async function stop(): Promise<void> {
	stopping ??= close().then(() => process.exit(0));
	await stopping;
}

async function close(): Promise<void> {
	for (const service of running.toReversed()) await service.close();
	shared?.release();
}
