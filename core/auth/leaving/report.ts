import { z } from 'zod';

/** What became of somebody in one service. */
export const outcome = z.object({
	/** When it answered, ISO 8601. */
	at: z.string(),
	/** What went, by table; `null`: it did not go yet. */
	tables: z.array(z.object({ table: z.string(), erased: z.number() })).nullable(),
	/** Why it did not: a stable code. */
	problem: z.string().nullable(),
});
export type Outcome = z.infer<typeof outcome>;

const report = z.object({
	services: z.record(z.string(), outcome).default({}),
	/** Ids of spaces that are no more: those who hold copies are asked about them. Not kept when all is done. */
	ended: z.array(z.string()).default([]),
});
/** What became of somebody, service by service. It names nobody. */
export type Report = z.infer<typeof report>;

export function reportOf(text: string): Report {
	return report.parse(JSON.parse(text));
}
