import { type Kysely, sql } from 'kysely';
import type { JobTables } from './table.ts';

/**
 * Deletes the jobs, done or not, that say one of these words: ids and addresses of somebody who goes.
 *
 * @param db of any store; one without jobs has nothing to forget
 * @returns how many
 */
export async function forgetJobs<Tables>(db: Kysely<Tables>, words: readonly string[]): Promise<number> {
	const tables = await db.introspection.getTables();
	if (!tables.some(({ name }) => name === 'mana_jobs') || words.length === 0) return 0;
	const said = words.flatMap((word) => {
		const pattern = patternOf(word);
		return ['payload', 'key', 'reason'].map((column) => sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`);
	});
	const { numDeletedRows } = await (db as unknown as Kysely<JobTables>)
		.deleteFrom('mana_jobs')
		.where((is) => is.or(said))
		.executeTakeFirst();
	return Number(numDeletedRows);
}

/** Whatever has the word in it, written as JSON writes it. */
function patternOf(word: string): string {
	const written = JSON.stringify(word).slice(1, -1);
	return `%${written.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
