import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, setDefaultTimeout } from 'bun:test';
import type { Clock } from './clock.ts';
import type { Migrations } from './migrate.ts';
import { openStore, type Store } from './open.ts';
import { createDatabase, dropDatabase, startPostgres } from './testing/postgres.ts';

export { tracesOf, type Trace } from './testing/search.ts';
export { createDatabase, dropDatabase, startPostgres, type TestPostgres } from './testing/postgres.ts';

/** A place that nothing else uses: pass both to `openStore` or to a service's `start`. */
export interface TestPlace {
	readonly home: string;
	readonly databaseUrl: string | undefined;
}

export interface TestEngine {
	readonly name: Store<unknown>['engine'];
	/** A new empty folder, and on PostgreSQL a new empty database. Gone after the test. */
	place(): Promise<TestPlace>;
	/** A store in `place`, or in a new one. Closed after the test. */
	open<Tables>(options?: Partial<OpenOptions>): Promise<Store<Tables>>;
}

interface OpenOptions {
	readonly place: TestPlace;
	readonly service: string;
	readonly migrations: Migrations;
	readonly clock: Clock;
}

/**
 * Runs the same tests on SQLite and on a real PostgreSQL, which the run starts itself (once) and stops at its end.
 *
 * @example
 * eachEngine('notes', (engine) => {
 *   test('keeps a note', async () => {
 *     const store = await engine.open<{ notes: Note }>({ migrations });
 *     …
 *   });
 * });
 */
export function eachEngine(name: string, define: (engine: TestEngine) => void): void {
	// The first test on PostgreSQL starts the server.
	setDefaultTimeout(60_000);
	for (const engine of ['sqlite', 'postgres'] as const) {
		describe(`${name} on ${engine}`, () => {
			const cleanups: (() => Promise<unknown>)[] = [];
			const place = async (): Promise<TestPlace> => {
				const home = await mkdtemp(join(tmpdir(), 'mana-store-'));
				cleanups.push(() => rm(home, { recursive: true }));
				if (engine === 'sqlite') return { home, databaseUrl: undefined };
				const databaseUrl = await createDatabase(await startPostgres(), `test_${randomUUID().replaceAll('-', '')}`);
				cleanups.push(() => dropDatabase(databaseUrl));
				return { home, databaseUrl };
			};
			define({
				name: engine,
				place,
				open: async <Tables>(options: Partial<OpenOptions> = {}) => {
					const { place: given, ...rest } = options;
					const store = await openStore<Tables>({ service: 'mana-test', migrations: {}, ...(given ?? (await place())), ...rest });
					cleanups.push(() => store.close());
					return store;
				},
			});
			// Such hooks run in the order in which they were registered: what the tests opened there is closed before it goes.
			afterEach(async () => {
				for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
			});
		});
	}
}
