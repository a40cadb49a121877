import type { Deployed } from '../deployment.ts';

interface Rule {
	readonly alert: string;
	readonly expr: string;
	readonly for: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: { readonly summary: string; readonly description: string };
}

const answered = 'http_request_duration_seconds_count';
const perService = 'sum by (service, range, host)';
const realDisks = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"';

/** What holds for every service. Named by the labels of its target, so that no rule can name a job that is gone. */
const forEveryService: readonly Rule[] = [
	{
		alert: 'ServiceDown',
		expr: 'up == 0',
		for: '2m',
		labels: { severity: 'critical' },
		annotations: {
			summary: '{{ $labels.service }} on {{ $labels.host }} is down',
			description: 'It has not answered for two minutes. Look at `mana status`, then at its log.',
		},
	},
	{
		alert: 'ServiceNotReady',
		expr: 'service_ready == 0',
		for: '5m',
		labels: { severity: 'warning' },
		annotations: {
			summary: '{{ $labels.service }} on {{ $labels.host }} cannot do its work',
			description: 'It lives, but something that it needs does not: /health/ready on its machine says what.',
		},
	},
	{
		alert: 'ServiceRestarts',
		expr: 'changes(process_start_time_seconds[15m]) > 3',
		for: '1m',
		labels: { severity: 'warning' },
		annotations: {
			summary: '{{ $labels.service }} on {{ $labels.host }} starts again and again',
			description: '{{ $value }} starts within 15 minutes. Its log says how it ended.',
		},
	},
	{
		alert: 'ErrorRate',
		expr: `${perService} (rate(${answered}{status=~"5.."}[5m])) / ${perService} (rate(${answered}[5m])) > 0.05`,
		for: '10m',
		labels: { severity: 'warning' },
		annotations: {
			summary: '{{ $labels.service }} on {{ $labels.host }} fails at {{ $value | humanizePercentage }} of requests',
			description: 'More than one answer of twenty has been a fault of ours for ten minutes. The log has each under its request.',
		},
	},
];

/** What the figures of one service tell, where the plan runs it. */
const byService: Readonly<Record<string, readonly Rule[]>> = {
	'node-exporter': [
		{
			alert: 'DiskNearlyFull',
			expr: `node_filesystem_avail_bytes{${realDisks}} / node_filesystem_size_bytes{${realDisks}} < 0.1`,
			for: '10m',
			labels: { severity: 'critical' },
			annotations: {
				summary: '{{ $labels.mountpoint }} on {{ $labels.host }} has {{ $value | humanizePercentage }} left',
				description: 'A full disk stops every write. Free some space or move the data folder.',
			},
		},
		{
			alert: 'DiskFullSoon',
			expr: `predict_linear(node_filesystem_avail_bytes{${realDisks}}[6h], 86400) < 0`,
			for: '1h',
			labels: { severity: 'warning' },
			annotations: {
				summary: '{{ $labels.mountpoint }} on {{ $labels.host }} is full within a day',
				description: 'If it goes on filling as in the last six hours.',
			},
		},
	],
	'redis-exporter': [engineDown('RedisDown', 'redis_up', 'Redis')],
	'postgres-exporter': [engineDown('PostgresDown', 'pg_up', 'PostgreSQL')],
};

/**
 * The alert rules of what a plan scrapes.
 *
 * @param scraped what figures are fetched from
 */
export function alertRules(scraped: readonly Deployed[]): object {
	const names = new Set(scraped.map(({ row }) => row.name));
	const groups = [
		{ name: 'services', rules: forEveryService },
		{ name: 'scrapes', rules: scraped.map(scrapeMissing) },
		{ name: 'engines', rules: [...names].flatMap((name) => byService[name] ?? []) },
	];
	return { groups: groups.filter(({ rules }) => rules.length > 0) };
}

/** `up` is missing, not 0, when a target has dropped out of the scrape configuration. */
function scrapeMissing({ row, host }: Deployed): Rule {
	return {
		alert: 'ScrapeMissing',
		expr: `absent(up{service="${row.name}", host="${host.name}"})`,
		for: '10m',
		labels: { severity: 'warning', service: row.name, range: row.range, host: host.name },
		annotations: {
			summary: `Nobody asks ${row.name} on ${host.name} for its figures`,
			description: 'The plan runs it, so it belongs in the scrape configuration: load the generated prometheus.yaml.',
		},
	};
}

function engineDown(alert: string, metric: string, name: string): Rule {
	return {
		alert,
		expr: `${metric} == 0`,
		for: '2m',
		labels: { severity: 'critical' },
		annotations: {
			summary: `${name} does not answer its exporter`,
			description: `Look at the log of ${name}, then at its disk.`,
		},
	};
}
