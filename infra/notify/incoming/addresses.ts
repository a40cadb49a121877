import { type MailKindName, mailKinds, ownMailKinds } from '@mana/schema';
import { problem, type RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import type { Db, NotifyStore } from '../store.ts';
import { type AddressPattern, newToken } from './pattern.ts';
import type { IncomingTables } from './tables.ts';

export type AddressRow = IncomingTables['mail_address'];

export interface AddressParts {
	readonly store: Pick<NotifyStore, 'db'>;
	readonly clock: Clock;
	readonly random: RandomBytes;
	/** `null`: this Mana reads no mailbox. */
	readonly pattern: AddressPattern | null;
}

/** Which kinds of mail a person can have an address for, and which they have; `null`: none. */
export const ownAddresses = z.object({
	/** Whether this Mana reads a mailbox at all. */
	open: z.boolean(),
	addresses: z.array(
		z.object({ kind: z.enum(ownMailKinds as [MailKindName]), address: z.string().nullable(), madeAt: z.number() }),
	),
});

/** What one has asked to be made, by what; made for a thing of a service's, it is the same one again. @throws Problem 403 `mail-not-yours` */
export async function addressOfThing(
	{ store, clock, random, pattern }: AddressParts,
	service: string,
	thing: { readonly kind: MailKindName; readonly about: string; readonly person: string },
): Promise<string | null> {
	const { taker, of } = mailKinds[thing.kind];
	if (of !== 'thing' || taker !== service)
		throw problem(
			403,
			'mail-not-yours',
			`${service} has no addresses made for "${thing.kind}": schema/mail-in.ts says who does.`,
		);
	if (pattern === null) return null;
	await insert(store.db, { ...thing, token: newToken(random), made_at: clock.now() });
	return pattern.addressOf((await find(store.db, thing))!.token);
}

export async function addressesOf({ store, pattern }: AddressParts, person: string): Promise<z.output<typeof ownAddresses>> {
	const rows = await store.db
		.selectFrom('mail_address')
		.selectAll()
		.where('person', '=', person)
		.where('about', '=', '')
		.execute();
	const addresses = ownMailKinds.map((kind) => {
		const row = rows.find((one) => one.kind === kind);
		return { kind, address: row && pattern ? pattern.addressOf(row.token) : null, madeAt: row?.made_at ?? 0 };
	});
	return { open: pattern !== null, addresses };
}

/** Gives a person an address, and where they had one another one: the old one is nobody's from then on. @throws Problem 409 `no-mailbox` */
export async function renewAddress(parts: AddressParts, person: string, kind: MailKindName): Promise<string> {
	const { store, clock, random, pattern } = parts;
	if (pattern === null)
		throw problem(
			409,
			'no-mailbox',
			'This Mana reads no mailbox. Whoever runs it sets MANA_NOTIFY_MAILBOX and MANA_NOTIFY_MAIL_TO.',
		);
	const row = { kind, person, about: '', token: newToken(random), made_at: clock.now() };
	await store.db.transaction().execute(async (trx) => {
		await remove(trx, row);
		await insert(trx, row);
	});
	return pattern.addressOf((await find(store.db, row))!.token);
}

/** What comes there from now on is left untouched. */
export async function endAddress({ store }: AddressParts, person: string, kind: MailKindName): Promise<void> {
	await remove(store.db, { kind, person, about: '' });
}

export function addressByToken(db: Db, token: string): Promise<AddressRow | undefined> {
	return db.selectFrom('mail_address').selectAll().where('token', '=', token).executeTakeFirst();
}

type Thing = Pick<AddressRow, 'kind' | 'person' | 'about'>;

function find(db: Db, { kind, person, about }: Thing): Promise<AddressRow | undefined> {
	return db
		.selectFrom('mail_address')
		.selectAll()
		.where('kind', '=', kind)
		.where('person', '=', person)
		.where('about', '=', about)
		.executeTakeFirst();
}

async function insert(db: Db, row: AddressRow): Promise<void> {
	await db
		.insertInto('mail_address')
		.values(row)
		.onConflict((conflict) => conflict.columns(['kind', 'person', 'about']).doNothing())
		.execute();
}

async function remove(db: Db, { kind, person, about }: Thing): Promise<void> {
	await db.deleteFrom('mail_address').where('kind', '=', kind).where('person', '=', person).where('about', '=', about).execute();
}
