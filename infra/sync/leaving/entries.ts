import type { Leaver, Leaving } from '@mana/service/leaving';
import { sql } from 'kysely';
import type { SyncTables } from '../store.ts';

const theirs = ({ person }: Leaver) => sql`person = ${person}`;
/** What is in somebody's own space. Spaces that they share belong to those who are in them. */
const own = ({ person }: Leaver) => sql`space in (select number from space where personal_of = ${person})`;

/**
 * What each table of mana-sync holds of a person. Tables that hang on others come first. That a space ends, and that others forget who was in them, is
 * more than emptying tables (`person.ts`): when that is done, nothing is left here.
 */
export const syncLeaving: Leaving<SyncTables> = {
	cell: { holds: 'what one wrote in one’s own space', where: own, apart: true },
	log: { holds: 'the last changes in one’s own space', where: own, without: ['frames', 'replaced', 'hash', 'previous_hash'] },
	route: { nothing: 'Where records stand in their lists: derived from the cells, and goes with the space.' },
	routed: { nothing: 'Which fields the lists are made by.' },
	segment: { nothing: 'Parts of snapshots: derived from the cells, and goes with the space.' },
	chunk: { nothing: 'Contents of snapshots: derived from the cells, and goes with the space.' },
	digest: { nothing: 'Sums of the cells.' },
	mark: { nothing: 'How old a change is.' },
	blob_reference: { nothing: 'Which cells name files: derived from the cells, and goes with the space.' },
	blob_head: { nothing: 'How far that has come.' },
	blob_chunk: { holds: 'parts of files that one sent', where: theirs },
	blob: { holds: 'files that one sent', where: theirs, without: ['chunks'] },
	actor: { holds: 'devices by which one wrote', where: theirs, without: ['decisions'] },
	invitation: {
		holds: 'invitations to spaces that one made',
		where: ({ person }) => sql`made_by = ${person}`,
		without: ['hash'],
	},
	membership: { holds: 'when one’s access to a space changed', where: theirs },
	member: { holds: 'spaces that one is in, or was', where: theirs },
	space: { holds: 'one’s own space', where: ({ person }) => sql`personal_of = ${person}`, without: ['log_hash'] },
	membership_head: { nothing: 'How many changes of access there were.' },
	node: { nothing: 'Processes of this service.' },
};
