import { validateOp } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import type { Rules } from '@mana/sync/space/index';
import { can } from './members.ts';

/** What this server lets into a space, judged at the moment of commit (sync.md §6.8). */
export const rules: Rules = {
	authorise: (role) =>
		can(role, 'write')
			? null
			: { code: 'read-only', detail: 'You may read this space but not change it. Ask its owner for the right.' },
	validate: (op) => validateOp(op, collectionNumbered),
};
