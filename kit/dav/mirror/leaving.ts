import type { Held, Leaving } from '@mana/service/leaving';
import { sql } from 'kysely';
import type { MirrorTables } from './tables.ts';

const links: Held['where'] = ({ person }) => sql`link in (
	select mirror_link.id from mirror_link join mirror_account on mirror_account.id = mirror_link.account where mirror_account.person = ${person})`;

/** What a person's accounts elsewhere leave behind. Tables that hang on others come first. */
export const mirrorLeaving: Leaving<MirrorTables> = {
	mirror_item: { holds: 'which objects of accounts elsewhere are kept here, too', where: links },
	mirror_link: {
		holds: 'which folders of accounts elsewhere are kept here, too',
		where: ({ person }) => sql`account in (select id from mirror_account where person = ${person})`,
	},
	mirror_account: {
		holds: 'accounts that one has elsewhere',
		where: ({ person }) => sql`person = ${person}`,
		without: ['sealed'],
	},
};
