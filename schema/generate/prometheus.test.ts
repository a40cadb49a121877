import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineService } from '@mana/service';
import { findTool } from '../../cli/setup/tools.mjs';
import { deploymentOf } from '../deployment.ts';
import { planNamed } from '../plans.ts';
import { allBuilt, asItStands, bothDays, judge, livingPlans, root, textOf, written } from './judged.fixture.ts';
import { prometheus } from './prometheus.ts';

interface Scrape {
	readonly job_name: string;
	readonly metrics_path: string;
	readonly static_configs: readonly { readonly targets: readonly string[]; readonly labels: Readonly<Record<string, string>> }[];
}

interface Config {
	readonly scrape_configs: readonly Scrape[];
	readonly alerting?: object;
}

function config(plan: string, facts = allBuilt): Config {
	return Bun.YAML.parse(textOf(prometheus, facts, `deploy/${plan}/prometheus.yaml`)) as Config;
}

function targets(plan: string, facts = allBuilt): Record<string, string> {
	return Object.fromEntries(
		config(plan, facts).scrape_configs.flatMap((job) =>
			job.static_configs.flatMap((part) => part.targets.map((target) => [job.job_name, target])),
		),
	);
}

describe.each(bothDays)('the scrape configuration %s', (_, facts) => {
	test.each(livingPlans.map(({ name }) => name))(
		'of %s asks everything that runs and has metrics, once and at its path',
		(name) => {
			const expected = deploymentOf(planNamed(name), facts.services)
				.filter(({ row }) => row.metrics !== null)
				.map(({ row, host }) => [row.name, row.range, host.name, row.metrics ?? undefined]);
			const asked = config(name, facts).scrape_configs.flatMap((job) =>
				job.static_configs.map(({ labels }) => [labels['service'], labels['range'], labels['host'], job.metrics_path]),
			);
			expect(asked).toEqual(expected);
			expect(expected.length).toBeGreaterThan(2);
		},
	);
});

describe('a target', () => {
	const portOf = (name: string) => allBuilt.services.find((row) => row.name === name)?.ports[0].port;

	test('on the machine of the watcher is on loopback', () => {
		expect(targets('default')['mana-auth']).toBe(`127.0.0.1:${portOf('mana-auth')}`);
	});

	test('on another machine is at its address', () => {
		expect(targets('two-machines')['mana-llm']).toBe(`192.168.178.11:${portOf('mana-llm')}`);
		expect(targets('two-machines')['mana-auth']).toBe(`127.0.0.1:${portOf('mana-auth')}`);
	});

	test('among containers has its name, and an engine the port of its image', () => {
		const inside = allBuilt.services.find((row) => row.name === 'grafana')?.engine?.inside['main'];
		expect(targets('containers')['mana-auth']).toBe(`mana-auth:${portOf('mana-auth')}`);
		expect(targets('containers')['grafana']).toBe(`grafana:${inside}`);
	});

	test('that nobody can reach from there is left out, and the file says so', () => {
		const plan = planNamed('two-machines');
		const closed = plan.placements.map((placement) =>
			placement.service === 'mana-llm' ? { ...placement, exposure: 'loopback' as const } : placement,
		);
		const facts = { ...allBuilt, plans: [{ ...plan, placements: closed }] };
		expect(targets('two-machines', facts)['mana-llm']).toBeUndefined();
		expect(textOf(prometheus, facts, 'deploy/two-machines/prometheus.yaml')).toContain(
			'# mana-llm on windows-gpu listens for its own machine only',
		);
	});

	test('is no door: a door has nothing to measure', () => {
		expect(Object.keys(targets('default'))).not.toContain('todo-web');
	});
});

test('alerts go to the bridge that tells people where the plan runs one', () => {
	const bridge = /url: "?http:\/\/alert-notifier:\d+\/alerts"?/;
	expect(textOf(prometheus, allBuilt, 'deploy/containers/alertmanager.yaml')).toMatch(bridge);
	expect(textOf(prometheus, asItStands, 'deploy/containers/alertmanager.yaml')).not.toMatch(bridge);
	expect(config('containers', asItStands).alerting).toBeDefined();
	expect(config('default', asItStands).alerting).toBeUndefined();
});

const promtool = judge('promtool');
const amtool = judge('amtool');

describe.each(bothDays)('judged by its reader, %s', (_, facts) => {
	test.skipIf(!promtool)('promtool finds nothing in configurations and rules', () => {
		using files = written(prometheus, facts);
		for (const { name } of livingPlans) {
			expect(
				promtool?.('check', 'config', '--lint=all', '--lint-fatal', join(files.folder, `deploy/${name}/prometheus.yaml`)),
			).toMatchObject({ ok: true });
			expect(
				promtool?.('check', 'rules', '--lint=all', '--lint-fatal', join(files.folder, `deploy/${name}/alerts.yaml`)),
			).toMatchObject({ ok: true });
		}
	});

	test.skipIf(!amtool)('amtool accepts the routes', () => {
		using files = written(prometheus, facts);
		const verdict = amtool?.('check-config', join(files.folder, 'deploy/containers/alertmanager.yaml'));
		expect(verdict?.ok, verdict?.said).toBe(true);
	});
});

test.skipIf(!promtool)(
	'promtool finds nothing in the figures that the rules are about, as a service of ours tells them',
	async () => {
		const service = defineService({
			name: 'mana-user',
			open: () => ({ routes: (app) => app, ready: async () => {}, close: async () => {} }),
		});
		const running = await service.start({ port: 0, env: { MANA_LOG: 'silent' } });
		try {
			await fetch(`${running.url}/health/ready`);
			const text = await (await fetch(`${running.url}/metrics`)).text();
			const { exitCode, stdout, stderr } = Bun.spawnSync([findTool(root, 'promtool') ?? '', 'check', 'metrics'], {
				stdin: Buffer.from(text),
			});
			expect({ exitCode, said: `${stdout.toString()}${stderr.toString()}` }).toEqual({ exitCode: 0, said: '' });
			const told = new Set([...text.matchAll(/^(\w+)\{/gm)].map(([, metric]) => metric));
			const asked = ['service_ready', 'process_start_time_seconds', 'http_request_duration_seconds_count'];
			expect(asked.filter((metric) => !told.has(metric))).toEqual([]);
			const rules = textOf(prometheus, asItStands, 'deploy/default/alerts.yaml');
			expect(asked.filter((metric) => !rules.includes(metric))).toEqual([]);
		} finally {
			await running.close();
		}
	},
);

/** Series by minute from the start on, and the alerts that must burn at a minute: judged by Prometheus' own evaluation. */
const histories: readonly {
	readonly name: string;
	readonly series: readonly (readonly [series: string, values: string])[];
	readonly minute: number;
	readonly alert: string;
	readonly burns: boolean;
}[] = [
	{ name: 'down', series: [[up('mana-auth'), '1 0x10']], minute: 5, alert: 'ServiceDown', burns: true },
	{ name: 'up', series: [[up('mana-auth'), '1x10']], minute: 5, alert: 'ServiceDown', burns: false },
	{ name: 'not ready', series: [[of('service_ready'), '1 0x10']], minute: 8, alert: 'ServiceNotReady', burns: true },
	{ name: 'ready again soon', series: [[of('service_ready'), '1 0 0 1x10']], minute: 8, alert: 'ServiceNotReady', burns: false },
	{
		name: 'started again and again',
		series: [[of('process_start_time_seconds'), '0 60 120 180 240 300 300x10']],
		minute: 7,
		alert: 'ServiceRestarts',
		burns: true,
	},
	{
		name: 'started anew once',
		series: [[of('process_start_time_seconds'), '0 60 60x10']],
		minute: 7,
		alert: 'ServiceRestarts',
		burns: false,
	},
	{
		name: 'a tenth of the answers are faults',
		series: [
			[of('http_request_duration_seconds_count', 'status="200"'), '0+90x30'],
			[of('http_request_duration_seconds_count', 'status="500"'), '0+10x30'],
		],
		minute: 20,
		alert: 'ErrorRate',
		burns: true,
	},
	{
		name: 'a hundredth of the answers are faults, and people err',
		series: [
			[of('http_request_duration_seconds_count', 'status="404"'), '0+99x30'],
			[of('http_request_duration_seconds_count', 'status="500"'), '0+1x30'],
		],
		minute: 20,
		alert: 'ErrorRate',
		burns: false,
	},
	{ name: 'nearly full', series: disk('50 5x20'), minute: 15, alert: 'DiskNearlyFull', burns: true },
	{ name: 'half full', series: disk('50x20'), minute: 15, alert: 'DiskNearlyFull', burns: false },
	{ name: 'filling', series: disk('90-0.1x100'), minute: 70, alert: 'DiskFullSoon', burns: true },
];

/** What Prometheus' own evaluation says of the alerts after a history. */
function evaluated(tests: readonly object[]): { readonly ok: boolean; readonly said: string } | undefined {
	// A few services are enough: every one of them adds a rule that is evaluated for each minute of each history.
	const few = allBuilt.services.filter(({ name }) => ['mana-auth', 'mana-sync', 'node-exporter'].includes(name));
	using files = written(prometheus, { ...allBuilt, services: few });
	const file = join(files.folder, 'histories.yaml');
	const rule_files = [join(files.folder, 'deploy/containers/alerts.yaml')];
	writeFileSync(file, Bun.YAML.stringify({ rule_files, evaluation_interval: '1m', tests }, null, 2));
	return promtool?.('test', 'rules', file);
}

function burning(alert: string, minute: number, burns: boolean, more = ''): object {
	return {
		expr: `count(ALERTS{alertname="${alert}", alertstate="firing"${more}}) or vector(0)`,
		eval_time: `${minute}m`,
		exp_samples: [{ labels: '{}', value: Number(burns) }],
	};
}

test.skipIf(!promtool)('the alerts burn when they should, and only then', () => {
	const verdict = evaluated(
		histories.map(({ name, series, minute, alert, burns }) => ({
			name,
			interval: '1m',
			input_series: series.map(([series, values]) => ({ series, values })),
			promql_expr_test: [burning(alert, minute, burns)],
		})),
	);
	expect(verdict?.ok, verdict?.said).toBe(true);
});

test.skipIf(!promtool)('a service that nobody asks is missed, and one that is asked is not', () => {
	const missed = (service: string, burns: boolean) => burning('ScrapeMissing', 15, burns, `, service="${service}"`);
	const verdict = evaluated([
		{
			interval: '1m',
			input_series: [{ series: up('mana-auth'), values: '1x20' }],
			promql_expr_test: [missed('mana-auth', false), missed('mana-sync', true)],
		},
	]);
	expect(verdict?.ok, verdict?.said).toBe(true);
});

function up(service: string): string {
	return `up{job="${service}", service="${service}", range="core", host="server"}`;
}

function of(metric: string, more = ''): string {
	return `${metric}{service="mana-auth", range="core", host="server"${more ? `, ${more}` : ''}}`;
}

function disk(available: string): readonly (readonly [string, string])[] {
	const labels = '{service="node-exporter", host="server", mountpoint="/", fstype="ext4"}';
	return [
		[`node_filesystem_avail_bytes${labels}`, available],
		[`node_filesystem_size_bytes${labels}`, '100x500'],
	];
}
