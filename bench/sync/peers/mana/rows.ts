import { collection, field } from '@mana/model';

const text = (id: number) => field.text(id, { fallback: '', max: 2048 });

/** The bench's rows as a collection: ten fields, of which every third is a sentence, a number, a word. */
export const rows = collection(
	'bench/rows',
	{ app: 252, number: 1 },
	{
		f0: text(1),
		f1: field.integer(2),
		f2: text(3),
		f3: text(4),
		f4: field.integer(5),
		f5: text(6),
		f6: text(7),
		f7: field.integer(8),
		f8: text(9),
		f9: text(10),
	},
);
