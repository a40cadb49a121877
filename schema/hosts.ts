import { services, type ServiceName } from './services.ts';

/** A machine of a plan. */
export interface Host {
	readonly name: string;
	readonly title: string;
	readonly system: 'any' | 'linux' | 'macos' | 'windows';
	/** Address on the local network, where the plan states one. */
	readonly address?: string;
}

/** One service on one machine. */
export interface Placement {
	readonly service: ServiceName;
	readonly host: string;
	/** Ports by their names in the row, where this plan differs from the schema. */
	readonly ports?: Readonly<Record<string, number>>;
	/** Host name under which the world reaches it. */
	readonly publicName?: string;
	/** What starts it on Windows. */
	readonly scheduledTask?: string;
}

/** Which service runs on which machine. */
export interface HostPlan {
	readonly name: string;
	readonly title: string;
	readonly hosts: readonly Host[];
	readonly placements: readonly Placement[];
	/** Services that the plan names as not running anywhere. */
	readonly notDeployed: readonly ServiceName[];
	/** What a reader has to know to trust it. */
	readonly note?: string;
}

const thisMachine = { name: 'here', title: 'This machine', system: 'any' } as const satisfies Host;

/** The default: everything of ours on this machine, on the ports of the schema. */
export const onThisMachine = {
	name: 'default',
	title: 'Everything on this machine',
	hosts: [thisMachine],
	placements: services
		.filter((service) => service.kind !== 'external')
		.map((service) => ({ service: service.name, host: thisMachine.name })),
	notDeployed: [],
} satisfies HostPlan;

/** What the origin document calls "Real ports today (2026-04-08)": kept to show, check and migrate what differs from the plan. */
export const asOf20260408 = {
	name: '2026-04-08',
	title: 'Real ports of 2026-04-08, before the move to the planned tables',
	hosts: [
		{ name: 'windows-gpu', title: 'Windows GPU server', system: 'windows', address: '192.168.178.11' },
		{ name: 'mac-mini', title: 'Mac Mini (production)', system: 'macos' },
	],
	placements: [
		gpu('mana-stt', 3020, 'gpu-stt.mana.how', 'ManaSTT'),
		gpu('mana-tts', 3022, 'gpu-tts.mana.how', 'ManaTTS'),
		gpu('mana-image-gen', 3023, 'gpu-img.mana.how', 'ManaImageGen'),
		gpu('mana-llm', 3025, 'gpu-llm.mana.how', 'ManaLLM'),
		gpu('mana-video-gen', 3026, 'gpu-video.mana.how', 'ManaVideoGen'),
		gpu('ollama', 11434, 'gpu-ollama.mana.how'),
		mini('mana-auth', 3001),
		mini('mana-media', 3015),
		mini('mana-search', 3021),
		mini('mana-crawler', 3023),
		mini('mana-notify', 3040),
		mini('mana-sync', 3050),
		mini('mana-credits', 3061),
		mini('mana-user', 3062),
		mini('mana-subscriptions', 3063),
		mini('mana-analytics', 3064),
		mini('mana-events', 3065),
	],
	notDeployed: ['mana-voice-bot'],
	note:
		'The list was read from source defaults, not from the running system: mana-media, mana-search, mana-crawler, mana-notify, ' +
		'mana-sync and mana-credits were deployed on their planned ports already.',
} satisfies HostPlan;

/** Every plan; the first is the one in use. */
export const hostPlans: readonly HostPlan[] = [onThisMachine, asOf20260408];

/** @throws when no plan has this name */
export function planNamed(name: string): HostPlan {
	const plan = hostPlans.find((plan) => plan.name === name);
	if (!plan) throw new Error(`There is no host plan "${name}". The plans are ${hostPlans.map((plan) => plan.name).join(', ')}.`);
	return plan;
}

function gpu(service: ServiceName, port: number, publicName: string, scheduledTask?: string): Placement {
	return { service, host: 'windows-gpu', ports: { main: port }, publicName, ...(scheduledTask ? { scheduledTask } : {}) };
}

function mini(service: ServiceName, port: number): Placement {
	return { service, host: 'mac-mini', ports: { main: port } };
}
