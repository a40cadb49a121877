import { compareWrites, type Law } from './law.ts';
import { compareValues } from './compare.ts';

/** The smaller value wins whoever wrote it (sync.md §6.4 `min`). Equal values keep the later write. */
export const min: Law = {
	code: 2,
	name: 'min',
	merge: (a, b) => ((compareValues(b.value, a.value) || compareWrites(a, b)) >= 0 ? a : b),
};
