import { openRecordServer, RecordTree, type RecordTables } from '@mana/dav/records/index';
import { appOf } from '@mana/model';
import { defineService, openNotifier } from '@mana/service';
import { mailBodyBytes, mailInRoute } from '@mana/service/mail-in';
import { People } from '@mana/service/people';
import { openSpaceWriter } from '@mana/service/projection/index';
import { openStore } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { z } from 'zod';
import { taskKind, todoMigrations } from './dav/kind.server.ts';
import { todoApp } from './dav/folders.server.ts';
import { tags } from '@mana/shared/model';
import { captureMail } from './mail/capture.server.ts';
import { filesTo } from './mail/files.server.ts';
import { Mentions } from './mentions.server.ts';
import { comments, projects, tasks } from './model.ts';
import { Reminders } from './reminders.server.ts';

const NAME = 'todo-server';

/**
 * Opens tasks to calendar programs: each list of each space as a calendar (CalDAV, RFC 4791). And reminds people of
 * what is due, of their own tasks and of those that they were given, tells them of comments that speak to them, and makes tasks of mails.
 */
export const service = defineService({
	name: NAME,
	// Mails come with their files.
	limits: { bodyBytes: mailBodyBytes },
	config: {
		zone: z
			.string()
			.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
			.describe('the zone (IANA) of who never said where they are: times that programs send in UTC are shown on its clocks'),
	},
	async open(context) {
		const { config, home, databaseUrl, clock, random, log, addressOf, identity } = context;
		const store = await openStore<RecordTables>({ service: NAME, home, databaseUrl, migrations: todoMigrations, clock });
		const posts = await openSpaceWriter<RecordTables>({
			store,
			address: addressOf('mana-sync'),
			identity,
			clock,
			random: (bytes) => random(bytes as Uint8Array<ArrayBuffer>),
			async refused(_, { space, code, detail }) {
				// `stale`: the task of this mail is there already, which is what was wanted.
				if (code !== 'stale') log.error({ space, code }, `a task was not written: ${detail}`);
			},
			lost: (error) => log.warn({ err: error }, 'nothing can be written; it is tried again'),
		});
		const keepFile = filesTo(addressOf('mana-sync'), identity);
		const known = new People({ address: addressOf('mana-user'), identity, clock, fallback: config.zone });
		const notifier = openNotifier({ address: addressOf('mana-notify'), identity });
		const mayRead = (person: string, space: SpaceId) => records.memberships.can(person, space, 'read', appOf(tasks.number));
		const reminders = new Reminders({
			db: store.db,
			clock,
			notifier,
			ownerOf: (space) => records.memberships.personOf(space),
			mayRead,
			zoneOf: (person) => known.zoneOf(person),
			failed: (error) => log.warn({ err: error }, 'a reminder is kept back; it is tried again'),
		});
		const mentions = new Mentions({
			db: store.db,
			clock,
			notifier,
			isKnown: () => records.memberships.current,
			mayRead,
			nameOf: (person) => known.nameOf(person),
			failed: (error) => log.warn({ err: error }, 'it is kept back that somebody was mentioned; it is tried again'),
		});
		const records = await openRecordServer({
			context,
			store,
			service: NAME,
			kinds: [taskKind],
			collections: [tasks, projects, comments, tags],
			async heed(within, change) {
				await reminders.heed(within, change);
				await mentions.heed(within, change);
			},
			kept: () => mentions.look(),
			forget(space) {
				reminders.forget(space);
				posts.forget(space);
				mentions.forget(space);
			},
		});
		const captures = {
			db: store.db,
			writer: posts,
			clock,
			memberships: () => records.memberships,
			zoneOf: (person: string) => known.zoneOf(person),
			languageOf: (person: string) => known.languageOf(person),
			keepFile,
		};
		void records.memberships.ready().then(() => Promise.all([reminders.start(), mentions.start()]));
		return {
			routes: (app) =>
				records.addRoutes(
					app.route(
						'/',
						mailInRoute(identity, (mail) => captureMail(captures, mail)),
					),
					['calendar-access'],
					(parts) => {
						const { writer } = records;
						return new RecordTree(
							parts,
							todoApp(parts, { writer, clock, zone: config.zone, zoneOf: (person) => known.zoneOf(person) }),
						);
					},
				),
			ready: () => store.db.selectFrom('mana_reading').select('space').limit(1).execute(),
			async close() {
				await records.close();
				await reminders.close();
				await mentions.close();
				await posts.close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
