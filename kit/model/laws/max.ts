import { compareWrites, type Law } from './law.ts';
import { compareValues } from './compare.ts';

/** The greater value wins whoever wrote it (sync.md §6.4 `max`): read markers, progress. Equal values keep the later write. */
export const max: Law = {
	code: 1,
	name: 'max',
	merge: (a, b) => ((compareValues(a.value, b.value) || compareWrites(a, b)) >= 0 ? a : b),
};
