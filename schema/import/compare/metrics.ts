import { type Comparison, type Disagreement, oncePer, portsIn } from '../disagreement.ts';

/** A scrape of a path that is not the metrics of the service: what comes back is no metrics, and "up" is false. */
export const wrongPaths: Comparison = {
	finds: 'a scrape of a path where there are no metrics',
	compare: (statements, { rowOf }) =>
		oncePer(
			portsIn(statements, 'scrapes').flatMap((scrape): Disagreement[] => {
				const { service, at: path, file, line, by } = scrape;
				const row = service === null ? null : rowOf(service);
				if (!row || row.metrics === path) return [];
				const has = row.metrics === null ? 'which has no metrics' : `whose metrics are at ${row.metrics}`;
				const fix = row.metrics === null ? 'Take the target out.' : `Set metrics_path to ${row.metrics}.`;
				return [{ code: 'wrong-path', file, line, service, message: `${by} reads ${path} of ${service}, ${has}.`, fix }];
			}),
			({ file, message }) => `${file} ${message}`,
		),
};

/** A service that runs and is not watched. Said only where a scrape configuration is there. */
export const notScraped: Comparison = {
	finds: 'a service with metrics that nobody scrapes',
	compare(statements, { rowOf }) {
		const scraped = portsIn(statements, 'scrapes');
		if (scraped.length === 0) return [];
		const running = portsIn(statements, 'listens', 'publishes').filter(({ service, inside, says }) => {
			const row = service === null ? null : rowOf(service);
			return (says === 'publishes' || inside) && row !== null && row.kind === 'own' && !row.door && row.metrics !== null;
		});
		return oncePer(
			running.filter(({ service }) => !scraped.some((scrape) => scrape.service === service)),
			({ service }) => service ?? '',
		).map(({ file, line, service }) => ({
			code: 'not-scraped',
			file,
			line,
			service,
			message: `${service} runs here and has metrics, and no job scrapes it.`,
			fix: `Add ${service} to the scrape configuration.`,
		}));
	},
};
