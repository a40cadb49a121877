import type { Facts } from '../generator.ts';
import { principles } from '../../principles.ts';
import { parts, table } from './markdown.ts';
import { spans } from './ranges.ts';

/** Every place where the origin document leaves two readings, with the one that holds. */
export function decisionSection({ ranges, services }: Facts): string {
	const [hundred] = principles;
	return parts(
		'## Decisions',
		'The origin document contradicts itself in these places. Each decision stands in the schema beside the row or range that it is about.',
		table(
			['About', 'Number', 'What holds, and why'],
			[
				...(hundred ? [[`"${hundred.says}"`, 'all', hundred.kept]] : []),
				...ranges.flatMap(({ title, spans: held, decision }) => (decision ? [[`Range "${title}"`, spans(held), decision]] : [])),
				...services.flatMap(({ name, ports, decision }) =>
					decision ? [[name, ports.map(({ port }) => port).join(', '), decision]] : [],
				),
			],
		),
	);
}
