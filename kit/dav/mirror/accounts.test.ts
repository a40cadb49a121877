import { serviceSealing, systemRandom } from '@mana/service';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { eachEngine } from '@mana/store/testing';
import type { SpaceId } from '@mana/sync';
import { expect, test } from 'bun:test';
import { Accounts } from './accounts.ts';
import type { Login, MirrorApp } from './app.ts';
import { calendarTexts } from './calendar-texts.ts';
import { mirrorLeaving } from './leaving.ts';
import { MirrorRunner } from './runner.ts';
import type { There } from './sides.ts';
import { mirrorMigrations, type MirrorTables } from './tables.ts';
import { Trouble } from './trouble.ts';

const space = 'a space' as SpaceId;
const work = { url: 'https://dav.example/work/', name: 'Work', hue: null, mayWrite: true };
const event = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:lunch', 'SUMMARY:Lunch', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
const login = { address: 'dav.example', user: 'ana', password: 'secret' };

/** Accounts on a server that is as each test says, and everything that was asked of it. */
class Elsewhere {
	readonly logins: Login[] = [];
	readonly ended: string[] = [];
	/** What it waits for before it answers what changed, and tells that it was asked. */
	waits: (() => Promise<void>) | null = null;
	/** Of what is looked at: what it throws, as long as it throws anything. */
	trouble: Error | null = null;
	stands = true;
	rounds = 0;
	/** What is there, with its etags. */
	etags: readonly (readonly [string, string])[] = [];
	readonly taken: string[] = [];

	readonly app: MirrorApp = {
		texts: calendarTexts,
		services: {
			dav: {
				folders: async (asked) => {
					this.logins.push(asked);
					if (asked.secret !== 'secret') throw new Trouble('wrong-password', 'Not this one.');
					return [work];
				},
				open: () => this.#folder(),
			},
		},
		ownSpace: () => space,
		here: () => ({
			versions: async () => new Map(),
			texts: async () => new Map(),
			take: async (_, uid) => (this.taken.push(uid), { record: uid }),
			trash: async () => {},
		}),
		stands: async () => this.stands,
		makeFolder: async (_, __, key) => `home of ${key}`,
		endFolder: async (_, __, home, records) => void this.ended.push(`${home}: ${records}`),
		wake: () => {},
	};

	#folder(): There {
		return {
			manners: { rewrites: false, namesObjects: false },
			changes: async () => {
				this.rounds++;
				if (this.trouble) throw this.trouble;
				await this.waits?.();
				return { changed: new Map(this.etags), removed: new Set(), whole: false, token: `after ${this.rounds}` };
			},
			read: async (hrefs) => new Map(hrefs.map((href) => [href, { etag: '"1"', text: event }])),
			hrefFor: (uid) => uid,
			create: async (href) => ({ href, etag: null }),
			replace: async () => null,
			remove: async () => {},
		};
	}
}

eachEngine('accounts elsewhere', (engine) => {
	async function open() {
		const clock = { ms: 1_000_000, now: () => clock.ms };
		const store = await engine.open<MirrorTables>({ service: 'calendar-server', migrations: mirrorMigrations });
		const elsewhere = new Elsewhere();
		const sealing = serviceSealing(() => 'a secret of at least thirty-two characters', 'calendar-server');
		const accounts = new Accounts({ db: store.db, app: elsewhere.app, sealing, clock, random: systemRandom });
		/** Looks once at what is due, as a service does that has just begun. */
		const runner = () =>
			new MirrorRunner({
				db: store.db,
				app: elsewhere.app,
				accounts,
				clock,
				random: systemRandom,
				isSettled: async () => true,
				failed: () => {},
			});
		const look = async () => {
			const runs = runner();
			await runs.look();
			await runs.close();
		};
		const one = async () => (await accounts.list('ana'))[0]!;
		return { store, clock, elsewhere, accounts, runner, look, one };
	}

	test('names every table there is', async () => {
		await everyTableIsEntered((await open()).store.db, mirrorLeaving);
	});

	test('are each person’s own, with passwords that stand nowhere to be read', async () => {
		const { store, accounts } = await open();
		const { account, folders } = await accounts.add('ana', login);
		expect(folders).toEqual([{ ...work, chosen: false }]);
		expect(JSON.stringify(await accounts.list('ana'))).not.toContain('secret');
		const [row] = await store.db.selectFrom('mirror_account').selectAll().execute();
		expect(Buffer.from(row!.sealed).includes('secret')).toBe(false);
		expect(accounts.login(row!)).toEqual({ person: 'ana', address: 'dav.example', user: 'ana', secret: 'secret' });
		await expect(accounts.add('ana', login)).rejects.toMatchObject({ code: 'account-taken' });
		const asked = [
			() => accounts.folders('ben', account.id),
			() => accounts.choose('ben', account.id, { urls: [], records: 'keep' }),
			() => accounts.change('ben', account.id, { paused: true }),
			() => accounts.wake('ben', account.id),
			() => accounts.letGo('ben', account.id, 'any'),
			() => accounts.remove('ben', account.id, 'trash'),
		];
		for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'unknown-account' });
		expect(await accounts.list('ben')).toEqual([]);
	});

	test('keep what was chosen the same, look again in their time, and end what is not chosen any more', async () => {
		const { clock, elsewhere, accounts, look, one } = await open();
		const { id } = (await accounts.add('ana', login)).account;
		await expect(accounts.choose('ana', id, { urls: ['https://dav.example/other/'], records: 'keep' })).rejects.toMatchObject({
			code: 'unknown-folder',
		});
		await accounts.choose('ana', id, { urls: [work.url], records: 'keep' });
		await look();
		expect(await one()).toMatchObject({ trouble: null, links: [{ name: 'Work', syncedAt: clock.ms, trouble: null }] });
		await look();
		expect(elsewhere.rounds).toBe(1);
		clock.ms = (await one()).nextAt!;
		await look();
		expect(elsewhere.rounds).toBe(2);
		await accounts.choose('ana', id, { urls: [], records: 'trash' });
		expect([elsewhere.ended, (await one()).links]).toEqual([[`home of ana ${work.url}: trash`], []]);
	});

	test('wait longer after each failure, as long as the server wants, and say why', async () => {
		const { clock, elsewhere, accounts, look, one } = await open();
		const { id } = (await accounts.add('ana', login)).account;
		await accounts.choose('ana', id, { urls: [work.url], records: 'keep' });
		const waits: number[] = [];
		elsewhere.trouble = new Trouble('unreachable', 'Nobody there.');
		for (let i = 0; i < 12; i++) {
			await look();
			const { nextAt, trouble, detail } = await one();
			expect([trouble, detail]).toEqual(['unreachable', 'Nobody there.']);
			waits.push((nextAt! - clock.ms) / 60_000);
			clock.ms = nextAt!;
		}
		expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
		elsewhere.trouble = new Trouble('busy', 'Leave me alone.', { retryAfterMs: 36_000_000 });
		await look();
		expect((await one()).nextAt).toBe(clock.ms + 36_000_000);
		clock.ms += 36_000_000;
		elsewhere.trouble = null;
		await look();
		expect(await one()).toMatchObject({ trouble: null, detail: null, nextAt: clock.ms + 300_000 });
	});

	test('are not tried with a wrong password again until there is another one', async () => {
		const { clock, elsewhere, accounts, look, one } = await open();
		const { id } = (await accounts.add('ana', login)).account;
		await accounts.choose('ana', id, { urls: [work.url], records: 'keep' });
		elsewhere.trouble = new Trouble('wrong-password', 'It is another one by now.');
		await look();
		clock.ms += 1_000_000_000;
		await look();
		expect([elsewhere.rounds, await one()]).toEqual([1, expect.objectContaining({ trouble: 'wrong-password', nextAt: null })]);
		await expect(accounts.change('ana', id, { password: 'wrong, too' })).rejects.toMatchObject({ code: 'wrong-password' });
		elsewhere.trouble = null;
		await accounts.change('ana', id, { password: 'secret' });
		await look();
		expect(await one()).toMatchObject({ trouble: null, links: [{ syncedAt: clock.ms }] });
	});

	test('ask before most of a folder goes, and believe it once', async () => {
		const { clock, elsewhere, accounts, look, one, store } = await open();
		const { id } = (await accounts.add('ana', login)).account;
		await accounts.choose('ana', id, { urls: [work.url], records: 'keep' });
		elsewhere.trouble = new Trouble('many-gone', '11 of 12 are not there any more.');
		await look();
		const [link] = (await one()).links;
		expect([(await one()).trouble, link]).toEqual([null, expect.objectContaining({ trouble: 'many-gone' })]);
		const allowed = async () => (await store.db.selectFrom('mirror_link').select('may_lose').executeTakeFirstOrThrow()).may_lose;
		await expect(accounts.letGo('ana', id, 'another')).rejects.toMatchObject({ code: 'unknown-folder' });
		await accounts.letGo('ana', id, link!.id);
		expect([await allowed(), (await one()).nextAt]).toEqual([1, clock.ms]);
		elsewhere.trouble = null;
		await look();
		expect([await allowed(), (await one()).links[0]!.trouble]).toEqual([0, null]);
	});

	test('are looked at by one copy of the service at a time; where it falls silent, by another, and what it says later is not kept', async () => {
		const { clock, elsewhere, accounts, runner, look, one } = await open();
		const { id } = (await accounts.add('ana', login)).account;
		await accounts.choose('ana', id, { urls: [work.url], records: 'keep' });
		elsewhere.etags = [['lunch.ics', '"1"']];
		const [asked, silent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		elsewhere.waits = () => (asked.resolve(), silent.promise);
		const first = runner();
		const looking = first.look();
		await asked.promise;
		elsewhere.waits = null;
		await accounts.wake('ana', id);
		await look();
		expect([elsewhere.rounds, elsewhere.taken]).toEqual([1, []]);
		clock.ms += 3 * 60_000;
		await look();
		expect([elsewhere.rounds, elsewhere.taken]).toEqual([2, ['lunch']]);
		silent.resolve();
		await looking;
		await first.close();
		expect([elsewhere.rounds, elsewhere.taken, (await one()).links[0]!.objects]).toEqual([2, ['lunch'], 1]);
		clock.ms = (await one()).nextAt!;
		await look();
		expect(elsewhere.rounds).toBe(3);
	});

	test('stand still while they are paused, and a calendar that was removed here is nobody’s wish there', async () => {
		const { clock, elsewhere, accounts, look, one } = await open();
		const { id } = (await accounts.add('ana', login)).account;
		await accounts.choose('ana', id, { urls: [work.url], records: 'keep' });
		await accounts.change('ana', id, { paused: true });
		await look();
		expect(elsewhere.rounds).toBe(0);
		elsewhere.stands = false;
		await accounts.change('ana', id, { paused: false });
		await look();
		clock.ms += 1_000_000;
		await look();
		expect([elsewhere.rounds, (await one()).links[0]!.trouble]).toEqual([0, 'removed-here']);
	});
});
