import type { ServiceName } from '../services.ts';
import type { Host, HostPlan, Placement } from './host-plan.ts';

export const windowsGpu = {
	name: 'windows-gpu',
	title: 'Windows GPU server',
	system: 'windows',
	address: '192.168.178.11',
} as const satisfies Host;

export const macMini = { name: 'mac-mini', title: 'Mac Mini (production)', system: 'macos' } as const satisfies Host;

/** What the origin document calls "Real ports today (2026-04-08)": kept to show, check and migrate what differs from the plan. */
export const asOf20260408 = {
	name: '2026-04-08',
	title: 'Real ports of 2026-04-08, before the move to the planned tables',
	hosts: [windowsGpu, macMini],
	placements: [
		gpu('mana-stt', 3020, 'ManaSTT'),
		gpu('mana-tts', 3022, 'ManaTTS'),
		gpu('mana-image-gen', 3023, 'ManaImageGen'),
		gpu('mana-llm', 3025, 'ManaLLM'),
		gpu('mana-video-gen', 3026, 'ManaVideoGen'),
		gpu('ollama', 11434),
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
	publicNames: [
		{ name: 'gpu-stt.mana.how', service: 'mana-stt' },
		{ name: 'gpu-tts.mana.how', service: 'mana-tts' },
		{ name: 'gpu-img.mana.how', service: 'mana-image-gen' },
		{ name: 'gpu-llm.mana.how', service: 'mana-llm' },
		{ name: 'gpu-video.mana.how', service: 'mana-video-gen' },
		{ name: 'gpu-ollama.mana.how', service: 'ollama' },
	],
	notDeployed: ['mana-voice-bot'],
	record: true,
	note:
		'The list was read from source defaults, not from the running system: mana-media, mana-search, mana-crawler, mana-notify, ' +
		'mana-sync and mana-credits were deployed on their planned ports already.',
} satisfies HostPlan;

/** On the GPU server everything had a name of the internet. */
function gpu(service: ServiceName, port: number, scheduledTask?: string): Placement {
	return {
		service,
		host: windowsGpu.name,
		ports: { main: port },
		exposure: 'proxy',
		...(scheduledTask ? { scheduledTask } : {}),
	};
}

function mini(service: ServiceName, port: number): Placement {
	return { service, host: macMini.name, ports: { main: port } };
}
