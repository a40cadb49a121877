import { isRecordId, type RecordId } from '@mana/model';
import { z } from 'zod';
import type { Journal } from './bring.ts';

const plain = z.union([z.boolean(), z.number(), z.string(), z.object({ base64: z.string() })]).nullable();
const record = z.custom<RecordId>((id) => isRecordId(id));
const journal = z.object({
	fresh: z.array(z.object({ collection: z.number(), record, content: z.string() })),
	changed: z.array(z.object({ collection: z.number(), record, field: z.number(), key: z.string(), before: plain, after: plain })),
});

/** The journal of an import, read back from a file; `null` when it is none. */
export function journalOf(text: string): Journal | null {
	try {
		const read = journal.safeParse(JSON.parse(text));
		return read.success ? read.data : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
