import { lawOf } from '@mana/model';
import type { Rules } from '@mana/sync/space/index';
import { can } from './members.ts';

/** What this server lets into a space, judged at the moment of commit (sync.md §6.8). */
export const rules: Rules = {
	authorise: (role) =>
		can(role, 'write')
			? null
			: { code: 'read-only', detail: 'You may read this space but not change it. Ask its owner for the right.' },
	// Fields that this build does not know are welcome: newer apps write them, and their law travels in their number.
	validate(op) {
		if (!lawOf(op.field)) return `Field ${op.field} follows a merge law that this server does not know. Update the server.`;
		// PostgreSQL has no such text, and what one engine keeps the other must keep.
		if (op.key.includes('\0')) return 'A key cannot contain the character NUL.';
		return null;
	},
};
