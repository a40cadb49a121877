import { newRecordId } from '@mana/model';
import { m } from '@mana/ui/i18n';
import type { ImportKind } from '@mana/ui/import/kind';
import { details, people } from '../model.ts';
import { nameOf } from '../name.ts';
import { bring, weigh } from './bring.ts';
import { finder } from './find.ts';
import type { FoundContact } from './found-contact.ts';
import { keepPhoto } from './photo.ts';
import { fieldWords, formatWords } from './words.ts';

/** Bringing contacts from files. */
export const contactsImport: ImportKind<FoundContact> = {
	start: () => new Worker(new URL('./read-worker.ts', import.meta.url), { type: 'module' }),
	endings: ['.vcf', '.csv', '.tsv', '.ldif', '.json'],
	home: '/contacts',
	words: {
		title: () => m.contacts_import(),
		purpose: () => m.exchange_import_purpose(),
		format: formatWords,
		field: fieldWords,
		count: (count) => m.exchange_count({ count }),
		brought: (count) => m.exchange_brought({ count }),
	},
	show({ fields, details: all }) {
		const detail = all.filter(({ kind }) => kind === 'email' || kind === 'phone').map(({ value }) => value).slice(0, 3); // prettier-ignore
		return {
			title: nameOf(fields) || detail[0] || m.contacts_unnamed(),
			detail: [fields.organisation, ...detail].filter(Boolean).join(' · '),
		};
	},
	finder: (mana) => finder({ people: mana.query(people).rows, details: mana.query(details).rows }),
	weigh,
	bring: (mana, step, policy, label) =>
		bring(
			{
				mana,
				newId: () => newRecordId(Date.now(), (bytes) => crypto.getRandomValues(new Uint8Array(bytes.length))),
				random: Math.random,
				keepPhoto: ({ photo }, id) => keepPhoto(mana, photo, id),
			},
			step,
			policy,
			label,
		),
	remove(mana, ids, label) {
		mana.write(label, (tx) => {
			for (const id of ids) tx.trash(people, id);
		});
	},
};
