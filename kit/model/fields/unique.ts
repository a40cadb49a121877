import { type Field, plainField } from '../field.ts';
import { command } from '../laws/index.ts';
import { requestOf, resultOf } from '../request.ts';

/** A name as far as it was decided. */
export interface Claim {
	readonly name: string;
	/** False until the server said that nobody else has it. */
	readonly granted: boolean;
}

/** Longest name that can be claimed, in characters. */
const MAX_NAME = 200;

/**
 * A name that one record of the collection may have in its space (user names, addresses of pages, invoice numbers). Capitals and forms of
 * one letter count as the same. A device writes a request, offline too; the server grants it or refuses the transaction with 'taken'.
 */
export function unique(id: number): Field<Claim | null, string | null> {
	const field = plainField<string | null>('unique', id, command, null, (value) => {
		const request = requestOf(value);
		if (request?.command !== 'unique') return 'Expected a request for a name.';
		return request.about.length > 0 && request.about.length <= MAX_NAME ? null : `A name has 1 to ${MAX_NAME} characters.`;
	});
	return {
		...field,
		fallback: null,
		form: {
			kind: 'one',
			read(value) {
				const granted = resultOf(value);
				const name = (granted ?? requestOf(value))?.about;
				return name === undefined ? null : { name, granted: granted !== null };
			},
			write: (name) => (name === null ? null : `?unique ${name.trim().toWellFormed()}`),
		},
		toPlain: (claim) => claim?.name ?? null,
		fromPlain: (plain) => (plain === null || typeof plain === 'string' ? plain : undefined),
	};
}
