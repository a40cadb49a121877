import { isMachine } from '../addresses.ts';
import { serviceMeant } from '../names.ts';
import { portStatement, type Reader, type Statement } from '../statement.ts';
import { itemsIn, type Lined, readYaml, textIn, textsIn, under } from '../yaml-lines.ts';

export const prometheus: Reader = {
	name: 'prometheus',
	reads: 'Prometheus scrape configurations: targets and paths',
	fits: ({ path, text }) => /\.ya?ml$/.test(path) && /^scrape_configs:/m.test(text),
	read: ({ path: file, text }) =>
		readYaml(text).flatMap((root) => itemsIn(under(root, 'scrape_configs')).flatMap((job) => scrapedBy(job, file))),
};

/** A prober's targets are what it shall look at, not where it listens: the job replaces them before it scrapes. */
const probe = /^\/probe\b/;

function scrapedBy(job: Lined, file: string): Statement[] {
	const name = textIn(under(job, 'job_name')) ?? '';
	const path = textIn(under(job, 'metrics_path')) ?? '/metrics';
	if (probe.test(path)) return [];
	return itemsIn(under(job, 'static_configs')).flatMap((group) =>
		textsIn(under(group, 'targets')).flatMap(({ text, line }): Statement[] => {
			const [, host = '', number] = /^(?:https?:\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(text.trim()) ?? [];
			const isName = !isMachine(host) && !host.includes('.');
			const byHost = isName ? serviceMeant(host) : null;
			const service = byHost ?? (isName ? null : serviceMeant(name));
			if (host === '' || number === undefined) return [];
			return [
				...(isName ? [{ kind: 'name' as const, file, line, service: byHost, name: host }] : []),
				portStatement({
					file,
					line,
					says: 'scrapes',
					service,
					name: isName ? host : name,
					port: Number(number),
					by: `the job ${name}`,
					inside: isName,
					at: path,
				}),
			];
		}),
	);
}
