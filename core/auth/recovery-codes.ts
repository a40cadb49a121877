import type { Realm } from './realm.ts';
import type { Db } from './store.ts';

/** How many there are after making them. */
const howMany = 10;
/** Without letters and digits that look like each other (Crockford's base 32). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes a person's recovery codes anew; the old ones end. Only fingerprints are kept. @returns the codes, `7k2mq-x4d9t`: 50 bits each */
export async function makeRecoveryCodes(realm: Realm, db: Db, person: string): Promise<string[]> {
	await db.deleteFrom('recovery_code').where('person_id', '=', person).execute();
	const codes = Array.from({ length: howMany }, () => newCode(realm));
	const created_at = realm.clock.now();
	await db
		.insertInto('recovery_code')
		.values(codes.map((code) => ({ hash: fingerprint(realm, person, code), person_id: person, created_at })))
		.execute();
	return codes;
}

/** Uses a recovery code up. @returns whether it was one of this person's */
export async function useRecoveryCode(realm: Realm, db: Db, person: string, code: string): Promise<boolean> {
	const { numDeletedRows } = await db
		.deleteFrom('recovery_code')
		.where('hash', '=', fingerprint(realm, person, code))
		.where('person_id', '=', person)
		.executeTakeFirst();
	return numDeletedRows > 0n;
}

export async function recoveryCodesLeft(db: Db, person: string): Promise<number> {
	const { left } = await db
		.selectFrom('recovery_code')
		.select((all) => all.fn.countAll<number>().as('left'))
		.where('person_id', '=', person)
		.executeTakeFirstOrThrow();
	return Number(left);
}

function newCode(realm: Realm): string {
	const letters = [...realm.random(new Uint8Array(10))].map((byte) => alphabet[byte % alphabet.length]).join('');
	return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** Whatever somebody typed: capitals, spaces, a missing dash, and `o` for `0`, `i` or `l` for `1`. */
function fingerprint(realm: Realm, person: string, code: string): string {
	const letters = code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
	return realm.keys.pseudonym(`recovery ${person} ${letters}`);
}
