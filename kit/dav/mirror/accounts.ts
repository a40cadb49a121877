import { problem, type RandomBytes, SealBroken, type Sealing } from '@mana/service';
import { z } from 'zod';
import type { FolderElsewhere } from '../client/discover.ts';
import type { Login, MirrorApp, Records, Service } from './app.ts';
import {
	type Account,
	accountById,
	accountsOf,
	countsOf,
	dropLink,
	type Link,
	linksOf,
	type MirrorDb,
	NEVER,
	noteAccount,
	noteLink,
	trouble,
} from './store.ts';
import { Trouble, type TroubleCode, troubles } from './trouble.ts';

/** Accounts that somebody may have, and folders of each. */
const [MOST_ACCOUNTS, MOST_FOLDERS] = [20, 100];

const oneLine = (most: number) =>
	z
		.string()
		.trim()
		.min(1)
		.max(most)
		.regex(/^[^\p{Cc}]*$/u, 'No control characters.');

export const newAccountSchema = z.strictObject({
	address: oneLine(500),
	user: oneLine(320),
	password: z.string().min(1).max(500),
});
/** An account that its person connected at a provider: mana-auth keeps what lets in. */
export const connectedSchema = z.strictObject({ service: oneLine(40), connection: oneLine(64) });
export const accountChangeSchema = z.strictObject({
	paused: z.boolean().optional(),
	password: z.string().min(1).max(500).optional(),
});
export const recordsSchema = z.enum(['keep', 'trash']);
export const choiceSchema = z.strictObject({
	urls: z.array(z.string().max(2_000)).max(MOST_FOLDERS),
	/** What becomes of the records of folders that are not chosen any more. */
	records: recordsSchema,
});

const troubleCode = z.enum(Object.keys(troubles) as [TroubleCode, ...TroubleCode[]]);
const troubled = { trouble: troubleCode.nullable(), detail: z.string().nullable() };
export const linkCard = z.object({
	id: z.string(),
	url: z.string(),
	name: z.string(),
	/** The id of the folder here. */
	home: z.string(),
	mayWrite: z.boolean(),
	...troubled,
	/** When both were the same last, ms since 1970. */
	syncedAt: z.number().nullable(),
	/** Of `total` objects that changed there `done` are brought; both 0: nothing is under way. */
	done: z.number(),
	total: z.number(),
	/** How many objects are on both sides, and how many stay on one. */
	objects: z.number(),
	left: z.number(),
});
/** An account as its person sees it; the password is never shown again. */
export const accountCard = z.object({
	id: z.string(),
	service: z.string(),
	address: z.string(),
	user: z.string(),
	paused: z.boolean(),
	...troubled,
	/** When it is looked at next, ms since 1970; `null`: not by itself. */
	nextAt: z.number().nullable(),
	links: z.array(linkCard),
});
export const folderCard = z.object({
	url: z.string(),
	name: z.string(),
	hue: z.number().nullable(),
	mayWrite: z.boolean(),
	chosen: z.boolean(),
});
export type AccountCard = z.output<typeof accountCard>;
export type FolderCard = z.output<typeof folderCard>;

/** An account that was just added, and what there is in it. */
export interface Added {
	readonly account: AccountCard;
	readonly folders: FolderCard[];
}

export interface AccountParts {
	readonly db: MirrorDb;
	readonly app: MirrorApp;
	readonly sealing: Sealing;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
}

/** Accounts that people have elsewhere: each person's own, and what of them is kept here, too. */
export class Accounts {
	readonly #parts: AccountParts;

	constructor(parts: AccountParts) {
		this.#parts = parts;
	}

	async list(person: string): Promise<AccountCard[]> {
		const { db } = this.#parts;
		return Promise.all((await accountsOf(db, person)).map((account) => this.#card(account)));
	}

	/** Adds an account that lets its person in. @throws Problem 409 `too-many-accounts`, `account-taken`; 422 what keeps them out */
	add(person: string, { address, user, password }: z.output<typeof newAccountSchema>): Promise<Added> {
		return this.#add('dav', { person, address, user, secret: password });
	}

	/** Adds an account that its person connected, or goes on with it where it is here already. @throws Problem 409 `too-many-accounts`; 422 */
	async connect(person: string, { service, connection }: z.output<typeof connectedSchema>): Promise<Added> {
		const { db, app } = this.#parts;
		const way = app.services[service];
		if (!way?.connected) throw problem(422, 'no-account', 'Accounts of this provider cannot be connected here.');
		const login = await inWords(way.connected(person, connection));
		const known = (await accountsOf(db, person)).find((one) => one.service === service && one.user_name === login.user);
		if (!known) return this.#add(service, login);
		await noteAccount(db, known.id, { sealed: this.#sealed(known.id, connection) });
		await this.wake(person, known.id);
		return { account: await this.#card(await this.#own(person, known.id)), folders: await this.folders(person, known.id) };
	}

	async #add(service: string, login: Login): Promise<Added> {
		const { db, clock, random } = this.#parts;
		const { person } = login;
		const known = await accountsOf(db, person);
		if (known.length >= MOST_ACCOUNTS)
			throw problem(409, 'too-many-accounts', `There are ${MOST_ACCOUNTS} accounts already. Remove one first.`);
		if (known.some(({ address, user_name }) => address === login.address && user_name === login.user))
			throw problem(409, 'account-taken', 'This account is here already.');
		const folders = await this.#ask(service, login);
		const id = Buffer.from(random(new Uint8Array(12))).toString('base64url');
		const account: Account = {
			id,
			person,
			service,
			address: login.address,
			user_name: login.user,
			sealed: this.#sealed(id, login.secret),
			created_at: clock.now(),
			is_paused: 0,
			...trouble(null, null),
			failures: 0,
			next_at: NEVER,
			lease: null,
			leased_until: 0,
		};
		await db.insertInto('mirror_account').values(account).execute();
		return { account: await this.#card(account), folders: folders.map((folder) => ({ ...folder, chosen: false })) };
	}

	/** What there is in an account now. @throws Problem 404, 422 */
	async folders(person: string, id: string): Promise<FolderCard[]> {
		const account = await this.#own(person, id);
		const chosen = new Set((await linksOf(this.#parts.db, id)).map(({ url }) => url));
		const folders = await this.#ask(account.service, this.login(account));
		return folders.map((folder) => ({ ...folder, chosen: chosen.has(folder.url) }));
	}

	/** Says which folders are kept here, too. @throws Problem 404, 422, 503 `space-unknown` */
	async choose(person: string, id: string, { urls, records }: z.output<typeof choiceSchema>): Promise<AccountCard> {
		const { db, app, clock } = this.#parts;
		const account = await this.#own(person, id);
		const links = await linksOf(db, id);
		const wanted = new Set(urls);
		const missing = urls.filter((url) => !links.some((link) => link.url === url));
		const there = missing.length === 0 ? [] : await this.#ask(account.service, this.login(account));
		const made = missing.map((url) => there.find((folder) => folder.url === url));
		if (made.includes(undefined)) throw problem(422, 'unknown-folder', 'The account has no such folder (any more). Look again.');
		const space = app.ownSpace(person);
		if (space === null) throw problem(503, 'space-unknown', 'Your space is not known right now. Try again in a moment.');
		for (const folder of made) await this.#link(account, space, folder!);
		for (const link of links) if (!wanted.has(link.url)) await this.#end(link, records);
		await noteAccount(db, id, { next_at: clock.now(), failures: 0, ...trouble(null, null) });
		app.wake();
		return this.#card(await this.#own(person, id));
	}

	/** Pauses it or goes on, or gives it another password. @throws Problem 404, 422 */
	async change(person: string, id: string, { paused, password }: z.output<typeof accountChangeSchema>): Promise<AccountCard> {
		const { db, clock } = this.#parts;
		const account = await this.#own(person, id);
		if (password !== undefined) {
			if (this.#wayTo(account).connected)
				throw problem(422, 'no-password', 'This account has no password here. Connect it again.');
			await this.#ask(account.service, { person, address: account.address, user: account.user_name, secret: password });
			await noteAccount(db, id, { sealed: this.#sealed(id, password) });
		}
		const again = password !== undefined || paused === false;
		if (again) for (const { id: link } of await linksOf(db, id)) await this.#calm(link);
		await noteAccount(db, id, {
			...(paused === undefined ? {} : { is_paused: paused ? 1 : 0 }),
			...(again ? { next_at: clock.now(), failures: 0, ...trouble(null, null) } : {}),
		});
		return this.#card(await this.#own(person, id));
	}

	/** Looks at it as soon as may be, whatever kept it from that. @throws Problem 404 */
	async wake(person: string, id: string): Promise<void> {
		const { db, clock } = this.#parts;
		await this.#own(person, id);
		for (const { id: link } of await linksOf(db, id)) await this.#calm(link);
		await noteAccount(db, id, { next_at: clock.now(), failures: 0, ...trouble(null, null) });
	}

	/** Lets what is gone from a folder there go to the trash here, however much it is. @throws Problem 404 */
	async letGo(person: string, id: string, link: string): Promise<void> {
		const { db, clock } = this.#parts;
		await this.#own(person, id);
		if (!(await linksOf(db, id)).some((one) => one.id === link))
			throw problem(404, 'unknown-folder', 'The account has no such folder (any more). Look again.');
		await noteLink(db, link, { may_lose: 1, ...trouble(null, null) });
		await noteAccount(db, id, { next_at: clock.now() });
	}

	/** Removes it here; there nothing changes, but that this Mana is not let in any more. @throws Problem 404, 503 */
	async remove(person: string, id: string, records: Records): Promise<void> {
		const { db, app } = this.#parts;
		const account = await this.#own(person, id);
		await this.#giveBack(account);
		for (const link of await linksOf(db, id)) await this.#end(link, records);
		await db.deleteFrom('mirror_account').where('id', '=', id).execute();
		app.wake();
	}

	/** @throws Trouble `wrong-password` where it was sealed with another secret */
	login({ id, person, address, user_name, sealed }: Account): Login {
		const { sealing } = this.#parts;
		try {
			return { person, address, user: user_name, secret: new TextDecoder().decode(sealing.open(sealed, `account ${id}`)) };
		} catch (error) {
			if (!(error instanceof SealBroken)) throw error;
			throw new Trouble('wrong-password', 'The password cannot be read any more. Type it again.', { cause: error });
		}
	}

	/** What its person allowed at a provider ends with it; what cannot be read any more is nothing that could be given back. */
	async #giveBack(account: Account): Promise<void> {
		const { ended } = this.#parts.app.services[account.service] ?? {};
		if (!ended) return;
		let login: Login;
		try {
			login = this.login(account);
		} catch (error) {
			if (error instanceof Trouble) return;
			throw error;
		}
		await ended(login);
	}

	#sealed(id: string, password: string): Uint8Array {
		return this.#parts.sealing.seal(new TextEncoder().encode(password), `account ${id}`);
	}

	async #own(person: string, id: string): Promise<Account> {
		const account = await accountById(this.#parts.db, id);
		if (account?.person !== person) throw problem(404, 'unknown-account', 'You have no such account (any more).');
		return account;
	}

	async #ask(service: string, login: Login): Promise<readonly FolderElsewhere[]> {
		return inWords(this.#wayTo({ service }).folders(login));
	}

	#wayTo({ service }: Pick<Account, 'service'>): Service {
		const way = this.#parts.app.services[service];
		if (!way) throw problem(422, 'no-account', `There is no way to ${service} here (any more).`);
		return way;
	}

	async #link({ id: account, user_name: user }: Account, space: Link['space'], folder: FolderElsewhere): Promise<void> {
		const { db, app, random } = this.#parts;
		// The same one again is the same folder here, with what was kept of it.
		const key = `${user} ${folder.url}`;
		await db.transaction().execute(async (within) => {
			const home = await app.makeFolder(within, space, key, folder);
			const link: Link = {
				id: Buffer.from(random(new Uint8Array(12))).toString('base64url'),
				account,
				space,
				home,
				url: folder.url,
				name: folder.name,
				may_write: folder.mayWrite ? 1 : 0,
				token: null,
				...trouble(null, null),
				synced_at: null,
				may_lose: 0,
				total: 0,
				done: 0,
			};
			await within.insertInto('mirror_link').values(link).execute();
		});
	}

	async #end({ id, space, home }: Link, records: Records): Promise<void> {
		const { db, app } = this.#parts;
		await db.transaction().execute(async (within) => {
			await app.endFolder(within, space, home, records);
			await dropLink(within, id);
		});
	}

	async #calm(link: string): Promise<void> {
		await this.#parts.db.updateTable('mirror_link').set(trouble(null, null)).where('id', '=', link).execute();
	}

	async #card(account: Account): Promise<AccountCard> {
		const { db } = this.#parts;
		const { id, service, address, user_name, is_paused, trouble: code, trouble_detail, next_at } = account;
		const links = (await linksOf(db, id)).map(async (link) => ({
			id: link.id,
			url: link.url,
			name: link.name,
			home: link.home,
			mayWrite: link.may_write === 1,
			trouble: link.trouble,
			detail: link.trouble_detail,
			syncedAt: link.synced_at,
			done: link.done,
			total: link.total,
			...(await countsOf(db, link.id)),
		}));
		return {
			id,
			service,
			address,
			user: user_name,
			paused: is_paused === 1,
			trouble: code,
			detail: trouble_detail,
			nextAt: next_at === NEVER ? null : next_at,
			links: await Promise.all(links),
		};
	}
}

/** What keeps an account from being asked, told to who asks. */
async function inWords<T>(asked: Promise<T>): Promise<T> {
	try {
		return await asked;
	} catch (error) {
		if (!(error instanceof Trouble)) throw error;
		throw problem(422, error.code, error.message, { cause: error });
	}
}
