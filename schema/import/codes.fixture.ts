import { planNamed } from '../plans.ts';
import { disagreements } from './compare.ts';
import { readFiles } from './readers.ts';

/** The codes that one file alone is answered with, by the plan in use. */
export function codes(path: string, ...rows: string[]): string[] {
	return disagreements(planNamed('default'), readFiles([{ path, text: rows.join('\n') }])).map(({ code }) => code);
}
