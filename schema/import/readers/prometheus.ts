import { addressesIn, isMachine } from '../addresses.ts';
import { hostPlans } from '../../plans.ts';
import { serviceMeant } from '../names.ts';
import { portStatement, type Reader, type Statement } from '../statement.ts';
import { itemsIn, type Lined, readYaml, textIn, textsIn, under } from '../yaml-lines.ts';

export const prometheus: Reader = {
	name: 'prometheus',
	reads: 'Prometheus scrape configurations: targets and paths',
	fits: ({ path, text }) => /\.ya?ml$/.test(path) && /^scrape_configs:/m.test(text),
	read: ({ path: file, text }) =>
		readYaml(text).flatMap((root) => [
			...itemsIn(under(root, 'scrape_configs')).flatMap((job) => [...scrapedBy(job, file), ...relabelled(job, file)]),
			...itemsIn(under(root, 'alerting', 'alertmanagers')).flatMap((group) =>
				itemsIn(under(group, 'static_configs')).flatMap((item) => called(textsIn(under(item, 'targets')), 'Prometheus', file)),
			),
			...['remote_write', 'remote_read'].flatMap((key) =>
				itemsIn(under(root, key)).flatMap((remote) => called(textsIn(under(remote, 'url')), 'Prometheus', file)),
			),
		]),
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
			const byJob = labelled(group) ?? serviceMeant(name);
			const isName = isServiceName(host) && (serviceMeant(host) !== null || byJob === null);
			const byHost = isName ? serviceMeant(host) : null;
			const service = byHost ?? (isName ? null : byJob);
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

/** Whose a group of targets is by the labels that it gives them. */
function labelled(group: Lined): string | null {
	const labels = ['service', 'job', 'app'].flatMap((label) => textIn(under(group, 'labels', label)) ?? []);
	return labels.map((label) => serviceMeant(label)).find((found) => found !== null) ?? null;
}

/** Machines have names too: those that a plan gives them. */
function isServiceName(host: string): boolean {
	return !isMachine(host) && !host.includes('.') && !hostPlans.some((plan) => plan.hosts.some(({ name }) => name === host));
}

/** A job that puts another address in the place of its targets, as one does to ask a prober, calls that one. */
function relabelled(job: Lined, file: string): Statement[] {
	const rules = itemsIn(under(job, 'relabel_configs')).filter((rule) => textIn(under(rule, 'target_label')) === '__address__');
	const by = `the job ${textIn(under(job, 'job_name')) ?? ''}`;
	return called(
		rules.flatMap((rule) => textsIn(under(rule, 'replacement'))),
		by,
		file,
	);
}

function called(values: readonly { readonly text: string; readonly line: number }[], by: string, file: string): Statement[] {
	return values.flatMap(({ text, line }) =>
		addressesIn(text).flatMap(({ host, port }): Statement[] => {
			if (port === null || !isServiceName(host)) return [];
			const service = serviceMeant(host);
			return [
				{ kind: 'name', file, line, service, name: host },
				portStatement({ file, line, says: 'calls', service, name: host, port, by, inside: true }),
			];
		}),
	);
}
