import { addDav } from '@mana/dav/index';
import { hrefOf } from '@mana/dav/path';
import { callerAddress, defineService, isForwarded, Memberships, openNotifier } from '@mana/service';
import { AppPasswords } from '@mana/service/app-passwords';
import { follow, openMemberWriter } from '@mana/service/projection/index';
import { openStore } from '@mana/store';
import { z } from 'zod';
import { dropSpace, keepChange, recordMigrations, type RecordTables } from './dav/records.server.ts';
import { SpaceCards } from './dav/spaces.server.ts';
import { TaskTree } from './dav/tree.server.ts';
import { projects, tags, tasks } from './model.ts';
import { Reminders } from './reminders.server.ts';
import { Zones } from './zones.server.ts';

const NAME = 'todo-server';
const DAV = '/dav';

/** How long an answer waits until what was written can be read here, in milliseconds. */
const READABLE_MS = 2_000;

/**
 * Opens tasks to calendar programs: each list of each space as a calendar (CalDAV, RFC 4791). And reminds people of their own tasks when they
 * are due.
 */
export const service = defineService({
	name: NAME,
	config: {
		zone: z
			.string()
			.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
			.describe('the zone (IANA) in which times are shown that programs send in UTC'),
	},
	async open(context) {
		const { config, home, databaseUrl, clock, random, log, addressOf, identity } = context;
		const store = await openStore<RecordTables>({ service: NAME, home, databaseUrl, migrations: recordMigrations, clock });
		const address = addressOf('mana-sync');
		const memberships = new Memberships({
			address,
			identity,
			clock,
			lost: (error) => log.warn({ err: error }, 'who is where is not heard; it is tried again'),
		});
		const zones = new Zones({ address: addressOf('mana-user'), identity, clock, fallback: config.zone });
		const reminders = new Reminders({
			db: store.db,
			clock,
			notifier: openNotifier({ address: addressOf('mana-notify'), identity }),
			ownerOf: (space) => memberships.personOf(space),
			zoneOf: (person) => zones.of(person),
			failed: (error) => log.warn({ err: error }, 'a reminder is kept back; it is tried again'),
		});
		const newName = () => Buffer.from(random(new Uint8Array(9))).toString('base64url');
		const projection = await follow<RecordTables>({
			store,
			address,
			identity,
			collections: [tasks, projects, tags],
			async apply(within, change) {
				await keepChange(within, change, newName);
				await reminders.heed(within, change);
			},
			async forget(within, space) {
				await dropSpace(within, space);
				reminders.forget(space);
			},
			lost: (error) => log.warn({ err: error }, 'mana-sync is not heard; it is tried again'),
		});
		const writer = await openMemberWriter({
			store,
			address,
			identity,
			clock,
			random: (bytes) => random(bytes as Uint8Array<ArrayBuffer>),
		});
		void memberships.ready().then(() => reminders.start());
		const passwords = new AppPasswords(context);
		const cards = new SpaceCards(address, clock);
		return {
			routes: (app) =>
				addDav(app, {
					path: DAV,
					service: NAME,
					clock,
					random,
					features: ['calendar-access'],
					async open(c) {
						const agent = c.req.header('user-agent') ?? '';
						const grant = await passwords.check(c.req.header('authorization'), { address: callerAddress(c), agent });
						const base = (isForwarded(c) ? `/api/${NAME}` : '') + DAV;
						const tree = new TaskTree(
							{
								db: store.db,
								writer,
								clock,
								zone: config.zone,
								memberships,
								cards,
								// Only collections are pointed to, and files that are in the way of others.
								hrefOf: (path) => hrefOf(base, path, path.length < 3),
								reached: (space, seq) => projection.reached(space, seq, READABLE_MS),
							},
							grant,
						);
						return { person: grant.person.id, tree };
					},
				}),
			ready: () => store.db.selectFrom('reading').select('space').limit(1).execute(),
			async close() {
				await projection.close();
				await reminders.close();
				await memberships.close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
