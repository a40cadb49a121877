import { m } from '@mana/ui/i18n';
import type { LinkProblem } from './share-link.ts';

/** What is wrong with the link of a countdown, and what to do. */
export function problemWords(problem: LinkProblem): string {
	return {
		name: m.clock_shared_wrong_name,
		day: m.clock_shared_wrong_day,
		time: m.clock_shared_wrong_time,
		zone: m.clock_shared_wrong_zone,
		hue: m.clock_shared_wrong_hue,
	}[problem]();
}
