import { collection, field } from '@mana/model';

/** Ten fields as an app has them. */
export const rows = collection(
	'bench/rows',
	{ app: 255, number: 255 },
	{
		title: field.text(1, { fallback: '' }),
		notes: field.text(2),
		state: field.text(3),
		done: field.flag(4),
		rank: field.integer(5),
		size: field.integer(6),
		due: field.day(7),
		place: field.position(8),
		owner: field.text(9),
	},
);
