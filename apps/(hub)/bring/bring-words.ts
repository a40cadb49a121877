import type { BringPolicy } from '@mana/archive/bring';
import type { Count } from '@mana/archive/compare';
import { ArchiveUnreadable } from '@mana/archive/reader';
import { DoorClosed } from '@mana/archive/space-door';
import { StorageFailed } from '@mana/sync/client/disk';
import { SignedOut } from '@mana/sync/client/link';
import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

/** How the records of an app in an archive stand to those that are here. */
export interface AppCount {
	/** Its id, or a part of the house that has no app: `hub`, `shared`. */
	readonly app: string;
	readonly count: Count;
}

/** What is new, the same and different, by app; those with the most first. */
export function byApp(records: ReadonlyMap<string, Count>): readonly AppCount[] {
	const apps = Map.groupBy(records, ([collection]) => collection.split('/')[0]!);
	return [...apps]
		.map(([app, of]) => ({ app, count: sumOf(of.map(([, count]) => count)) }))
		.toSorted((a, b) => sizeOf(b) - sizeOf(a));
}

/** Counts put together. */
export function sumOf(counts: readonly Count[]): Count {
	return counts.reduce(
		(sum, { fresh, same, different }) => ({
			fresh: sum.fresh + fresh,
			same: sum.same + same,
			different: sum.different + different,
		}),
		{ fresh: 0, same: 0, different: 0 },
	);
}

function sizeOf({ count: { fresh, same, different } }: AppCount): number {
	return fresh + same + different;
}

/** What a part of an archive is called; what an app of another Mana wrote has only its own name for it. */
export function appName(apps: readonly AppManifest[], app: string): string {
	if (app === 'hub') return m.bring_hub();
	if (app === 'shared') return m.bring_shared();
	return apps.find(({ id }) => id === app)?.name() ?? app;
}

/** The ways to treat what is here with other content. */
export const policyWords = {
	keep: { name: () => m.bring_keep(), text: () => m.bring_keep_text() },
	fill: { name: () => m.bring_fill(), text: () => m.bring_fill_text() },
	archive: { name: () => m.bring_overwrite(), text: () => m.bring_overwrite_text() },
} satisfies Record<BringPolicy, unknown>;

const unreadable: Readonly<Record<ArchiveUnreadable['code'], () => string>> = {
	'no-zip': () => m.bring_problem_no_zip(),
	'cut-off': () => m.bring_problem_cut_off(),
	'no-archive': () => m.bring_problem_no_archive(),
	newer: () => m.bring_problem_newer(),
	damaged: () => m.bring_problem_damaged(),
	gone: () => m.bring_problem_gone(),
};

/** What happened, whether anything is lost, and what to do. */
export function bringProblem(problem: unknown): string {
	if (problem instanceof ArchiveUnreadable) return unreadable[problem.code]();
	if (problem instanceof SignedOut) return m.bring_problem_signed_out();
	if (problem instanceof StorageFailed) return m.bring_problem_storage();
	if (problem instanceof DoorClosed) return m.bring_problem_closed({ detail: problem.message });
	// `fetch` says so when there is no network.
	if (problem instanceof TypeError) return m.bring_problem_network();
	return m.bring_problem_broke_off({ detail: problem instanceof Error ? problem.message : String(problem) });
}
