import type { Deployed } from '../deployment.ts';
import { speaksHttp } from '../row.ts';
import { alertRules } from './alerts.ts';
import { forEachPlan, type Generator, generatedNote, type PlanFacts } from './generator.ts';
import { hostOf, reach, watcherHost } from './reach.ts';

/** Who is asked for figures, when to tell somebody, and whom. Also read by VictoriaMetrics and vmalert. */
export const prometheus: Generator = {
	name: 'prometheus',
	makes: 'scrape configuration, alert rules and the routes of Alertmanager, for Prometheus and for VictoriaMetrics',
	files: forEachPlan((facts) => [
		{ path: `${facts.folder}/prometheus.yaml`, text: yaml(notScraped(facts), scrapeConfig(facts)) },
		{ path: `${facts.folder}/alerts.yaml`, text: yaml([], alertRules(scraped(facts))) },
		...deployedNamed(facts, 'alertmanager').map(() => ({
			path: `${facts.folder}/alertmanager.yaml`,
			text: yaml([], alertRoutes(facts)),
		})),
	]),
};

/** Addresses are as seen from the watcher's machine. */
function scrapeConfig(facts: PlanFacts): object {
	const alertmanagers = deployedNamed(facts, 'alertmanager').map((deployed) => reach(watcherHost(facts.plan), deployed));
	return {
		global: { scrape_interval: '15s', evaluation_interval: '15s', external_labels: { plan: facts.plan.name } },
		rule_files: ['alerts.yaml'],
		...(alertmanagers.length > 0 ? { alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] } } : {}),
		scrape_configs: [...Map.groupBy(scraped(facts), ({ row }) => row)].map(([row, copies]) => ({
			job_name: row.name,
			metrics_path: row.metrics,
			// What is pushed says itself which job it was.
			...(row.name === 'pushgateway' ? { honor_labels: true } : {}),
			static_configs: copies.map((deployed) => ({
				targets: [reach(watcherHost(facts.plan), deployed)],
				labels: {
					service: row.name,
					range: row.range,
					host: deployed.host.name,
					kind: deployed.as === 'engine' ? 'external' : row.kind,
				},
			})),
			// Our services state their name too; the label of the target says the same.
			metric_relabel_configs: [{ regex: 'exported_service', action: 'labeldrop' }],
		})),
	};
}

/** What figures can be fetched from: it has some, and can be reached from where the watcher is. */
function scraped(facts: PlanFacts): Deployed[] {
	const near = watcherHost(facts.plan);
	return facts.deployed.filter(({ row, host, exposure }) => row.metrics !== null && (host === near || exposure !== 'loopback'));
}

/** Says of everything else that speaks HTTP why it is not among the jobs, so that nobody takes a gap for health. */
function notScraped(facts: PlanFacts): string[] {
	const asked = scraped(facts);
	return facts.deployed
		.filter((deployed) => deployed.as !== 'door' && speaksHttp(deployed.ports[0]) && !asked.includes(deployed))
		.map(({ row, host }) =>
			row.metrics === null
				? `${row.name} has no metrics. Whether it is well shows in the readiness of what needs it.`
				: `${row.name} on ${host.name} listens for its own machine only, so nobody can fetch its metrics from elsewhere.`,
		);
}

/** Everything goes to the bridge that tells people; without one, Alertmanager only shows it. */
function alertRoutes(facts: PlanFacts): object {
	const bridges = deployedNamed(facts, 'alert-notifier').map((deployed) => reach(hostOf(facts.plan, 'alertmanager'), deployed));
	return {
		route: {
			receiver: 'operator',
			group_by: ['alertname', 'range'],
			group_wait: '30s',
			group_interval: '5m',
			repeat_interval: '12h',
			routes: [
				{
					matchers: ['severity="critical"'],
					receiver: 'operator',
					group_by: ['alertname', 'service', 'host'],
					repeat_interval: '1h',
				},
			],
		},
		// A service that is down is neither ready nor without errors: one message is enough.
		inhibit_rules: [
			{ source_matchers: ['alertname="ServiceDown"'], target_matchers: ['severity="warning"'], equal: ['service', 'host'] },
		],
		receivers: [
			{
				name: 'operator',
				...(bridges.length > 0
					? { webhook_configs: bridges.map((address) => ({ url: `http://${address}/alerts`, send_resolved: true })) }
					: {}),
			},
		],
	};
}

function deployedNamed({ deployed }: PlanFacts, service: string): Deployed[] {
	return deployed.filter(({ row }) => row.name === service);
}

function yaml(notes: readonly string[], value: object): string {
	return `${[generatedNote, ...notes].map((note) => `# ${note}\n`).join('')}${Bun.YAML.stringify(value, null, 2)}\n`;
}
