import { systemFields } from '@mana/model';
import { type Access, COMMENT_AUTHOR, holdsComments, type Op, roleAllows } from '@mana/sync';
import { authorOf, type Refused, type Writer } from '@mana/sync/space/index';

const IMPOSTOR: Refused = { code: 'impostor', detail: 'Nobody writes a comment in the name of somebody else.' };
const FOREIGN: Refused = {
	code: 'foreign-comment',
	detail: 'Only its author changes a comment. Those who manage this space may take it away.',
};
const removing: readonly number[] = [systemFields.deletedAt.number, systemFields.purged.number];

/**
 * Why these comments may not be written like this, or `null`: each is its author's, who says who they are with the first word of it and
 * for ever. Those who manage a space take comments away, and put them back, and change no word of them.
 */
export function foreignWords(access: Access, ops: readonly Op[], { person, held }: Writer): Refused | null {
	const comments = Map.groupBy(
		ops.filter(({ collection }) => holdsComments(collection)),
		({ collection, record }) => `${collection} ${record}`,
	);
	for (const written of comments.values()) {
		const claimed = written.filter(({ field }) => field === COMMENT_AUTHOR);
		if (claimed.some(({ value }) => value !== person)) return IMPOSTOR;
		const known = held(authorOf(written[0]!))?.value ?? null;
		const isTheirs = known === null ? claimed.length > 0 : known === person;
		const isRemoval = written.every(({ field }) => removing.includes(field));
		if (!isTheirs && !(isRemoval && roleAllows(access.role, 'manage'))) return FOREIGN;
	}
	return null;
}
