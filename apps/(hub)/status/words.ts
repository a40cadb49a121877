import { m } from '@mana/ui/i18n';
import type { ListedRange } from '@mana/schema/registry/listed';
import type { Health } from './report.ts';

const healthNames: Readonly<Record<Health, () => string>> = {
	ready: () => m.hub_status_ready(),
	'not-ready': () => m.hub_status_not_ready(),
	silent: () => m.hub_status_silent(),
	stranger: () => m.hub_status_stranger(),
};

const tones = { ready: 'success', 'not-ready': 'warning', silent: 'danger', stranger: 'danger' } as const;

const rangeNames: Readonly<Record<string, () => string>> = {
	core: () => m.hub_range_core(),
	infra: () => m.hub_range_infra(),
	ai: () => m.hub_range_ai(),
	'app-servers': () => m.hub_range_app_servers(),
	matrix: () => m.hub_range_matrix(),
	landings: () => m.hub_range_landings(),
	web: () => m.hub_range_web(),
	tools: () => m.hub_range_tools(),
	games: () => m.hub_range_games(),
	dashboards: () => m.hub_range_dashboards(),
	exporters: () => m.hub_range_exporters(),
	engines: () => m.hub_range_engines(),
};

export function healthName(health: Health): string {
	return healthNames[health]();
}

export function toneOf(health: Health): (typeof tones)[Health] {
	return tones[health];
}

/** In the person's language; a range that nobody translated yet keeps the schema's title. */
export function rangeName({ name, title }: ListedRange): string {
	return rangeNames[name]?.() ?? title;
}

/** Whether a host of the report is the machine that the hub runs on. */
export function isHere(host: string): boolean {
	return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
