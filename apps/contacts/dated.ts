import type { RecordId } from '@mana/model';
import { mapped } from '@mana/ui/data/mapped';
import { m } from '@mana/ui/i18n';
import type { Dated } from '@mana/ui/shell/manifest';
import { people } from './model.ts';
import { nextOn, yearsOn } from './occasions.ts';
import { nameOrWord } from './words.ts';

/** Birthdays, each on the first day from `from` on that it comes round. */
export const birthdays: Dated = occasions('birthday', (name, years) =>
	years === null || years === 0 ? m.contacts_dated_birthday({ name }) : m.contacts_dated_birthday_years({ name, count: years }),
);

/** Anniversaries likewise. */
export const anniversaries: Dated = occasions('anniversary', (name, years) =>
	years === null || years === 0
		? m.contacts_dated_anniversary({ name })
		: m.contacts_dated_anniversary_years({ name, count: years }),
);

function occasions(field: 'birthday' | 'anniversary', say: (name: string, years: number | null) => string): Dated {
	return (mana, from, to) =>
		mapped(
			mana.query(people, {
				where: (contact) => {
					const day = contact[field];
					return contact.deletedAt === null && !contact.archived && day !== null && nextOn(day, from) <= to;
				},
				order: (a, b) => compare(nextOn(a[field]!, from), nextOn(b[field]!, from)),
			}),
			(contact) => {
				const day = nextOn(contact[field]!, from);
				return {
					id: contact.id satisfies RecordId,
					title: say(nameOrWord(contact), yearsOn(contact[field]!, day)),
					day,
					time: null,
					done: false,
					href: `/contacts/coming?contact=${contact.id}`,
				};
			},
		);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
