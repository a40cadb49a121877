import type { Archive } from '@mana/ui/administration/api';
import { m } from '@mana/ui/i18n';

const reasons: Readonly<Record<string, (inputs: { readonly service: string }) => string>> = {
	'disk-full': () => m.administration_archive_disk_full(),
	failed: () => m.administration_archive_broke(),
};

/** Why an archive is not made. */
export function archiveProblem(problem: Archive['problem']): string {
	const { code, service } = problem ?? { code: 'failed', service: 'mana-auth' };
	return (reasons[code] ?? m.administration_archive_silent)({ service });
}

const parts: Readonly<Record<string, () => string>> = {
	'mana-auth': () => m.administration_archive_account(),
	'mana-user': () => m.administration_archive_account(),
	'mana-notify': () => m.administration_archive_messages(),
	'mana-sync': () => m.administration_archive_spaces(),
	'todo-server': () => m.administration_archive_formats(),
	'calendar-server': () => m.administration_archive_formats(),
	'contacts-server': () => m.administration_archive_formats(),
	'': () => m.administration_archive_getting_ready(),
};

/** What of an archive is being written: a space has its own name. */
export function archivePart(now: string): string {
	return parts[now]?.() ?? now;
}
