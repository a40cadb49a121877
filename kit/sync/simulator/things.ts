import { collection, field, type Field, fieldNumber, max, namedRecordId } from '@mana/model';

export const THING_APP = 255;
export const SECRET_APP = 253;

/** What the simulated people write about: every law, and few enough records that they meet. */
export const things = collection(
	'simulator/things',
	{ app: THING_APP, number: 1 },
	{
		a: field.text(1, { fallback: '' }),
		b: field.text(2, { fallback: '' }),
		c: field.text(3, { fallback: '' }),
		/** Every action writes its token here or in `a`, so that it can be found again. */
		token: field.text(4, { fallback: '' }),
		best: highest(5),
		tags: field.set(6),
	},
);

/** The same in another app: who is limited to one must never see the other. */
export const secrets = collection('simulator/secrets', { app: SECRET_APP, number: 1 }, things.fields);

/** The ids are the same on all devices: people do not create the same record twice, but defaults and imports do. */
export const records = Array.from({ length: 6 }, (_, i) => namedRecordId(`simulator/${i}`));

/** A number of which the highest ever written counts. */
function highest(id: number): Field<number | null> {
	return { ...field.integer(id), law: max, number: fieldNumber(id, max) };
}

/** The server refuses a text with this mark, so that refusals happen. */
export const REFUSED_MARK = '!';
