import { openConnections } from '@mana/dav/client/connections';
import { serversInDns } from '@mana/dav/client/discover';
import { googleAddresses } from '@mana/dav/client/google';
import { OlderCategories } from './categories.server.ts';
import { bookingRoutes } from './booking/routes.server.ts';
import { doubt, mirrorLeaving, type MirrorWithin, openMirror } from '@mana/dav/mirror/index';
import { openRecordServer, RecordTree, rowsOf } from '@mana/dav/records/index';
import { appOf } from '@mana/model';
import { defineService, type Message, openEgress, openNotifier } from '@mana/service';
import { mailInRoute, openMailAddresses } from '@mana/service/mail-in';
import { People } from '@mana/service/people';
import { openSpaceWriter } from '@mana/service/projection/index';
import { tags } from '@mana/shared/model';
import { openJobs, openStore } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { z } from 'zod';
import { calendarsOfAccounts } from './elsewhere.server.ts';
import { calendarApp } from './dav/folders.server.ts';
import { eventKind, rootsOf } from './dav/kind.server.ts';
import { calendars, events, guests, reminding } from './model.ts';
import { EventReminders } from './reminders.server.ts';
import { Scheduling } from './scheduling.server.ts';
import { keepFeed } from './feed.server.ts';
import { freeBusyRoutes } from './free-busy-routes.server.ts';
import { takeMail } from './mail/incoming.server.ts';
import { InvitationMails } from './mail/mails.server.ts';
import { invitationRoutes } from './mail/routes.server.ts';
import { Published } from './published/published.server.ts';
import { publishedRoutes } from './published/routes.server.ts';
import { calendarLeaving, type CalendarTables, migrations } from './store.server.ts';
import { subscriptionRoutes } from './subscription-routes.server.ts';
import { Subscriptions } from './subscriptions.server.ts';
import { CalendarUsers } from './users.server.ts';

const NAME = 'calendar-server';
/** The largest feed that is read. */
const FEED_BYTES = 10_000_000;
/** How long an answer of an account may take, in milliseconds: large lists are made slowly. */
const ACCOUNT_MS = 60_000;

/** Opens events to calendar programs: each calendar of each space as a collection of CalDAV (RFC 4791). */
export const service = defineService({
	name: NAME,
	config: {
		zone: z
			.string()
			.default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
			.describe('the zone (IANA) in which times are meant that name none, where neither a calendar nor a program says'),
		privateFeeds: z
			.boolean()
			.default(false)
			.describe('whether calendars and accounts of the private network may be read and kept the same, as of a machine at home'),
		google: z
			.url()
			.default(googleAddresses.calendars)
			.describe('where Google answers by CalDAV; another address stands in for it where that is to be tried'),
		mailAfterSeconds: z
			.number()
			.min(0)
			.max(3_600)
			.default(30)
			.describe(
				'how long nothing may have changed before guests elsewhere are written to, so that what is taken back is not told',
			),
	},
	async open(context) {
		const { config, home, databaseUrl, clock, random, log, addressOf, identity, sealing, verifyToken } = context;
		const store = await openStore<CalendarTables>({ service: NAME, home, databaseUrl, migrations, clock });
		const users = new CalendarUsers(addressOf('mana-auth'), identity, clock);
		const posts = await openSpaceWriter<CalendarTables>({
			store,
			address: addressOf('mana-sync'),
			identity,
			clock,
			random: (bytes) => random(bytes as Uint8Array<ArrayBuffer>),
			// What was refused was written by somebody else meanwhile: both sides of what is kept the same are compared anew.
			async refused(within, { space, code, detail }) {
				log.info({ space, code }, `an event was not written: ${detail}`);
				await doubt(within, space);
			},
			lost: (error) => log.warn({ err: error }, 'nothing can be written; it is tried again'),
		});
		const notifier = openNotifier({ address: addressOf('mana-notify'), identity });
		const known = new People({ address: addressOf('mana-user'), identity, clock, fallback: config.zone });
		const reminders = new EventReminders({
			db: store.db,
			clock,
			notifier,
			ownerOf: (space) => records.memberships.personOf(space),
			mayRead: (person, space) => records.memberships.can(person, space, 'read', appOf(events.number)),
			byAddress: (addresses) => users.byAddress(addresses),
			zoneOf: (person) => known.zoneOf(person),
			failed: (error) => log.warn({ err: error }, 'a reminder is kept back; it is tried again'),
		});
		const dismissed = new Set<string>();
		let feedsChanged = false;
		/** Spaces that are being read from their beginning, and those of which more is known to come. */
		const [unread, behind] = [new Set<SpaceId>(), new Set<SpaceId>()];
		const scheduling = new Scheduling({
			db: store.db,
			clock,
			get memberships() {
				return records.memberships;
			},
			users,
			writer: posts,
			notifier,
			zone: config.zone,
			failed: (error) => log.warn({ err: error }, 'an invitation is kept back; it is tried again'),
		});
		const categories = new OlderCategories({
			db: store.db,
			writer: posts,
			zone: config.zone,
			failed: (error) =>
				log.warn({ err: error }, 'older events keep their categories to themselves; it is tried again at the next start'),
		});
		const outside = {
			db: store.db,
			records: store.db,
			clock,
			memberships: () => records.memberships,
			users,
			writer: posts,
			zone: config.zone,
		};
		const mails = new InvitationMails({
			...outside,
			random,
			notifier,
			addresses: openMailAddresses(addressOf('mana-notify'), identity),
			quietMs: config.mailAfterSeconds * 1_000,
			failed: (error) => log.warn({ err: error }, 'a mail about an event is kept back; it is tried again'),
		});
		const jobs = await openJobs(store, { booked: (message: Message<'booked'>) => notifier.send(message) }, { clock, log });
		jobs.start();
		const subscriptions = new Subscriptions({
			clock,
			calendars: async () => {
				const spaces = await store.db.selectFrom('mana_reading').select('space').execute();
				return rowsOf(
					store.db,
					spaces.map(({ space }) => space),
					calendars,
				);
			},
			keep: (space, calendar, feed) => keepFeed({ db: store.db, writer: posts, zone: config.zone }, space, calendar, feed),
			reach: openEgress({ allowPrivate: config.privateFeeds, maxBytes: FEED_BYTES }),
			zone: config.zone,
			failed: (error, source) =>
				log.info({ err: error, host: URL.parse(source)?.host }, 'a feed cannot be read; it is tried again'),
		});
		const elsewhere = calendarsOfAccounts({
			db: store.db,
			writer: posts,
			clock,
			reach: openEgress({ allowPrivate: config.privateFeeds, maxBytes: FEED_BYTES, timeoutMs: ACCOUNT_MS }),
			findServers: serversInDns,
			connections: openConnections({ address: addressOf('mana-auth'), identity }),
			google: config.google,
			allowPlain: config.privateFeeds,
			zone: config.zone,
			ownSpace: (person) => records.memberships.personalSpace(person) as SpaceId | null,
		});
		const mirror = await openMirror({
			context,
			store,
			app: elsewhere,
			writer: posts,
			reached: (...at) => records.projection.reached(...at),
		});
		const published = new Published({
			...outside,
			random,
			sealing,
			isWhole: (space) => !unread.has(space) && !behind.has(space),
		});
		const records = await openRecordServer({
			context,
			store,
			service: NAME,
			kinds: [eventKind],
			elsewhere: { todo: 'todo-server' },
			collections: [events, guests, calendars, tags, reminding],
			async heed(within, { space, cells, complete }) {
				if (complete) unread.delete(space);
				if (complete) behind.delete(space);
				else behind.add(space);
				const ours: readonly number[] = [events.number, guests.number];
				const changed = cells.filter(({ collection }) => ours.includes(collection)).map(({ record }) => record);
				mirror.heed(space, { complete, concerns: changed.length > 0 });
				const roots = await rootsOf(within, space, [...new Set(changed)]);
				scheduling.heed(space, [...new Set(changed)]);
				categories.heed(space, [...new Set(changed)]);
				if (cells.some(({ collection }) => collection === calendars.number)) feedsChanged = true;
				reminders.heed(space, roots);
				mails.heed(space, roots);
			},
			kept() {
				scheduling.look();
				categories.look();
				mails.look();
				reminders.look();
				if (feedsChanged) void subscriptions.look();
				feedsChanged = false;
				mirror.kept();
			},
			async forget(space, within) {
				reminders.forget(space);
				posts.forget(space);
				unread.add(space);
				await mirror.forget(within as unknown as MirrorWithin, space);
			},
			leaving: { ...mirrorLeaving, ...calendarLeaving },
		});
		void Promise.all([records.memberships.ready(), records.projection.ready()]).then(() => mirror.look());
		void records.memberships.ready().then(() => {
			reminders.look();
			void subscriptions.look();
			return Promise.all([scheduling.start(), mails.start(), categories.start()]);
		});
		return {
			routes: (app) =>
				records.addRoutes(
					app
						.route('/', mirror.routes())
						.route('/', invitationRoutes({ ...outside, mails, notifier }, verifyToken))
						.route(
							'/',
							mailInRoute(identity, (mail) => takeMail({ ...outside, mails, notifier }, mail)),
						)
						.route('/', bookingRoutes({ ...outside, random, jobs }, verifyToken))
						.route('/', publishedRoutes({ published, clock, verifyToken }))
						.route('/', subscriptionRoutes({ subscriptions, memberships: records.memberships, verifyToken }))
						.route(
							'/',
							freeBusyRoutes({
								db: store.db,
								memberships: records.memberships,
								users,
								people: known,
								clock,
								zone: config.zone,
								verifyToken,
							}),
						),
					['calendar-access', 'calendar-auto-schedule'],
					(parts) => {
						const { writer } = records;
						return new RecordTree(parts, calendarApp(parts, { writer, clock, zone: config.zone, users, dismissed }));
					},
				),
			ready: () => store.db.selectFrom('mana_reading').select('space').limit(1).execute(),
			async close() {
				await mirror.close();
				await records.close();
				await scheduling.close();
				await categories.close();
				await mails.close();
				await jobs.stop();
				await subscriptions.close();
				await reminders.close();
				await posts.close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
