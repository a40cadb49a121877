import { ranges, type ServiceRow, services as allServices } from '@mana/schema';
import { type Health, probe, type Probe } from '@mana/service';
import type { Command } from './command.ts';
import { readArguments, UsageError } from './place.ts';
import { table } from './table.ts';
import { isLocked } from './supervisor/lock.ts';
import { isDoor } from './supervisor/plan.ts';
import { type ProcessReport, readState, type RunState } from './supervisor/state.ts';

/** A service as `mana status --json` shows it; `docs/status.md` says what each field means. Times in milliseconds. */
export interface ServiceStatus {
	readonly service: string;
	readonly range: string;
	/** The process of this machine that runs it; `null` on another machine, and for what is only planned. */
	readonly process: string | null;
	readonly state: ProcessReport['state'] | 'elsewhere' | 'planned';
	/** `null` for what is only planned: nobody asked. */
	readonly health: Health | null;
	readonly reason: string | null;
	readonly version: string | null;
	readonly pid: number | null;
	readonly since: number | null;
	readonly upMs: number | null;
	readonly restarts: number;
	readonly address: string | null;
}

export const statusCommand: Command = {
	name: 'status',
	summary: 'show what runs, whether it is well, and where',
	usage: [
		'mana status [--all] [--json] [--home DIR]',
		'',
		'  --all   also what is only planned, and each door of an app by itself',
	],
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, { json: { type: 'boolean' }, all: { type: 'boolean' } });
		if (positionals.length > 0) throw new UsageError(`"${positionals.join(' ')}" is not understood here.`);
		const all = values.all ?? false;
		const locked = isLocked(place.home);
		const state = locked ? readState(place.home) : null;
		const live = state ? await look(state, Date.now()) : [];
		const services = bySchema(state && all ? [...live, ...planned(live)] : live);
		const well = state !== null && live.every(({ health }) => health === 'ready');
		if (values.json)
			io.out(
				JSON.stringify({ running: state !== null, home: place.home, address: state?.publicUrl ?? null, services }, null, '\t'),
			);
		else if (state) for (const line of mapOf(state, services, all, Date.now())) io.out(line);
		else if (locked) io.out(`A Mana is only just starting in ${place.home}. Ask again in a moment.`);
		else io.out(`No Mana runs in ${place.home}. "npm start" starts it.`);
		return well ? 0 : 1;
	},
};

/** Asks everything that this machine runs, or calls on another one, side by side. */
async function look({ processes, elsewhere = [] }: RunState, now: number): Promise<ServiceStatus[]> {
	const here = processes.flatMap((report) => report.services.map((service) => ({ service, report })));
	const statuses = [
		...here.map(async ({ service, report }) => {
			const address = report.listening.find(({ name }) => name === service)?.url ?? null;
			const said = address === null ? notYet(report) : await probe(service, address);
			const since = report.pid === null ? null : (said.startedAt ?? report.bornAt);
			const { name: process, state, pid, restarts } = report;
			return {
				...base(service),
				...told(said),
				process,
				state,
				pid,
				since,
				upMs: since === null ? null : now - since,
				restarts,
				address,
			};
		}),
		...elsewhere.map(async ({ name, url }) => {
			const said = await probe(name, url);
			const since = said.startedAt;
			const upMs = since === null ? null : now - since;
			return { ...base(name), ...told(said), state: 'elsewhere' as const, pid: said.pid, since, upMs, address: url };
		}),
	];
	return Promise.all(statuses);
}

function base(service: string) {
	const range = allServices.find(({ name }) => name === service)?.range ?? '';
	return { service, range, process: null, pid: null, since: null, upMs: null, restarts: 0, address: null };
}

function told({ health, reason, version }: Pick<Probe, 'health' | 'reason' | 'version'>) {
	return { health, reason, version };
}

function notYet({ name, state, lastExit }: ProcessReport): Pick<Probe, 'health' | 'reason' | 'version' | 'startedAt'> {
	const ended = lastExit === null ? '' : ` It ended with ${lastExit.signal ?? `code ${lastExit.code}`} before.`;
	return { health: 'silent', reason: `Its process "${name}" is ${state}.${ended}`, version: null, startedAt: null };
}

function planned(live: readonly ServiceStatus[]): ServiceStatus[] {
	return allServices
		.filter(
			({ name, kind, status }) => status === 'planned' && kind !== 'external' && !live.some(({ service }) => service === name),
		)
		.map(({ name }) => ({ ...base(name), state: 'planned', health: null, reason: null, version: null }));
}

function bySchema(services: readonly ServiceStatus[]): ServiceStatus[] {
	const place = new Map<string, number>(allServices.map(({ name }, index) => [name, index]));
	return services.toSorted((a, b) => (place.get(a.service) ?? 0) - (place.get(b.service) ?? 0));
}

/** The map: a heading for each range that has something to show, its services below it. */
function mapOf(state: RunState, services: readonly ServiceStatus[], all: boolean, now: number): string[] {
	const folded = all ? [] : services.filter(({ service, health }) => health === 'ready' && isDoor(rowOf(service)));
	const shown = services.filter((status) => !folded.includes(status));
	const lines = table(shown.map(rowFor));
	return [
		`Mana runs at ${state.publicUrl} (process ${state.pid}, for ${duration(now - state.startedAt)})`,
		...ranges.flatMap(({ name, title }) => {
			const rows = lines.filter((_, index) => shown[index]?.range === name);
			const doors = folded.filter(({ range }) => range === name).length;
			if (rows.length === 0 && doors === 0) return [];
			const more = doors === 0 ? [] : [`${doors} ${doors === 1 ? 'door of an app' : 'doors of apps'}, ready`];
			return ['', `${name}: ${title}`, ...[...rows, ...more].map((row) => `  ${row}`)];
		}),
		...reasons(services),
	];
}

function rowFor({ service, state, health, upMs, restarts, pid, version, address }: ServiceStatus): string[] {
	if (health === null) return [service, 'planned'];
	return [
		service,
		health === 'ready' ? 'ready' : state === 'ready' || state === 'elsewhere' ? health : state,
		upMs === null ? '–' : `for ${duration(upMs)}`,
		version ?? '–',
		pid === null ? '–' : `process ${pid}`,
		restarts === 0 ? '' : `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`,
		address ?? '',
	];
}

function reasons(services: readonly ServiceStatus[]): string[] {
	const unwell = services.filter(({ reason }) => reason !== null);
	return unwell.length === 0 ? [] : ['', ...unwell.map(({ service, reason }) => `${service}: ${reason}`)];
}

function rowOf(service: string): ServiceRow {
	const row = allServices.find(({ name }) => name === service);
	if (!row) throw new Error(`${service} runs, but has no row.`);
	return row;
}

/** `3 s`, `12 min`, `5 h`, `4 d`. */
function duration(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
	return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
