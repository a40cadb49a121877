import { services } from '../services.ts';
import { asOf20260408, macMini, windowsGpu } from './as-of-2026-04-08.ts';
import type { HostPlan, Placement } from './host-plan.ts';

/** What the GPU server carries: all models, and with them the voice bot, which the origin document had not deployed. */
const onGpu: readonly Placement[] = services
	.filter((service) => service.range === 'ai' || service.name === 'ollama')
	.map((service) => {
		const was: Placement | undefined = asOf20260408.placements.find((placement) => placement.service === service.name);
		return {
			service: service.name,
			host: windowsGpu.name,
			exposure: asOf20260408.publicNames.some((name) => name.service === service.name) ? 'proxy' : 'lan',
			...(service.kind === 'external' ? {} : { scheduledTask: was?.scheduledTask ?? taskName(service.name) }),
		};
	});

/** The machines of 2026-04-08 on the ports of the schema: where the record leads when the move is made. */
export const onTwoMachines = {
	name: 'two-machines',
	title: 'A Mac mini, and a Windows server with a GPU for the models',
	hosts: [windowsGpu, { ...macMini, address: 'mac-mini.local' }],
	placements: [
		...services
			.filter((service) => service.kind !== 'external' && service.range !== 'ai')
			.map((service) => ({
				service: service.name,
				host: macMini.name,
				// The models ask it who is asking.
				...(service.name === 'mana-auth' ? ({ exposure: 'lan' } as const) : {}),
			})),
		...onGpu,
	],
	publicNames: [{ name: 'mana.how', service: 'mana-web' }, ...asOf20260408.publicNames],
	notDeployed: ['postgres', 'redis'],
} satisfies HostPlan;

/** As the others of that machine are called: `mana-voice-bot` becomes `ManaVoiceBot`. */
function taskName(service: string): string {
	return service
		.split('-')
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join('');
}
