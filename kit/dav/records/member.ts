import { type Collection, type Draft, InvalidValue, type Row } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import { type MemberWriter, type ServiceWriter, WriteRefused } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { DavFailure } from '../failure.ts';
import type { XmlName } from '../xml.ts';
import type { RecordTables } from './tables.ts';

/** Whoever came with an app password, as one who writes: each write is a transaction of one device of theirs, with their role. */
export class Member<Tables extends RecordTables = RecordTables> {
	readonly #writer: MemberWriter<Tables>;
	readonly #grant: AppGrant;
	readonly #invalid: XmlName;

	/** @param invalid the condition that does not hold when a value does not fit: `valid-calendar-data` */
	constructor(writer: MemberWriter<Tables>, grant: AppGrant, invalid: XmlName) {
		this.#writer = writer;
		this.#grant = grant;
		this.#invalid = invalid;
	}

	/**
	 * @returns the space's counter after it, once it is on the disk
	 * @throws DavFailure 412 when somebody changed it meanwhile, 403 and 409 for what may not be
	 */
	async write(space: SpaceId, action: (tx: ServiceWriter) => void): Promise<number> {
		try {
			return await this.#writer.write({ credential: this.#grant.password.id, token: this.#grant.token }, space, action);
		} catch (error) {
			if (error instanceof InvalidValue) throw new DavFailure(403, `${error.field}: ${error.rule}`, this.#invalid);
			if (!(error instanceof WriteRefused)) throw error;
			if (error.code === 'stale') throw new DavFailure(412, 'Somebody changed it meanwhile. Read it again, then decide.');
			throw new DavFailure(error.code === 'invalid' ? 409 : 403, error.message);
		}
	}
}

/** What differs from what is there, field by field, so that nobody's change to another field is undone. */
export function differences<C extends Collection>(wanted: Draft<C>, before: Row<C>): Draft<C> {
	const held: Readonly<Record<string, unknown>> = before;
	const same = (a: unknown, b: unknown) =>
		Array.isArray(a) && b instanceof Set ? a.length === b.size && a.every((one) => b.has(one)) : a === b;
	const changed = Object.entries(wanted).filter(([name, value]) => !same(value, held[name]));
	return Object.fromEntries(changed) as Draft<C>;
}
