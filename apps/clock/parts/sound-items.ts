import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import type { SoundChoice } from '../actions.ts';
import type { Clock } from '../clock.svelte.ts';
import { soundNames } from '../model.ts';
import { soundName } from '../words.ts';
import { hear } from './own-sounds.ts';

/** The sounds as a menu in a menu, one's own as well: what is chosen is heard once. */
export function soundItems(clock: Clock, chosen: SoundChoice, onchoose: (choice: SoundChoice) => void): MenuItem {
	const item = (name: string, choice: SoundChoice): MenuItem => ({
		name,
		checked: choice.ownSound === null ? isBuiltIn && choice.sound === chosen.sound : choice.ownSound === chosen.ownSound,
		run: () => {
			onchoose(choice);
			void hear(clock, choice);
		},
	});
	const isBuiltIn = !clock.sounds.some(({ id }) => id === chosen.ownSound);
	return {
		name: m.clock_sound(),
		items: [
			...soundNames.map((sound) => item(soundName(sound), { sound, ownSound: null })),
			...clock.sounds.map(({ id, name }) => item(name || m.clock_sound_own(), { sound: chosen.sound, ownSound: id })),
		],
	};
}
