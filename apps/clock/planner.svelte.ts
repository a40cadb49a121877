import { namedRecordId } from '@mana/model';
import { ManaState } from '@mana/ui/data/mana.svelte';
import { today } from '@mana/ui/data/today.svelte';
import { language } from '@mana/ui/i18n/language.svelte';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import type { Session } from '@mana/ui/session/session.svelte';
import type { Clock } from './clock.svelte.ts';
import { sendPlan } from './plan-api.ts';
import { type Planned, planOf } from './ringing.ts';

/** What was planned last from this device, so that a page that finds nothing new asks for nothing. */
const kept = 'mana.clock.planned';
/** A pause after a change, since a hand often makes several; and between tries. */
const [PAUSE_MS, AGAIN_MS, AGAIN_MOST_MS] = [400, 4_000, 120_000];

/**
 * Keeps what mana-notify rings while no page is open the same as what the clocks say, whenever this device is online and knows what the others wrote:
 * also what was stopped elsewhere. One tab does it for all. Call it while a component is made.
 */
export function keepPlanned(clock: Clock, session: Session): void {
	const state = new ManaState(clock.mana);
	const wanted = $derived.by(() => {
		const { phase, unsent, leader } = state.sync;
		const person = session.person?.id;
		if (!person || session.impersonator || phase !== 'live' || unsent > 0 || !leader) return null;
		// What lies further ahead than was planned comes nearer.
		void today.day;
		void language.tag;
		const zone = preferences.timeZone;
		return { person, zone, plan: planOf(clock.ringers, zone, Date.now()) };
	});

	$effect(() => {
		const now = wanted;
		if (!now) return;
		let [timer, gone] = [undefined as ReturnType<typeof setTimeout> | undefined, false];
		const send = async (pauseMs: number): Promise<void> => {
			for (const topic of ['alarm', 'timer'] as const) {
				const sign = signOf(now.person, now.plan[topic]);
				const name = `${kept}.${topic}`;
				if ((localStorage.getItem(name) ?? '') === sign) continue;
				try {
					await sendPlan(topic, now.plan[topic], now.zone);
					localStorage.setItem(name, sign);
				} catch (problem) {
					console.info('What rings while Mana is closed is planned later:', problem);
					if (!gone) timer = setTimeout(() => void send(Math.min(AGAIN_MOST_MS, pauseMs * 2)), pauseMs);
					return;
				}
			}
		};
		timer = setTimeout(() => void send(AGAIN_MS), PAUSE_MS);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	});
}

/** Tells plans apart; nothing for one without anything in it, as where nothing was ever planned. */
function signOf(person: string, planned: readonly Planned[]): string {
	if (planned.length === 0) return '';
	return namedRecordId(JSON.stringify([person, ...planned.map(({ key, ring }) => [key, ring.label, ring.next])]));
}
