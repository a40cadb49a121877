import type { Command, Io } from './command.ts';
import { readArguments } from './place.ts';
import { table } from './table.ts';
import { isLocked } from './supervisor/lock.ts';
import { type ProcessReport, readState, type RunState } from './supervisor/state.ts';

/** A service as `mana status` shows it. Times in milliseconds. */
interface ServiceStatus {
	readonly service: string;
	readonly process: string;
	readonly state: ProcessReport['state'];
	readonly health: 'ready' | 'not-ready' | 'silent';
	readonly pid: number | null;
	readonly upMs: number | null;
	readonly restarts: number;
	readonly address: string | null;
}

const askMs = 1500;

export const statusCommand: Command = {
	name: 'status',
	summary: 'show what runs, whether it is well, and where',
	usage: ['mana status [--json] [--home DIR]'],
	async run(args, io) {
		const { place, values } = readArguments(args, { json: { type: 'boolean' } });
		const locked = isLocked(place.home);
		const state = locked ? readState(place.home) : null;
		const services = state ? (await Promise.all(state.processes.map(look))).flat() : [];
		const well = state !== null && services.every((service) => service.health === 'ready');
		if (values.json)
			io.out(
				JSON.stringify({ running: state !== null, home: place.home, address: state?.publicUrl ?? null, services }, null, '\t'),
			);
		else if (state) report(state, services, io);
		else if (locked) io.out(`A Mana is only just starting in ${place.home}. Ask again in a moment.`);
		else io.out(`No Mana runs in ${place.home}. "npm start" starts it.`);
		return well ? 0 : 1;
	},
};

async function look(report: ProcessReport): Promise<ServiceStatus[]> {
	return Promise.all(
		report.services.map(async (service) => {
			const address = report.listening.find((listening) => listening.name === service)?.url ?? null;
			return {
				service,
				process: report.name,
				state: report.state,
				health: address === null ? 'silent' : await healthOf(address),
				pid: report.pid,
				upMs: report.pid === null ? null : Date.now() - report.bornAt,
				restarts: report.restarts,
				address,
			};
		}),
	);
}

async function healthOf(address: string): Promise<ServiceStatus['health']> {
	try {
		const answer = await fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(askMs) });
		return answer.ok ? 'ready' : 'not-ready';
	} catch (error) {
		if (error instanceof Error) return 'silent';
		throw error;
	}
}

function report(state: RunState, services: readonly ServiceStatus[], io: Io): void {
	io.out(`Mana runs at ${state.publicUrl} (process ${state.pid}, for ${duration(Date.now() - state.startedAt)})\n`);
	const rows = services.map((service) => [
		service.service,
		service.health === 'ready' ? 'ready' : service.state === 'ready' ? service.health : service.state,
		service.upMs === null ? '–' : duration(service.upMs),
		String(service.restarts),
		service.pid === null ? '–' : String(service.pid),
		service.address ?? '–',
	]);
	for (const line of table([['service', 'state', 'up', 'restarts', 'pid', 'address'], ...rows])) io.out(line);
}

/** `3 s`, `12 min`, `5 h`, `4 d`. */
function duration(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
	return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
